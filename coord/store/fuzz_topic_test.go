package store

import (
	"strings"
	"testing"
)

// Any records: what is found stands under a key of its own content, and a tombstone removes it.
func FuzzTopicOffsets(f *testing.F) {
	f.Add("[\"c\",{\"a\":1}]\x00{\"p\":1}\x00[\"c\",{\"a\":1}]\x00\x00[\"c\",{\"b\":2,\"a\":1}]\x00{}\x00[\"c\",{\"a\":1,\"b\":2}]\x00{\"p\":2}")
	f.Fuzz(func(t *testing.T, data string) {
		table := newTopicOffsets()
		parts := strings.Split(data, "\x00")
		for i := 0; i+1 < len(parts); i += 2 {
			record := Record{Key: []byte(parts[i]), Value: []byte(parts[i+1])}
			if parts[i+1] == "" {
				record.Value = nil
			}
			if err := table.apply(record); err == nil && (table.keys[parts[i]] != nil) != (record.Value != nil) {
				t.Fatalf("%q %q", record.Key, record.Value)
			}
		}
		n := 0
		for _, e := range table.keys {
			if _, err := table.get(e.place.connector, e.partition); err == nil && table.at(e.place) == nil {
				t.Fatalf("%q is not found", e.key)
			}
			n += len(table.partitions(e.place.connector))
		}
		for key := range table.keys {
			if err := table.apply(Record{Key: []byte(key)}); err != nil {
				t.Fatal(err)
			}
		}
		if len(table.keys)+len(table.places)+len(table.connectors) != 0 {
			t.Fatalf("%d partitions, then %+v", n, table)
		}
	})
}
