package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Side says whose numbers they are.
type Side string

// The two sides, and what the server's own clients do: pg_recvlogical, COPY. Others are readers in Go of other people, by their names.
const (
	Millrace Side = "millrace"
	Java     Side = "java"
	Client   Side = "client"
)

// Measurement is one case on one side. Zero means not measured.
type Measurement struct {
	Case string `json:"case"`
	Side Side   `json:"side"`

	NsPerRecord     float64 `json:"ns_per_record,omitempty"`      // processor time, warm: the median of several runs
	ColdNsPerRecord float64 `json:"cold_ns_per_record,omitempty"` // of the first run of a fresh process
	RecordsPerSec   float64 `json:"records_per_second,omitempty"` // by the clock, warm
	BytesPerRecord  float64 `json:"bytes_per_record,omitempty"`   // of the record's value
	Allocations     float64 `json:"allocations,omitempty"`        // of memory, per record, warm; ours in process alone

	PeakRSSBytes   int64   `json:"peak_rss_bytes,omitempty"`  // resident, the highest seen
	IdleRSSBytes   int64   `json:"idle_rss_bytes,omitempty"`  // resident, before any connector
	IdleAnonBytes  int64   `json:"idle_anon_bytes,omitempty"` // of that what no file backs: heap and stacks
	StartSeconds   float64 `json:"start_seconds,omitempty"`   // process start to the first answer of the REST API
	CPUSecondsIdle float64 `json:"idle_cpu_seconds,omitempty"`

	Lag *Lag `json:"lag,omitempty"` // of captured changes
}

// Report is all cases of one run.
type Report struct {
	Machine   string        `json:"machine"`
	Started   string        `json:"started"`
	Kafka     string        `json:"kafka"`
	JDK       string        `json:"jdk,omitempty"`        // of the converters in process
	WorkerJDK string        `json:"worker_jdk,omitempty"` // of the original's worker
	Records   int           `json:"records_per_pass"`
	Results   []Measurement `json:"results"`
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

// WriteJSON writes the report for machines.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteTable writes the report for people: a line per case, both sides, and the ratio of the original's
// processor time to ours.
func (r *Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s, Kafka %s, %s\n", r.Machine, r.Kafka, r.Started)
	if r.JDK != "" {
		fmt.Fprintf(w, "json/ on one core, JDK %s\n", r.JDK)
	}
	if r.WorkerJDK != "" {
		fmt.Fprintf(w, "worker/ with one task, %s records a pass, JDK %s\n", number(float64(r.Records)), r.WorkerJDK)
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

func ratio(a, b float64) string {
	if a == 0 || b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", a/b)
}

func megabytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(n)/1e6)
}
