package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Lag is how long changes took from their commit until the broker had their record, in milliseconds.
type Lag struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// isCapture reports whether a case is one of capturing a database.
func isCapture(name string) bool { return strings.HasPrefix(name, "cdc/") }

// writeCaptures writes the cases of capturing a database, nothing where there are none: processor time of the worker
// alone, the rate beside that of the server's own client, and memory.
func (r *Report) writeCaptures(w io.Writer) error {
	seen := map[string]bool{}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, m := range r.Results {
		if !isCapture(m.Case) || seen[m.Case] {
			continue
		}
		if len(seen) == 0 {
			fmt.Fprintln(t, "case\tours ns/event\tDebezium ns/event\tratio\tours events/s\tDebezium events/s\tratio\tclient events/s\tof the client's\tours peak MB\tDebezium peak MB\tours lag ms\tDebezium lag ms\t")
		}
		seen[m.Case] = true
		ours, _ := r.Find(m.Case, Millrace)
		java, _ := r.Find(m.Case, Java)
		client, _ := r.Find(m.Case, Client)
		share := "-"
		if client.RecordsPerSec > 0 {
			share = fmt.Sprintf("%.0f%%", 100*ours.RecordsPerSec/client.RecordsPerSec)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", m.Case,
			number(ours.NsPerRecord), number(java.NsPerRecord), ratio(java.NsPerRecord, ours.NsPerRecord),
			number(ours.RecordsPerSec), number(java.RecordsPerSec), ratio(ours.RecordsPerSec, java.RecordsPerSec),
			number(client.RecordsPerSec), share, megabytes(ours.PeakRSSBytes), megabytes(java.PeakRSSBytes), ours.Lag, java.Lag)
	}
	return t.Flush()
}

// String is the median, the 99th percentile and the longest.
func (l *Lag) String() string {
	if l == nil {
		return "-"
	}
	return fmt.Sprintf("%s / %s / %s", number(l.P50), number(l.P99), number(l.Max))
}
