package bench

import "fmt"

// Goal is a number that was set before it was measured.
type Goal struct {
	Path string // what it is for
	Case string // ours
	Java string // the original's case where it has another name
	What quantity
	Want float64
	// What the original took on the machine that Want was set for, of a range the end that asks more of us; 0 where it
	// was not measured.
	Original float64
}

// quantity is which number of a measurement counts.
type quantity struct {
	of      func(Measurement) float64
	unit    string
	scale   float64 // of unit
	atLeast bool    // more is better
}

// The quantities that goals are set for.
var (
	nsEach   = quantity{of: func(m Measurement) float64 { return m.NsPerRecord }, unit: "ns", scale: 1}
	perSec   = quantity{of: func(m Measurement) float64 { return m.RecordsPerSec }, unit: "/s", scale: 1, atLeast: true}
	startsIn = quantity{of: func(m Measurement) float64 { return m.StartSeconds }, unit: "s", scale: 1}
	idleRSS  = quantity{of: func(m Measurement) float64 { return float64(m.IdleRSSBytes) }, unit: "MB", scale: 1e6}
	peakRSS  = quantity{of: func(m Measurement) float64 { return float64(m.PeakRSSBytes) }, unit: "MB", scale: 1e6}
)

// Goals returns all, as processor time of the worker process a record where nothing else is said: of one task and the plain record.
func Goals() []Goal {
	return []Goal{
		{"JSON → JSON in process, forwarded where it is canonical", "json/chain-none/schemaless", "", nsEach, 120, 1930},
		{"JSON → JSON in process, decoded and encoded", "json/roundtrip/schemaless", "", nsEach, 300, 1930},
		{"JSON decode to columns", "json/decode/schemaless", "", nsEach, 150, 970},
		{"JSON encode from columns", "json/encode/schemaless", "", nsEach, 150, 950},
		{"JSON decode, schema envelope", "json/decode/envelope", "", nsEach, 220, 4310},
		{"JSON encode, schema envelope", "json/encode/envelope", "", nsEach, 190, 2205},
		{"JSON → 5 transforms → JSON in process", "json/chain-five/schemaless", "", nsEach, 230, 3100},
		{"JSON → JSON in process, schema envelope, forwarded", "json/chain-none/envelope", "", nsEach, 200, 6480},
		{"JSON → 5 transforms → JSON in process, schema envelope", "json/chain-five/envelope", "", nsEach, 330, 8100},
		{"topic → JSON decode → null sink", "worker/topic-json-null", "", nsEach, 330, 2400},
		{"the same with 5 transforms", "worker/topic-json-five-null", "", nsEach, 400, 3900},
		{"generated record → JSON → topic", "worker/generate-json-topic", "", nsEach, 420, 7000},
		{"topic → bytes → null sink", "worker/topic-bytes-null", "", nsEach, 150, 1000},
		{"topic → topic, bytes untouched, batches of 1 MB with lz4: a task's parts", "pipeline/topic-bytes-topic/wire", "worker/topic-bytes-topic", nsEach, 120, 0},
		{"the same, a whole worker with the mirror connector", "worker/topic-bytes-topic", "", nsEach, 120, 0},
		{"Avro decode", "avro/decode", "", nsEach, 120, 1060},
		{"Avro encode", "avro/encode", "", nsEach, 90, 930},
		{"Avro → JSON in process", "avro/tojson", "", nsEach, 260, 2080},
		{"PostgreSQL change → JSON → topic", "cdc/stream", "", nsEach, 3000, 50000},
		{"PostgreSQL snapshot row → topic", "cdc/snapshot", "", nsEach, 2500, 63000},
		{"PostgreSQL snapshot rows", "cdc/snapshot", "", perSec, 300_000, 15000},
		{"process start → REST answers", IdleCase, "", startsIn, 0.2, 12},
		{"resident memory, idle", IdleCase, "", idleRSS, 40e6, 850e6},
		{"resident memory, PostgreSQL under load", "cdc/stream", "", peakRSS, 150e6, 1.4e9},
	}
}

// Missed returns by which share a measured number misses the goal, 0 where it does not.
func (g Goal) Missed(have float64) float64 {
	by := have/g.Want - 1
	if g.What.atLeast {
		by = 1 - have/g.Want
	}
	return max(0, by)
}

// Ratio returns how many times better than the original a number is that just reaches the goal, 0 where that is not known. It
// holds on other machines too.
func (g Goal) Ratio() float64 {
	if g.Original == 0 {
		return 0
	}
	if g.What.atLeast {
		return g.Want / g.Original
	}
	return g.Original / g.Want
}

// beyond is how a number that misses a goal lies to it.
func (q quantity) beyond() string {
	if q.atLeast {
		return "short of"
	}
	return "over"
}

// text writes a number with its unit.
func (q quantity) text(v float64) string {
	if v == 0 {
		return "–"
	}
	v /= q.scale
	if v < 1 {
		return fmt.Sprintf("%.2f %s", v, q.unit)
	}
	if q.unit == "/s" {
		return number(v) + q.unit
	}
	return number(v) + " " + q.unit
}
