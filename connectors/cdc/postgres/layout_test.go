package postgres

import (
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// orders is a table of ten columns, as the catalog and the stream describe it.
func orders(tb testing.TB, more map[string]string) (*layout, *builder, *table, *pgoutput.Relation) {
	tb.Helper()
	set, err := parse(Classes()[0].Def, minimal(more))
	if err != nil {
		tb.Fatal(err)
	}
	columns := []struct {
		name     string
		oid      uint32
		modifier int32
	}{{"id", 20, -1}, {"customer", 25, -1}, {"at", 1114, -1}, {"amount", 1700, 10<<16 + 2 + 4}, {"state", 1043, 24}, {"zip", 25, -1}, {"city", 25, -1},
		{"ref", 2950, -1}, {"paid", 16, -1}, {"note", 25, -1}}
	var entries []typemap.Entry
	c := &catalogTable{oid: 7, schema: "public", name: "orders", key: []string{"id"}}
	r := &pgoutput.Relation{ID: 7, Schema: "public", Name: "orders"}
	for _, col := range columns {
		entries = append(entries, typemap.Entry{OID: col.oid, Name: fmt.Sprint(col.oid), Modifier: -1})
		c.columns = append(c.columns, catalogColumn{name: col.name, typ: col.oid, modifier: col.modifier, required: col.name == "id"})
		r.Columns = append(r.Columns, pgoutput.Column{Name: col.name, Type: col.oid, Modifier: col.modifier})
	}
	r.Rows.Width = len(columns)
	b := &builder{set: set, types: typemap.NewRegistry(entries), source: sourceSchema(), transaction: cdc.TransactionBlock()}
	t, err := b.table(c, r)
	if err != nil {
		tb.Fatal(err)
	}
	l := &layout{set: set, version: batch.StringValue(cdc.Version), name: batch.StringValue("p"), db: batch.StringValue("d"), headers: cdc.ContextHeaders("p", "0", "postgresql")}
	return l, b, t, r
}

// stuff is one insert's texts, 167 bytes with the names of its columns.
var stuff = []string{"1234567", "customer-0001234", "2024-02-29 12:34:56.789123", "12.34", "shipped", "10115", "Berlin",
	"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "t", "a comment that is thirty-three b"}

// feed decodes n inserts of r.
func feed(tb testing.TB, d *pgoutput.Decoder, buf []byte, one, n int) {
	tb.Helper()
	for i := range n {
		if err := d.Decode(buf, i*one, (i+1)*one, uint64(1000+i)); err != nil {
			tb.Fatal(err)
		}
	}
}

// inserts returns a decoder that knows r and is inside a transaction, and a buffer of n inserts of one size.
func inserts(tb testing.TB, r *pgoutput.Relation, n int) (d *pgoutput.Decoder, buf []byte, one int) {
	tb.Helper()
	d = &pgoutput.Decoder{}
	var m []byte
	u32 := func(v int) { m = append(m, byte(v>>24), byte(v>>16), byte(v>>8), byte(v)) }
	m = append(m, 'R')
	u32(int(r.ID))
	m = append(append(append(append(m, r.Schema...), 0), r.Name...), 0, 'd', 0, byte(len(r.Columns)))
	for _, c := range r.Columns {
		m = append(append(append(m, 0), c.Name...), 0)
		u32(int(c.Type))
		u32(int(c.Modifier))
	}
	if err := d.Decode(m, 0, len(m), 0); err != nil {
		tb.Fatal(err)
	}
	begin := append([]byte{'B'}, make([]byte, 16)...)
	begin = append(begin, 0, 0, 0, 9)
	if err := d.Decode(begin, 0, len(begin), 999); err != nil {
		tb.Fatal(err)
	}
	m = []byte{'I'}
	u32(int(r.ID))
	m = append(m, 'N', 0, byte(len(stuff)))
	for _, s := range stuff {
		m = append(m, 't')
		u32(len(s))
		m = append(m, s...)
	}
	for range n {
		buf = append(buf, m...)
	}
	return d, buf, len(m)
}

// lay makes a batch of what d has decoded.
func lay(tb testing.TB, pool *batch.Pool, l *layout, bu *builder, t *table, d *pgoutput.Decoder, buf []byte, r *rows) *batch.Batch {
	tb.Helper()
	relation := d.Changed[0]
	l.changes(t, &relation.Rows, buf, r)
	b := pool.New(len(r.ops))
	source := l.streamSource(b, t, bu.source, r, d)
	if err := l.batch(b, t, r, cells{buf: buf, cells: relation.Rows.Cells, width: relation.Rows.Width}, source, nil, time.Unix(0, 0)); err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestLayout_Insert(t *testing.T) {
	l, bu, table, r := orders(t, nil)
	d, buf, one := inserts(t, r, 3)
	feed(t, d, buf, one, 3)
	pool := batch.NewPool(mem.Checked(t))
	var rs rows
	b := lay(t, pool, l, bu, table, d, buf, &rs)
	defer b.Release()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	after := b.Value.Child("after")
	for i := range 3 {
		if got := b.Key.Child("id").Value(i).Int(); got != 1234567 {
			t.Errorf("key %d", got)
		}
		if got := after.Child("amount").Value(i).Decimal().Unscaled.Int64(); got != 1234 {
			t.Errorf("amount %d", got)
		}
		if got := after.Child("at").Value(i).Int(); got != 1709210096789123 {
			t.Errorf("at %d", got)
		}
		if got := b.Value.Child("source").Child("lsn").Value(i).Int(); got != int64(1000+i) {
			t.Errorf("lsn %d", got)
		}
		if got := b.Value.Child("op").Value(i).Str(); got != "c" {
			t.Errorf("op %q", got)
		}
	}
	if n := len(b.Headers.Of(0)); n != 4 {
		t.Errorf("%d headers", n)
	}
}

// TestLayout_TruncateAmongOthers checks that a truncate has neither key nor schema of a key beside rows that have both.
func TestLayout_TruncateAmongOthers(t *testing.T) {
	l, bu, table, r := orders(t, map[string]string{"skipped.operations": "none"})
	d, buf, one := inserts(t, r, 2)
	feed(t, d, buf, one, 2)
	truncate := append([]byte{'T', 0, 0, 0, 1, 0, 0, 0, 0}, byte(r.ID))
	buf = append(buf, truncate...)
	if err := d.Decode(buf, 2*one, len(buf), 1002); err != nil {
		t.Fatal(err)
	}
	pool := batch.NewPool(mem.Checked(t))
	var rs rows
	b := lay(t, pool, l, bu, table, d, buf, &rs)
	defer b.Release()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	for i, op := range []string{"c", "c", "t"} {
		if has := op != "t"; b.Value.Child("op").Value(i).Str() != op || (b.Key.SchemaOf(i) != nil) != has || b.Key.IsNull(i) == has {
			t.Errorf("row %d: op %s, key %v of schema %v", i, b.Value.Child("op").Value(i).Str(), b.Key.Value(i), b.Key.SchemaOf(i))
		}
	}
}

// TestLayout_Allocations asserts that memory is allocated by batch, not by row.
func TestLayout_Allocations(t *testing.T) {
	l, bu, table, r := orders(t, nil)
	pool := batch.NewPool(mem.NewPool())
	count := func(n int) float64 {
		d, buf, one := inserts(t, r, n)
		var rs rows
		run := func() {
			feed(t, d, buf, one, n)
			lay(t, pool, l, bu, table, d, buf, &rs).Release()
			d.Reset()
		}
		run()
		return testing.AllocsPerRun(10, run)
	}
	few, many := count(16), count(1024)
	if many > few+16 {
		t.Errorf("%v allocations for 1,024 rows, %v for 16", many, few)
	}
}

// BenchmarkInsert goes from messages to a batch: 1,024 rows of ten columns.
func BenchmarkInsert(b *testing.B) {
	const n = 1024
	l, bu, table, r := orders(b, nil)
	pool := batch.NewPool(mem.NewPool())
	d, buf, one := inserts(b, r, n)
	var rs rows
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		feed(b, d, buf, one, n)
		lay(b, pool, l, bu, table, d, buf, &rs).Release()
		d.Reset()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/row")
}
