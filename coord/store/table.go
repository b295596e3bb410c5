package store

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java/javaser"
)

// table is offsets in the order of their first writing, found by connector and content.
//
// Invariant: index and connectors hold exactly the entries whose key was understood.
type table struct {
	entries    []entry
	index      map[place][]int // several where one content is spelt in several ways
	connectors map[string][]int
}

// entry is a key and a value as they are stored; a nil value is null.
type entry struct {
	javaser.Entry
	place
	partition connectors.OffsetMap
}

// place is what an offset is found by.
type place struct{ connector, content string }

// change is an entry to be written; its key is the one for a new place.
type change = entry

func newTable() *table {
	return &table{index: map[place][]int{}, connectors: map[string][]int{}}
}

// load adds entries as they were read. Of equal keys the last counts. Keys that are none of ours are
// kept, with a warning.
func (t *table) load(read []javaser.Entry, log *slog.Logger) {
	seen := map[string]int{}
	for _, r := range read {
		if at, ok := seen[string(r.Key)]; ok && r.Key != nil {
			t.entries[at].Value = r.Value
			continue
		}
		seen[string(r.Key)] = len(t.entries)
		e := entry{Entry: r}
		name, partition, err := connectors.ParseOffsetKey(r.Key)
		if err == nil {
			var content string
			content, err = connectors.OffsetContent(partition)
			e.place, e.partition = place{name, content}, partition
		}
		t.entries = append(t.entries, e)
		if err != nil {
			log.Warn("offset under a key of unknown form, kept and ignored", "err", err)
			continue
		}
		t.see(len(t.entries) - 1)
	}
}

// see indexes an entry.
func (t *table) see(at int) {
	e := &t.entries[at]
	t.index[e.place] = append(t.index[e.place], at)
	t.connectors[e.connector] = append(t.connectors[e.connector], at)
}

// changes encodes what is to be set.
func changes(connector string, offsets []connectors.PartitionOffset) ([]change, error) {
	out := make([]change, len(offsets))
	for i, o := range offsets {
		content, err := connectors.OffsetContent(o.Partition)
		if err != nil {
			return nil, fmt.Errorf("partition of connector %q: %w", connector, err)
		}
		c := change{place: place{connector, content}}
		if c.partition, err = connectors.NormalizeOffsetMap(o.Partition); err != nil {
			return nil, err
		}
		if c.Key, err = connectors.AppendOffsetKey(nil, connector, o.Partition); err != nil {
			return nil, err
		}
		if !o.Offset.IsNull() {
			if c.Value, err = connectors.AppendOffsetMap(nil, o.Offset); err != nil {
				return nil, fmt.Errorf("offset of connector %q: %w", connector, err)
			}
		}
		out[i] = c
	}
	return out, nil
}

// stage returns the entries as they will be after the changes; the table stays as it is. Every spelling
// of a place gets the new value, so that none is left behind.
func (t *table) stage(list []change) []entry {
	entries := slices.Clone(t.entries)
	added := map[place]int{}
	for _, c := range list {
		if at, ok := added[c.place]; ok {
			entries[at].Value = c.Value
			continue
		}
		spelt := t.index[c.place]
		for _, at := range spelt {
			entries[at].Value = c.Value
		}
		if len(spelt) == 0 && c.Value != nil {
			added[c.place] = len(entries)
			entries = append(entries, c)
		}
	}
	return entries
}

// commit takes over what stage returned.
func (t *table) commit(entries []entry) {
	old := len(t.entries)
	t.entries = entries
	for at := old; at < len(entries); at++ {
		t.see(at)
	}
}

// get returns the offset of a partition, null where there is none.
func (t *table) get(connector string, partition connectors.OffsetMap) (connectors.OffsetMap, error) {
	content, err := connectors.OffsetContent(partition)
	if err != nil {
		return connectors.OffsetMap{}, fmt.Errorf("partition of connector %q: %w", connector, err)
	}
	at := t.index[place{connector, content}]
	if len(at) == 0 {
		return connectors.OffsetMap{}, nil
	}
	if len(at) > 1 {
		key, err := connectors.AppendOffsetKey(nil, connector, partition)
		if err != nil {
			return connectors.OffsetMap{}, err
		}
		for _, i := range at {
			if string(t.entries[i].Key) == string(key) {
				return t.entries[i].offset()
			}
		}
	}
	return t.entries[at[len(at)-1]].offset()
}

// offset reads the value.
func (e *entry) offset() (connectors.OffsetMap, error) { return readOffset(e.Key, e.Value) }

// readOffset reads the value under a key, null where it is empty.
func readOffset(key, value []byte) (connectors.OffsetMap, error) {
	if len(value) == 0 {
		return connectors.OffsetMap{}, nil
	}
	v, err := connectors.ParseOffsetMap(value)
	if err == nil {
		err = connectors.CheckOffsetMap(v)
	}
	if err != nil {
		return v, fmt.Errorf("offset under %s cannot be read, so reset the connector's offsets: %w", key, err)
	}
	return v, nil
}

// partitions returns the entries of a connector that have an offset, each place once.
func (t *table) partitions(connector string) []*entry {
	var out []*entry
	for _, at := range t.connectors[connector] {
		e := &t.entries[at]
		if len(e.Value) > 0 && !e.partition.IsNull() && at == t.index[e.place][0] {
			out = append(out, e)
		}
	}
	return out
}
