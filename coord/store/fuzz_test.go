package store

import (
	"log/slog"
	"os"
	"testing"

	"github.com/millrace/millrace/internal/java/javaser"
)

// Whatever a file holds, offsets are found again after it was written with a change.
func FuzzFile(f *testing.F) {
	whole, err := os.ReadFile("testdata/java-4.3.1.offsets")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(javaser.Append(nil, []javaser.Entry{
		{Key: []byte(`["c",{"a":1e999}]`), Value: []byte(`{"p":null}`)}, {Key: nil}, {Key: []byte(`["c",{"a":[]}]`)},
		{Key: []byte(`["c",{"a":1,"b":2}]`)}, {Key: []byte(`["c",{"b":2,"a":1}]`), Value: []byte("5")},
	}))
	log := slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, data []byte) {
		first, second := File{offsets: offsets{table: newTable()}}, File{offsets: offsets{table: newTable()}}
		if err := first.decode(data, log); err != nil {
			return
		}
		list, err := changes("fuzz", offset(t, `{"p":1}`))
		if err != nil {
			t.Fatal(err)
		}
		first.table.commit(first.table.stage(list))
		if err := second.decode(encode(first.table.entries), log); err != nil {
			t.Fatal(err)
		}
		a, b := first.table, second.table
		if len(a.entries) != len(b.entries) || len(a.index) != len(b.index) || len(b.partitions("fuzz")) == 0 {
			t.Fatalf("%d entries in %d places, %d in %d when read again", len(a.entries), len(a.index), len(b.entries), len(b.index))
		}
		for _, e := range a.entries {
			if e.connector == "" {
				continue
			}
			old, errA := a.get(e.connector, e.partition)
			got, errB := b.get(e.connector, e.partition)
			if (errA == nil) != (errB == nil) || !old.Equal(got) {
				t.Fatalf("%s: %v, %v; read again %v, %v", e.Key, old, errA, got, errB)
			}
		}
	})
}
