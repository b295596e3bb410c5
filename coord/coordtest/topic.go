package coordtest

import (
	"slices"

	"github.com/millrace/millrace/coord/store"
)

// Topic is a compacted topic of one partition.
type Topic struct {
	records []store.Record
	history []store.Record // all that were ever written, for checks
	end     int64
}

// write appends records.
func (t *Topic) write(records ...store.Record) {
	for _, r := range records {
		r.Offset = t.end
		t.end++
		t.records, t.history = append(t.records, r), append(t.history, r)
	}
}

// read returns the records from an offset on, before another.
func (t *Topic) read(from, before int64) []store.Record {
	i, _ := slices.BinarySearchFunc(t.records, from, func(r store.Record, at int64) int { return int(r.Offset - at) })
	j, _ := slices.BinarySearchFunc(t.records, before, func(r store.Record, at int64) int { return int(r.Offset - at) })
	return t.records[i:j]
}

// compact removes what a later record of the same key replaced, before an offset, and tombstones before another:
// these stay for so long (delete.retention.ms) that all who follow the topic have read them.
func (t *Topic) compact(before, tombstones int64) {
	newest := map[string]int64{}
	for _, r := range t.records {
		newest[string(r.Key)] = r.Offset
	}
	var kept []store.Record
	for _, r := range t.records {
		last := newest[string(r.Key)] == r.Offset
		if r.Offset >= before || last && (r.Value != nil || r.Offset >= tombstones) {
			kept = append(kept, r)
		}
	}
	t.records = kept
}
