package avro

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// schemas are of all types and shapes, hostile ones too.
var schemas = []string{
	order, nested, `"int"`, `["null","string"]`, `{"type":"array","items":"null"}`, `{"type":"array","items":{"type":"record","name":"Empty","fields":[]}}`, `{"type":"map","values":["null","int","string",{"type":"map","values":"bytes"}]}`,
	`{"type":"array","items":{"type":"array","items":{"type":"array","items":{"type":"fixed","name":"Z","size":0}}}}`, `["int","string","null",{"type":"enum","name":"E","symbols":["A"]},{"type":"record","name":"Q","fields":[{"name":"u","type":["string","long"]}]}]`,
	`{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`, anything.String(), `{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":"int"},{"name":"value","type":"string"}]}}`,
	`{"type":"int","logicalType":"time-millis"}`, `{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}`, `{"type":"record","name":"D","fields":[{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}},{"name":"t","type":{"type":"int","connect.type":"int8"}}]}`,
	`"bytes"`, `{"type":"string","connect.name":"org.apache.kafka.connect.data.Date"}`, `{"type":"record","name":"a.b.C","aliases":["X"],"fields":[{"name":"f","type":"float","default":"NaN","order":"descending","aliases":["g"]}]}`,
	`["bytes",{"type":"fixed","name":"F","size":2}]`, `[{"type":"fixed","name":"F","size":2},"bytes"]`,
}

// rowsMax bounds the rows of one run.
const rowsMax = 32

// FuzzRead compares reading by plan with reading a value at a time, on rows of any bytes and under schemas of any text: the same values,
// the same failures, within the bounds of memory.
func FuzzRead(f *testing.F) {
	var all []byte
	for _, r := range append(orderRows(1, 3), nestedRows(1, 3)...) {
		all = append(append(all, r[5:]...), "\n\n"...)
	}
	hostile := []string{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x01\x01\x02\x02", "\x01", "\xfe\xff\xff\xff\x0f", "\x03\x80\x80\x80\x80\x20", "\xff\xff\xff\xff\x0f\x00", "\x02\x02a\x00\x00"}
	for _, s := range schemas {
		f.Add(s, all)
		for _, h := range hostile {
			f.Add(s, []byte(h+"\n\n"+h+h))
		}
	}
	c := offline(f)
	f.Fuzz(func(t *testing.T, text string, data []byte) {
		a, err := ParseSchema(text)
		if err != nil {
			return
		}
		s, err := c.toConnect(a, nil)
		if err != nil {
			return
		}
		r := &reading{of: &schemaregistry.Reading{}, writer: a, schema: s, raw: a.Type == Bytes}
		r.step, r.fast = c.readPlan(s, a)
		rows := bytes.Split(data, []byte("\n\n"))
		compareReads(t, c, r, rows[:min(len(rows), rowsMax)])
	})
}

// offline returns a converter that asks nobody.
func offline(tb testing.TB) *converter {
	c, err := Classes()[0].New(map[string]string{"schema.registry.url": "http://127.0.0.1:1"}, false, codec.Context{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c.(*converter)
}

// compareReads reads rows by plan and a value at a time.
func compareReads(t *testing.T, c *converter, r *reading, rows [][]byte) {
	pool := batch.NewPool(mem.Checked(t))
	raw, dst := pool.New(len(rows)), pool.New(len(rows))
	defer raw.Release()
	defer dst.Release()
	in := codectest.Input(raw, rows)
	d := newDecoder(c)
	p := newPlan(r)
	read := func(dst *batch.Batch) *batch.Column {
		if p.root == nil {
			return d.plain(dst, in, p, 0, nil, &dst.Status)
		}
		return d.fast(dst, in, p, 0, nil, &dst.Status)
	}
	col := read(dst)
	if err := col.Check(); err != nil {
		t.Fatal(err)
	}
	errs := map[int32]error{}
	for _, e := range dst.Status.Errors() {
		errs[e.Row] = e.Err
	}
	for i, b := range rows {
		v, err := c.plainRow("t", r, b)
		if got := errs[int32(i)]; codectest.ErrorText(got) != codectest.ErrorText(err) {
			t.Errorf("%x of %s: %v by plan, %v a value at a time", b, r.writer, got, err)
		} else if err == nil && !col.Value(i).Equal(v) {
			t.Errorf("%x of %s: %s by plan, %s a value at a time", b, r.writer, batch.AppendLiteral(nil, r.schema, col.Value(i)), batch.AppendLiteral(nil, r.schema, v))
		}
	}
	if r.fast && len(r.writer.String()) < 300 {
		bytes := 0
		for _, b := range rows {
			bytes += len(b)
		}
		codectest.CheckUse(t, bytes, func() {
			b := batch.NewPool(mem.NewPool()).New(len(rows))
			defer b.Release()
			read(b)
		})
	}
}

// FuzzSchema: any text is parsed or refused; what was parsed prints as text that parses to the same, and maps to Connect without a panic.
func FuzzSchema(f *testing.F) {
	for _, s := range schemas {
		f.Add(s)
	}
	var d data
	d.metaData, d.flattenSingletons = true, true
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseSchema(text)
		if err != nil {
			return
		}
		printed := a.String()
		b, err := ParseSchema(printed)
		if err != nil || b.String() != printed {
			t.Fatalf("%s prints as %s, which reads as %v, %v", text, printed, b, err)
		}
		s, err := d.toConnect(a, nil)
		if err != nil || s == nil {
			return
		}
		_, _ = d.fromConnect(s)
	})
}
