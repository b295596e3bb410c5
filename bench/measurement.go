package bench

import (
	"slices"

	"github.com/millrace/millrace/bench/meter"
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

	NsPerRecord     float64 `json:"ns_per_record,omitempty"` // processor time, warm: the median of several runs
	NsLow           float64 `json:"ns_low,omitempty"`        // the lowest and the highest of those runs
	NsHigh          float64 `json:"ns_high,omitempty"`
	Runs            int     `json:"runs,omitempty"`               // how many there were
	ColdNsPerRecord float64 `json:"cold_ns_per_record,omitempty"` // of the first run of a fresh process
	RecordsPerSec   float64 `json:"records_per_second,omitempty"` // by the clock, warm
	BytesPerRecord  float64 `json:"bytes_per_record,omitempty"`   // of the record's value
	Allocations     float64 `json:"allocations,omitempty"`        // of memory, per record, warm; ours in process alone

	PeakRSSBytes   int64   `json:"peak_rss_bytes,omitempty"`  // resident, the highest seen
	IdleRSSBytes   int64   `json:"idle_rss_bytes,omitempty"`  // resident, before any connector
	IdleAnonBytes  int64   `json:"idle_anon_bytes,omitempty"` // of that what no file backs: heap and stacks
	StartSeconds   float64 `json:"start_seconds,omitempty"`   // process start to the first answer of the REST API
	CPUSecondsIdle float64 `json:"idle_cpu_seconds,omitempty"`

	LimitBytes  int64   `json:"limit_bytes,omitempty"`  // of memory, that the process was given
	HeldBytes   int64   `json:"held_bytes,omitempty"`   // resident while something stood still
	BackSeconds float64 `json:"back_seconds,omitempty"` // from its end until a second's rate was nine tenths of that before

	Lag *Lag `json:"lag,omitempty"` // of captured changes
}

// setCPU takes what records took in several warm runs.
func (m *Measurement) setCPU(ns []float64) {
	m.NsPerRecord, m.NsLow, m.NsHigh, m.Runs = meter.Median(ns), slices.Min(ns), slices.Max(ns), len(ns)
}
