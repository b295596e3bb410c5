package postgres

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
	"github.com/millrace/millrace/connectors/cdc/signal"
)

// textCells lays texts out in a buffer; "-" is null, "?" was not sent.
func textCells(buf []byte, texts ...string) ([]byte, []pgoutput.Cell) {
	var cells []pgoutput.Cell
	for _, s := range texts {
		switch s {
		case "-":
			cells = append(cells, pgoutput.Cell{Len: pgoutput.Null})
		case "?":
			cells = append(cells, pgoutput.Cell{Len: pgoutput.Unchanged})
		default:
			cells = append(cells, pgoutput.Cell{Pos: uint32(len(buf)), Len: int32(len(s))})
			buf = append(buf, s...)
		}
	}
	return buf, cells
}

// TestIncremental_Changed checks which rows of a chunk the changes of the stream take the place of.
func TestIncremental_Changed(t *testing.T) {
	tbl := chunkTable()
	for _, c := range []struct {
		name string
		ops  []byte
		rows [][3]string // tuples: id, c, n
		key  []int32
		old  []int32
		want []int32 // of rows 0 … 3 with the keys 0 … 3
	}{
		{"nothing", nil, nil, nil, nil, []int32{0, 1, 2, 3}},
		{"another key", []byte{'c'}, [][3]string{{"9", "x", "1"}}, []int32{0}, []int32{-1}, []int32{0, 1, 2, 3}},
		{"created, updated, deleted", []byte{'c', 'u', 'd', 0}, [][3]string{{"0", "x", "1"}, {"1", "x", "1"}, {"3", "x", "-"}}, []int32{0, 1, 2, 2}, []int32{-1, -1, 2, -1}, []int32{2}},
		{"a key that was not sent", []byte{'u'}, [][3]string{{"2", "?", "1"}, {"2", "x", "-"}}, []int32{0}, []int32{1}, []int32{0, 1, 3}},
		{"null is no text", []byte{'u'}, [][3]string{{"2", "-", "1"}}, []int32{0}, []int32{-1}, []int32{0, 1, 2, 3}},
		{"truncated", []byte{'t'}, nil, []int32{-1}, []int32{-1}, nil},
	} {
		i := &incrementalSnapshot{context: &incremental.Context{}, chunk: &chunk{of: tbl}}
		for _, id := range []string{"0", "1", "2", "3"} {
			i.window.Add(incremental.AppendPart(incremental.AppendPart(nil, []byte(id)), []byte("x")))
		}
		r := &pgoutput.Relation{ID: tbl.oid}
		r.Rows.Width = 3
		var buf []byte
		for _, row := range c.rows {
			var cells []pgoutput.Cell
			buf, cells = textCells(buf, row[:]...)
			r.Rows.Cells = append(r.Rows.Cells, cells...)
		}
		p := pending{table: tbl, relation: r}
		for k, op := range c.ops {
			p.rows.add(op, c.key[k], c.old[k], pgoutput.None, pgoutput.None, 0)
		}
		other := *tbl
		other.oid++
		i.changed([]pending{{table: &other, relation: r, rows: p.rows}}, buf)
		if i.window.Live() != 4 {
			t.Errorf("%s: changes of another table count", c.name)
		}
		i.changed([]pending{p}, buf)
		if got := i.window.AppendRows(nil); !slices.Equal(got, c.want) {
			t.Errorf("%s: left %v, want %v", c.name, got, c.want)
		}
	}
}

