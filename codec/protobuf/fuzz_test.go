package protobuf

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// files are of all types and shapes, hostile ones too.
var files = []string{
	order, nested, `message M { required int32 a = 1; optional E e = 2 [default = B]; enum E { A = 1; B = 2; } optional M2 m = 3; } message M2 { required string s = 1; }`,
	`syntax="proto3"; message M { oneof o { string s = 1; M2 m = 2; google.protobuf.Empty e = 3; } message M2 { map<bool, M3> m = 1; } message M3 { repeated E e = 1; enum E { Z = 0; N = -1; } } }`,
	`syntax="proto3"; message M { M m = 1; }`, `syntax="proto3"; import "google/protobuf/struct.proto"; message M { google.protobuf.Value v = 1; }`,
	`syntax="proto3"; import "google/protobuf/wrappers.proto"; message M { repeated google.protobuf.UInt32Value w = 1; map<sint64, google.protobuf.BytesValue> m = 2; }`,
	`syntax="proto3"; message M { repeated XEntry x = 1; message XEntry { optional int32 key = 1; string value = 2; } repeated YEntry y = 2; message YEntry { bytes key = 2; int32 value = 1; } }`,
	`syntax="proto3"; message M { repeated Empty e = 1; message Empty { int64 a = 1; double b = 2; string c = 3; repeated int32 d = 4; } }`,
}

// rowsMax bounds the rows of one run.
const rowsMax = 32

// FuzzRead compares reading by plan with reading a value at a time, on rows of any bytes and under schemas of any text: the same values,
// the same failures, within the bounds of memory.
func FuzzRead(f *testing.F) {
	var all []byte
	for _, r := range append(orderRows(1, 3), nestedRows(1, 3)...) {
		all = append(append(all, r[6:]...), "\n\n"...)
	}
	hostile := []string{
		"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "\x0a\xff\xff\xff\xff\x0f", "\x0a\xff\xff\xff\xff\x07", "\x00\x01", "\x0b\x0b\x0b\x0c\x0c\x0c", "\x0c", "\x0e", "\x0f\x01",
		"\x0a\x00\x0a\x00\x0a\x00", "\x0a\x02\x0a\x00\x12\x00\x0a\x00", "\x0a\x02\xff\xff", "\x22\x00\x22\x00", "\xfa\xff\xff\xff\x0f\x00", "\x08\x01\x08\x02",
	}
	for _, s := range files {
		for i := range 3 {
			f.Add(s, all, byte(i))
		}
		for _, h := range hostile {
			f.Add(s, []byte(h+"\n\n"+h+h), byte(3))
		}
	}
	c := offline(f)
	f.Fuzz(func(t *testing.T, text string, data []byte, options byte) {
		file, err := parseSchema(text)
		if err != nil {
			return
		}
		l, err := Link(file, nil)
		if err != nil {
			return
		}
		m, err := l.MessageAt([]int32{0})
		if err != nil {
			return
		}
		d := dataOf(options)
		s, err := d.toConnect(m, nil)
		if err != nil {
			return
		}
		r := &reading{of: &schemaregistry.Reading{}, message: m, schema: s}
		if steps, ok := d.readPlan(s, m, 0); ok {
			r.steps = steps
		}
		rows := bytes.Split(data, []byte("\n\n"))
		own := converter{data: *d, registry: c.registry}
		compareReads(t, &own, r, rows[:min(len(rows), rowsMax)])
	})
}

// dataOf is options by the bits of a number.
func dataOf(bits byte) *data {
	bit := func(n int) bool { return bits>>n&1 == 1 }
	return &data{
		optionalProto2: !bit(0), optionalNullables: bit(1), wrapNullables: bit(2), wrapRaw: !bit(3), indexUnions: true, flattenUnions: bit(4),
		intEnums: bit(5), structForNulls: bit(6), enhanced: bit(7),
	}
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
		if p.builder != nil {
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
			t.Errorf("%x: %v by plan, %v a value at a time", b, got, err)
		} else if err == nil && !col.Value(i).Equal(v) {
			t.Errorf("%x: %s by plan, %s a value at a time", b, batch.AppendLiteral(nil, r.schema, col.Value(i)), batch.AppendLiteral(nil, r.schema, v))
		}
	}
}

// FuzzSchema: any text is parsed or refused; what was parsed prints as text that parses to the same, and maps to Connect and back without
// a panic.
func FuzzSchema(f *testing.F) {
	for _, s := range files {
		f.Add(s, byte(0))
	}
	f.Fuzz(func(t *testing.T, text string, options byte) {
		a, err := parseSchema(text)
		if err != nil {
			return
		}
		printed := a.String()
		b, err := ParseFile(printed)
		if err == nil && b.String() != printed {
			t.Fatalf("%q prints as %q, which prints as %q", text, printed, b)
		}
		l, err := Link(a, nil)
		if err != nil {
			return
		}
		incompatibilities(l, l)
		m, err := l.MessageAt([]int32{0})
		if err != nil {
			return
		}
		d := dataOf(options)
		s, err := d.toConnect(m, nil)
		if err != nil {
			return
		}
		_, _, _ = d.fromConnect(s)
	})
}
