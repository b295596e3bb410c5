package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is all cases of one run.
type Report struct {
	Machine   string        `json:"machine"`
	Kernel    string        `json:"kernel,omitempty"`
	Commit    string        `json:"commit,omitempty"` // of this project, with -dirty where files differ from it
	Started   string        `json:"started"`
	Load      string        `json:"load,omitempty"` // of the machine before and after: the average of a minute
	Kafka     string        `json:"kafka"`
	JDK       string        `json:"jdk,omitempty"`        // of the converters in process
	WorkerJDK string        `json:"worker_jdk,omitempty"` // of the original's worker
	Records   int           `json:"records_per_pass"`
	Results   []Measurement `json:"-"`
}

// Find returns the measurement of a case on a side.
func (r *Report) Find(name string, side Side) (Measurement, bool) {
	for _, m := range r.Results {
		if m.Case == name && m.Side == side {
			return m, true
		}
	}
	return Measurement{}, false
}

// WriteTable writes the report for people: a line per case, both sides, and the ratio of the original's
// processor time to ours.
func (r *Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s, Kafka %s, %s\n", r.Machine, r.Kafka, r.Started)
	if r.JDK != "" {
		fmt.Fprintf(w, "in process on one core, JDK %s\n", r.JDK)
	}
	if r.WorkerJDK != "" {
		fmt.Fprintf(w, "whole workers with one task, %s records a pass, JDK %s\n", number(float64(r.Records)), r.WorkerJDK)
	}
	fmt.Fprintln(w)
	if err := r.writeRecords(w); err != nil {
		return err
	}
	r.writePeers(w)
	if err := r.writeCaptures(w); err != nil {
		return err
	}
	for _, side := range []Side{Millrace, Java} {
		if m, ok := r.Find(IdleCase, side); ok {
			fmt.Fprintf(w, "\n%s: REST answers after %.2f s; idle %s MB resident, %s MB anonymous", side, m.StartSeconds,
				megabytes(m.IdleRSSBytes), megabytes(m.IdleAnonBytes))
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// writeRecords writes the cases of records, nothing where there are none.
func (r *Report) writeRecords(w io.Writer) error {
	if !slices.ContainsFunc(r.Results, func(m Measurement) bool { return m.NsPerRecord != 0 && !isCapture(m.Case) }) {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "case\tours ns/record\tJava ns/record\tratio\tours cold\tJava cold\tours records/s\tJava records/s\tours peak MB\tJava peak MB\tours allocs/record\t")
	seen := map[string]bool{}
	for _, m := range r.Results {
		if seen[m.Case] || m.NsPerRecord == 0 || isCapture(m.Case) {
			continue
		}
		seen[m.Case] = true
		ours, _ := r.Find(m.Case, Millrace)
		java, _ := r.Find(m.Case, Java)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.3f\t\n", m.Case,
			number(ours.NsPerRecord), number(java.NsPerRecord), ratio(java.NsPerRecord, ours.NsPerRecord),
			number(ours.ColdNsPerRecord), number(java.ColdNsPerRecord),
			number(ours.RecordsPerSec), number(java.RecordsPerSec),
			megabytes(ours.PeakRSSBytes), megabytes(java.PeakRSSBytes), ours.Allocations)
	}
	return t.Flush()
}

// writePeers writes what programs of other people take for a case.
func (r *Report) writePeers(w io.Writer) {
	for _, m := range r.Results {
		if m.Side != Millrace && m.Side != Java && m.Side != Client {
			ours, _ := r.Find(m.Case, Millrace)
			fmt.Fprintf(w, "%s by %s: %s ns/record, %s times ours\n", m.Case, m.Side, number(m.NsPerRecord), ratio(m.NsPerRecord, ours.NsPerRecord))
		}
	}
}

// IdleCase is the case of a worker that has just started.
const IdleCase = "worker/idle"

func number(v float64) string {
	if v == 0 {
		return "-"
	}
	if v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	s := fmt.Sprintf("%.0f", v)
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func ratio(a, b float64) string { return timesText(quotient(a, b)) }

// quotient is a/b, 0 where one of them was not measured.
func quotient(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a / b
}

func timesText(ratio float64) string {
	if ratio == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", ratio)
}

func megabytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(n)/1e6)
}