// TestSignals_Row reads signals of rows of the table, whatever its columns are called.
func TestSignals_Row(t *testing.T) {
	tbl := chunkTable()
	for _, c := range []struct {
		name   string
		op     byte
		delete bool
		want   signal.Signal
		ok     bool
	}{
		{"insert", 'I', false, signal.Signal{ID: "1-open", Type: "log", Data: "{}"}, true},
		{"insert", 'I', true, signal.Signal{ID: "1-open", Type: "log", Data: "{}"}, true},
		{"update", 'U', false, signal.Signal{}, false},
		{"delete of nobody", 'D', false, signal.Signal{}, false},
		{"delete of a watermark", 'D', true, signal.Signal{ID: "1-close", Type: signal.WindowClose}, true},
	} {
		r := &pgoutput.Relation{}
		r.Rows.Width, r.Rows.Ops, r.Rows.Old, r.Rows.New = 3, []byte{c.op}, []int32{0}, []int32{0}
		var buf []byte
		buf, r.Rows.Cells = textCells(nil, "1-open", "log", "{}")
		g := &signals{t: &task{set: &settings{deleteWatermark: c.delete}, log: slog.New(slog.DiscardHandler)}, table: r}
		if got, ok := g.row(tbl, buf); got != c.want || ok != c.ok {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
		few := *tbl
		few.fields = few.fields[:2]
		if _, ok := g.row(&few, buf); ok {
			t.Errorf("%s: a table of two columns passes", c.name)
		}
	}
}

// TestTrail_Signal checks that the state of an incremental snapshot changes at the signal, which is the last event.
func TestTrail_Signal(t *testing.T) {
	before, after := &incremental.State{Sent: "a"}, &incremental.State{Sent: "b"}
	events := []pgoutput.Event{{LSN: 10, Tx: 0, Kind: pgoutput.Begin}, {LSN: 11, Tx: 0, Kind: pgoutput.Insert}, {LSN: 12, Tx: 0, Kind: pgoutput.Insert}}
	tr := &trail{before: position{lsn: 5, incremental: before}, events: events, transactions: []pgoutput.Transaction{{XID: 1}}}
	for k := range events {
		if got := tr.position(int32(k)).incremental; got != before {
			t.Errorf("without a signal: event %d has %v", k, got)
		}
	}
	tr.signalled, tr.after = true, after
	for k, want := range []*incremental.State{before, before, after} {
		if got := tr.position(int32(k)).incremental; got != want {
			t.Errorf("event %d has %v, want %v", k, got, want)
		}
	}
	if tr.position(-1).incremental != before {
		t.Error("before the poll it is another state")
	}
}

// TestOffset_Incremental checks that the state goes through the offset, and that snapshots beside the stream are none of
// their own.
func TestOffset_Incremental(t *testing.T) {
	for _, kind := range []string{"", "INCREMENTAL", "BLOCKING"} {
		p := &position{lsn: 7, commit: 6, snapshot: kind, incremental: &incremental.State{Collections: "[]", Correlation: "1", Sent: "aced000570", Maximum: "aced000570"}}
		back, err := readOffset(p.value())
		if err != nil {
			t.Fatal(err)
		}
		if back.snapshot != "" || back.incremental == nil || *back.incremental != *p.incremental || back.start() != 6 {
			t.Errorf("%q became %+v", kind, back)
		}
	}
}

func TestShownKey(t *testing.T) {
	var k incremental.Key
	for _, c := range []struct{ typ, text, want string }{
		{"int4", "5", "5"}, {"numeric", "1.50", "1.50"}, {"uuid", "01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"},
		{"date", "2024-02-29", "2024-02-29"}, {"timestamp", "2024-01-02 03:04:05", "2024-01-02 03:04:05.0"}, {"inet", "::1", "::1"},
	} {
		v, err := keyValue(&typemap.Type{Name: c.typ}, []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := shownKey(incremental.Key{v}); got != c.want {
			t.Errorf("%s: %s, want %s", c.typ, got, c.want)
		}
		k = append(k, v)
	}
	if got := shownKey(append(k[:1:1], nil)); got != "5,<null>" {
		t.Errorf("null: %s", got)
	}
}

// TestSettings_Signals checks the keys of signals and incremental snapshots.
func TestSettings_Signals(t *testing.T) {
	d := Classes()[0].Def
	props := minimal(map[string]string{"table.include.list": "public.a", "signal.data.collection": "public.signals", "signal.enabled.channels": "source,file,kafka",
		"signal.kafka.bootstrap.servers": "k:9092", "signal.consumer.client.id": "c", "incremental.snapshot.chunk.size": "7",
		"incremental.snapshot.watermarking.strategy": "insert_delete", "read.only": "true"})
	s, err := parse(d, props)
	if err != nil {
		t.Fatal(err)
	}
	if !s.readOnly || !s.deleteWatermark || s.chunkRows != 7 || !s.signals.Source || s.signals.Topic != "p-signal" {
		t.Errorf("%+v, %+v", s, s.signals)
	}
	if ok, err := s.captured("public", "signals"); !ok || err != nil {
		t.Errorf("the table of signals is not captured: %v", err)
	}
	if keys := unknown(d, props); keys != nil {
		t.Errorf("not known: %q", keys)
	}
	for key, value := range map[string]string{"signal.enabled.channels": "jmx", "read.only": "perhaps", "incremental.snapshot.watermarking.strategy": "none"} {
		if _, err := parse(d, minimal(map[string]string{key: value})); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%s: %v", key, value, err)
		}
	}
}
