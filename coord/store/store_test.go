package store_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/internal/java/javaser"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// offsetStore is what all stores of offsets do.
type offsetStore interface {
	Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error)
	Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
	All(ctx context.Context, connector string) ([]connectors.PartitionOffset, error)
	Partitions(ctx context.Context, connector string) ([]connectors.OffsetMap, error)
	Close() error
}

var (
	_ offsetStore = (*store.File)(nil)
	_ offsetStore = (*store.Memory)(nil)
	_ offsetStore = (*store.OffsetTopic)(nil)
	_ offsetStore = (*store.ConnectorOffsets)(nil)
)

func parse(t testing.TB, text string) connectors.OffsetMap {
	t.Helper()
	v, err := connectors.ParseOffsetMap([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func set(t testing.TB, s offsetStore, connector string, pairs ...string) {
	t.Helper()
	var list []connectors.PartitionOffset
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, connectors.PartitionOffset{Partition: parse(t, pairs[i]), Offset: parse(t, pairs[i+1])})
	}
	if err := s.Set(t.Context(), connector, list); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, s offsetStore, connector, partition string) string {
	t.Helper()
	got, err := s.Get(t.Context(), connector, []connectors.OffsetMap{parse(t, partition)})
	if err != nil {
		t.Fatal(err)
	}
	return text(t, got[0])
}

func text(t testing.TB, v connectors.OffsetMap) string {
	t.Helper()
	b, err := connectors.AppendOffsetMap(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func all(t testing.TB, s offsetStore, connector string) string {
	t.Helper()
	list, err := s.All(t.Context(), connector)
	if err != nil {
		t.Fatal(err)
	}
	partitions, err := s.Partitions(t.Context(), connector)
	if err != nil || len(partitions) != len(list) {
		t.Fatalf("%d partitions of %d, %v", len(partitions), len(list), err)
	}
	var out strings.Builder
	for i, o := range list {
		if text(t, partitions[i]) != text(t, o.Partition) {
			t.Fatalf("partition %d differs", i)
		}
		fmt.Fprintf(&out, "%s=%s ", text(t, o.Partition), text(t, o.Offset))
	}
	return strings.TrimSpace(out.String())
}

func open(t testing.TB, path string) *store.File {
	t.Helper()
	f, err := store.OpenFile(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// entries reads what a file holds.
func entries(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := javaser.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, e := range list {
		if e.Value == nil {
			e.Value = []byte("null")
		}
		fmt.Fprintf(&out, "%s=%s\n", e.Key, e.Value)
	}
	return out.String()
}

func TestStores_SetGetRemove(t *testing.T) {
	for name, s := range map[string]offsetStore{"memory": store.NewMemory(), "file": open(t, filepath.Join(t.TempDir(), "offsets"))} {
		t.Run(name, func(t *testing.T) {
			set(t, s, "c", `{"f":"a"}`, `{"p":1}`, `{"f":"b"}`, `{"p":2}`)
			set(t, s, "d", `{"f":"a"}`, `{"p":3}`)
			set(t, s, "c", `{"f":"c"}`, `{"p":4}`, `{"f":"a"}`, `{"p":5}`, `{"f":"a"}`, `{"p":6}`)
			if got := all(t, s, "c"); got != `{"f":"a"}={"p":6} {"f":"b"}={"p":2} {"f":"c"}={"p":4}` {
				t.Fatal(got)
			}
			set(t, s, "c", `{"f":"a"}`, `null`, `{"f":"none"}`, `null`)
			if got := all(t, s, "c"); got != `{"f":"b"}={"p":2} {"f":"c"}={"p":4}` {
				t.Fatal(got)
			}
			if got := get(t, s, "c", `{"f":"a"}`) + get(t, s, "c", `{"f":"none"}`) + get(t, s, "d", `{"f":"a"}`); got != `nullnull{"p":3}` {
				t.Fatal(got)
			}
			set(t, s, "c", `{"f":"a"}`, `{"p":7}`, `null`, `{"q":1}`)
			if got := get(t, s, "c", `{"f":"a"}`) + get(t, s, "c", "null"); got != `{"p":7}{"q":1}` {
				t.Fatal(got)
			}
			if got := all(t, s, "x"); got != "" {
				t.Fatal(got)
			}
			bad := []connectors.PartitionOffset{
				{Partition: parse(t, `{"f":"b"}`), Offset: parse(t, `{"p":8}`)},
				{Partition: parse(t, `{"f":[1]}`), Offset: parse(t, `{"p":8}`)},
			}
			if err := s.Set(t.Context(), "c", bad); err == nil || !strings.Contains(err.Error(), "field f contains ARRAY") {
				t.Fatal(err)
			}
			bad[1] = connectors.PartitionOffset{Partition: parse(t, `{}`), Offset: parse(t, `{"p":{}}`)}
			if err := s.Set(t.Context(), "c", bad); err == nil || !strings.Contains(err.Error(), "field p contains MAP") {
				t.Fatal(err)
			}
			if got := get(t, s, "c", `{"f":"b"}`); got != `{"p":2}` {
				t.Fatalf("half of a refused change is there: %s", got)
			}
			if _, err := s.Get(t.Context(), "c", []connectors.OffsetMap{bad[0].Partition, parse(t, `{"f":{}}`)}); err == nil {
				t.Fatal("a partition that is none was looked up")
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// The file was written by FileOffsetBackingStore 4.3.1.
func TestFile_ReadsAndKeepsWhatJavaWrote(t *testing.T) {
	data, err := os.ReadFile("testdata/java-4.3.1.offsets")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "offsets")
	if err := os.WriteFile(path, data, 0o640); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	f, err := store.OpenFile(path, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if got := all(t, f, "src") + all(t, f, "cdc"); got != `{"filename":"/tmp/in.txt"}={"position":6}{"server":"s","db":"ü"}={"lsn":42,"snapshot":true,"ts":1.5}` {
		t.Fatal(got)
	}
	if !strings.Contains(log.String(), "unknown form") || !strings.Contains(log.String(), path) {
		t.Fatal(log.String())
	}
	before := entries(t, path)
	set(t, f, "src", `{"filename":"/tmp/in.txt"}`, `{"position":7}`, `{"filename":"/tmp/new.txt"}`, `{"position":1}`)
	want := strings.Replace(before, `{"position":6}`, `{"position":7}`, 1) + `["src",{"filename":"/tmp/new.txt"}]={"position":1}` + "\n"
	if got := entries(t, path); got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if got := get(t, open(t, path), "src", `{"filename":"/tmp/new.txt"}`); got != `{"position":1}` {
		t.Fatal(got)
	}
}

// A Java connector's map may have any order: its spelling is kept, and if there are several, all of
// them are moved, and the one that a HashMap would have is read.
func TestFile_ReusesTheBytesOfKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	file := javaser.Append(nil, []javaser.Entry{
		{Key: []byte(`["c", {"b":2,"a":1}]`), Value: []byte(`{"p":1}`)},
		{Key: []byte(`["d",{"a":1,"b":2}]`), Value: []byte(`{"p":2}`)},
		{Key: []byte(`["d",{"b":2,"a":1}]`), Value: []byte(`{"p":3}`)},
		{Key: []byte(`["e",{"a":1}]`), Value: []byte(`{"p":4}`)},
		{Key: []byte(`["e",{"a":1}]`), Value: []byte(`{"p":5}`)},
		{Key: []byte(`["f",{"a":1}]`), Value: []byte(`{"p":[1]}`)},
		{Key: nil, Value: []byte(`{"p":6}`)},
	})
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	if got := get(t, f, "c", `{"a":1,"b":2}`) + get(t, f, "d", `{"b":2,"a":1}`) + get(t, f, "e", `{"a":1}`); got != `{"p":1}{"p":2}{"p":5}` {
		t.Fatal(got)
	}
	if got := all(t, f, "d"); got != `{"a":1,"b":2}={"p":2}` {
		t.Fatal(got)
	}
	if _, err := f.All(t.Context(), "f"); err == nil || !strings.Contains(err.Error(), "reset the connector's offsets") {
		t.Fatal(err)
	}
	if p, err := f.Partitions(t.Context(), "f"); err != nil || len(p) != 1 {
		t.Fatalf("an offset that cannot be read cannot be reset either: %v, %v", p, err)
	}
	set(t, f, "c", `{"a":1,"b":2}`, `{"p":7}`)
	set(t, f, "d", `{"a":1,"b":2}`, `{"p":8}`)
	set(t, f, "f", `{"a":1}`, `null`)
	want := `["c", {"b":2,"a":1}]={"p":7}
["d",{"a":1,"b":2}]={"p":8}
["d",{"b":2,"a":1}]={"p":8}
["e",{"a":1}]={"p":5}
["f",{"a":1}]=null
={"p":6}
`
	if got := entries(t, path); got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
}

func TestFile_MissingAndEmptyHaveNoOffsets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	if got := all(t, open(t, path), "c"); got != "" {
		t.Fatal(got)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	set(t, f, "c", `{}`, `{"p":1}`)
	if got := all(t, open(t, path), "c"); got != `{}={"p":1}` {
		t.Fatal(got)
	}
}

func TestFile_DamageIsAnErrorThatNamesTheFile(t *testing.T) {
	whole, err := os.ReadFile("testdata/java-4.3.1.offsets")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "offsets")
	broken := [][]byte{[]byte("{}"), append([]byte{0}, whole...)}
	for n := 1; n < len(whole); n++ {
		broken = append(broken, whole[:n])
	}
	for _, data := range broken {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.OpenFile(path, quiet); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restore it from a copy, or remove it") {
			t.Fatalf("%d bytes: %v", len(data), err)
		}
	}
	if _, err := store.OpenFile(t.TempDir(), quiet); err == nil || !strings.Contains(err.Error(), "offset.storage.file.filename") {
		t.Fatal(err)
	}
}

func TestFile_ConcurrentSetsLoseNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "offsets")
	f := open(t, path)
	var group sync.WaitGroup
	for c := range 8 {
		group.Go(func() {
			name := fmt.Sprint("c", c)
			for i := range 20 {
				partition := fmt.Sprintf(`{"f":%d}`, i%5)
				set(t, f, name, partition, fmt.Sprintf(`{"p":%d}`, i))
				if got := get(t, f, name, partition); got != fmt.Sprintf(`{"p":%d}`, i) {
					t.Errorf("%s: %s after %d", name, got, i)
				}
			}
		})
	}
	group.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	for c := range 8 {
		if got := all(t, again, fmt.Sprint("c", c)); got != `{"f":0}={"p":15} {"f":1}={"p":16} {"f":2}={"p":17} {"f":3}={"p":18} {"f":4}={"p":19}` {
			t.Errorf("%d: %s", c, got)
		}
	}
	if err := f.Set(t.Context(), "c", []connectors.PartitionOffset{{}}); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(left) != 1 {
		t.Fatalf("%v, %v", left, err)
	}
}
