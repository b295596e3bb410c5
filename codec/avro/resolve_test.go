package avro

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// TestResolutionOfTheOriginal compares with Confluent's converter 7.7 reading records as the latest version of their subject: random schemas
// and what became of them. The schemas are in the URLs of the vectors.
func TestResolutionOfTheOriginal(t *testing.T) {
	cases := codectest.Answers(t, "testdata/resolve.jsonl", Classes()[0], newerWords)
	if cases < 400 {
		t.Errorf("%d answers", cases)
	}
}

// TestResolve_FieldsAddedAndWidened: a batch of records is read by the plan of the reader's schema, each row under the version of its writer.
func TestResolve_FieldsAddedAndWidened(t *testing.T) {
	writer := `{"type":"record","name":"O","fields":[{"name":"id","type":"int"},{"name":"gone","type":{"type":"array","items":"string"}},` +
		`{"name":"name","type":"string"}]}`
	reader := `{"type":"record","name":"O","fields":[{"name":"name","type":"string"},{"name":"new","type":"string","default":"é"},` +
		`{"name":"id","type":"double"},{"name":"note","type":["null","string"],"default":null}]}`
	r := newFakeRegistry(t, writer, reader)
	r.latest["t-value"] = 2
	c := r.open(t, map[string]string{"use.latest.version": "true", "auto.register.schemas": "false"})
	var rows [][]byte
	for i := range 100 {
		row := binary.AppendVarint([]byte{0, 0, 0, 0, 1}, int64(i))
		row = append(row, "\x02\x06one\x00\x04ab"...)
		if i == 7 {
			row = row[:len(row)-1]
		}
		rows = append(rows, row)
	}
	pool := batch.NewPool(mem.Checked(t))
	home, dst := pool.New(len(rows)), pool.New(len(rows))
	defer home.Release()
	defer dst.Release()
	in := codectest.Input(home, rows)
	d := c.NewDecoder().(*decoder)
	p, err := d.plans.Of("t", schemaID(1))
	if err != nil {
		t.Fatal(err)
	}
	if p.rewrite == nil || p.root == nil {
		t.Fatalf("rewrite %v, plan %v", p.rewrite, p.root)
	}
	col := d.fast(dst, d.rewritten(dst, in, p.reading, 5, nil, &dst.Status), p, 0, nil, &dst.Status)
	if err := col.Check(); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		want, err := c.plainRow("t", p.reading, row[5:])
		if (err != nil) != (i == 7) || dst.Status.Failed(int32(i)) != (i == 7) {
			t.Fatalf("row %d: %v, failed %t", i, err, dst.Status.Failed(int32(i)))
		}
		if got := col.Value(i); err == nil && !got.Equal(want) {
			t.Errorf("row %d is %v, a value at a time %v", i, got, want)
		}
	}
	if got := col.Value(3).Struct(); got.Fields[1].Str() != "é" || got.Fields[2].Float() != 3 || !got.Fields[3].IsNull() {
		t.Errorf("row 3 is %v", col.Value(3))
	}
}

// later is order with a field added, one widened, and one gone.
func later() string {
	return strings.NewReplacer(`{"name":"quantity","type":"int"}`, `{"name":"quantity","type":"double"},{"name":"channel","type":"string","default":"web"}`,
		`{"name":"zip","type":"string"},`, "").Replace(order)
}

func TestResolve_AllocatesNothingWhenWarm(t *testing.T) {
	for i, latest := range []string{later(), nested[:len(nested)-2] + `,{"name":"s","type":["long","null"],"default":7}]}`} {
		r := newFakeRegistry(t, []string{order, nested}[i], latest)
		r.latest["t-value"] = 2
		codectest.CheckSteady(t, r.open(t, map[string]string{"use.latest.version": "true"}), [][][]byte{orderRows(1, 256), nestedRows(1, 256)}[i])
	}
}

// BenchmarkResolve reads records as they were written, and as a later version.
func BenchmarkResolve(b *testing.B) {
	for name, latest := range map[string]string{"same": order, "later": later()} {
		b.Run("as="+name+"/rows=1024", func(b *testing.B) {
			r := newFakeRegistry(b, order, latest)
			r.latest["t-value"] = r.ids[latest]
			c := r.open(b, map[string]string{"use.latest.version": "true"})
			pool := batch.NewPool(mem.NewPool())
			home := pool.New(1024)
			defer home.Release()
			in := codectest.Input(home, orderRows(1, 1024))
			d := c.NewDecoder()
			var g codec.Groups
			for b.Loop() {
				dst := pool.New(1024)
				if err := d.Group(dst, in, &g, &dst.Status); err != nil {
					b.Fatal(err)
				}
				if _, err := d.Decode(dst, in, 0, nil, nil, &dst.Status); err != nil || dst.Status.Any() {
					b.Fatal(err, dst.Status.Errors())
				}
				dst.Release()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*1024), "ns/row")
		})
	}
}

// TestResolve_WhatOnlyDocumentsIsNotRewritten: bytes of schemas that differ in documentation and properties are read as they are.
func TestResolve_WhatOnlyDocumentsIsNotRewritten(t *testing.T) {
	writer := parsed(t, `{"type":"record","name":"O","fields":[{"name":"u","type":["null","int"]},{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}}]}`)
	reader := parsed(t, `{"type":"record","name":"P","doc":"d","fields":[{"name":"u","type":["null","int"],"doc":"x"},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}}]}`)
	o, err := resolve(writer, reader)
	if err != nil || o.op != keepValue {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestResolve_Bounds: what would take memory or a stack without end is refused.
func TestResolve_Bounds(t *testing.T) {
	forever := parsed(t, `{"type":"record","name":"R","fields":[{"name":"r","type":"R","default":{}}]}`)
	if _, err := resolve(parsed(t, `{"type":"record","name":"O","fields":[]}`),
		&Schema{Type: Record, Name: Name{Name: "O"}, Fields: []Field{{Name: "r", Schema: forever, Default: &Node{Kind: NodeObject}}}}); err == nil {
		t.Error("a default without end")
	}
	list := parsed(t, `{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`)
	o := &rewrite{op: skipValue, writer: list}
	var x rewriter
	if _, ok := x.row(o, []byte(strings.Repeat("\x02", walkDepthMax)+"\x00")); ok {
		t.Error("values in each other without end")
	}
	if end, ok := x.row(o, []byte(strings.Repeat("\x02", walkDepthMax/2-10)+"\x00")); !ok || end != walkDepthMax/2-9 {
		t.Error("a long list", end, ok)
	}
	many := parsed(t, `{"type":"array","items":{"type":"record","name":"Z","fields":[]}}`)
	big := parsed(t, `{"type":"array","items":{"type":"record","name":"Z","fields":[{"name":"s","type":"string","default":"`+strings.Repeat("x", 1<<16)+`"}]}}`)
	o, err := resolve(many, big)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := x.row(o, binary.AppendVarint(nil, 60)); ok || x.text == "" {
		t.Error("few bytes that become very many:", x.text)
	}
}

func parsed(t *testing.T, text string) *Schema {
	t.Helper()
	s, err := ParseSchema(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
