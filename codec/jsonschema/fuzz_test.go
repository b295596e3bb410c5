package jsonschema

import (
	"bytes"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// schemas are of all shapes, hostile ones too.
var schemas = []string{
	order, nested, `{"type":"integer"}`, `{"type":["string","null"]}`, `{}`, `true`, `{"enum":["A",null,1]}`, `{"type":"array","items":{"oneOf":[{"type":"string"},{"type":"object","properties":{"a":{"type":"integer"}}}]}}`,
	`{"type":"object","connect.type":"map","additionalProperties":{"type":"object","connect.type":"map","additionalProperties":{"type":"number"}}}`,
	`{"type":"array","connect.type":"map","items":{"type":"object","properties":{"key":{"type":"string","connect.type":"bytes"},"value":{}}}}`,
	`{"type":"object","properties":{"n":{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string","default":"d"}}}}}`,
	`{"$ref":"#"}`, `{"$defs":{"a":{"oneOf":[{"$ref":"#/$defs/b"},{"$ref":"#/$defs/b"}]},"b":{"oneOf":[{"$ref":"#/$defs/a"},{"type":"string"}]}},"$ref":"#/$defs/a"}`,
	`{"allOf":[{"$ref":"#/allOf/1"},{"$ref":"#/allOf/0"}]}`, strings.Repeat(`{"items":`, 300) + `{}` + strings.Repeat(`}`, 300),
	`{"type":"integer","title":"org.apache.kafka.connect.data.Time"}`, `{"type":"string","title":"org.apache.kafka.connect.data.Date"}`, `{"type":"number","title":"org.apache.kafka.connect.data.Decimal","connect.type":"bytes"}`,
}

// rowsMax bounds the rows of one run.
const rowsMax = 32

// FuzzRead compares reading by plan with reading a value at a time, on rows of any bytes and under schemas of any text: the same values, the
// same failures, within the bounds of memory.
func FuzzRead(f *testing.F) {
	var all []byte
	for _, r := range append(orderRows(3), nestedRows(3)...) {
		all = append(append(all, r[5:]...), "\n\n"...)
	}
	hostile := []string{`{"a":1,"a":2}`, strings.Repeat("[", 1100), `{"id":1e400,"price":"x"}`, `"\ud800"`, `{"n":{"x":null}}`, `{"n":{}}`, `[{"a":1},"x",null,{"b":2}]`, "", "nul", "{\"k\":\"\xff\"}", `[{"key":"AA==","value":{"z":[1.5,99999999999999999999]}}]`}
	for _, s := range schemas {
		f.Add(s, all)
		f.Add(s, []byte(strings.Join(hostile, "\n\n")))
	}
	c := offline(f)
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		s, err := load(text, nil, false)
		if err != nil {
			return
		}
		r := &reading{of: &schemaregistry.Reading{}}
		if r.schema, err = c.toConnect(s, nil); err != nil {
			return
		}
		rows := bytes.Split(raw, []byte("\n\n"))
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

// compareReads reads rows by plan, twice so that it has learned, and a value at a time, and writes what was read both ways.
func compareReads(t *testing.T, c *converter, r *reading, rows [][]byte) {
	pool := batch.NewPool(mem.Checked(t))
	raw := pool.New(len(rows))
	defer raw.Release()
	in := codectest.Input(raw, rows)
	d := newDecoder(c)
	p := newPlan(r)
	for range 2 {
		dst := pool.New(len(rows))
		col := d.rows(dst, in, p, 0, nil, &dst.Status)
		if err := col.Check(); err != nil {
			t.Fatal(err)
		}
		errs := map[int32]error{}
		for _, e := range dst.Status.Errors() {
			errs[e.Row] = e.Err
		}
		for i, b := range rows {
			v, err := c.plainRow(r, b)
			if err == nil {
				err = asError(p.check.Check(v))
			}
			if got := errs[int32(i)]; codectest.ErrorText(got) != codectest.ErrorText(err) {
				t.Errorf("%s: %v by plan, %v a value at a time", b, got, err)
			} else if err == nil && !col.Value(i).Equal(v) {
				t.Errorf("%s: %s by plan, %s a value at a time", b, batch.AppendLiteral(nil, r.schema, col.Value(i)), batch.AppendLiteral(nil, r.schema, v))
			}
		}
		dst.Release()
	}
}

// FuzzSchema: any text is read or refused; what was read maps to Connect, and what that is registered as is a schema, without a panic.
func FuzzSchema(f *testing.F) {
	for _, s := range schemas {
		f.Add(s)
	}
	d := data{flattenSingletons: true}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := load(text, nil, false)
		if err != nil {
			return
		}
		c, err := d.toConnect(s, nil)
		if err != nil {
			return
		}
		back, err := d.fromConnect(c)
		if err != nil {
			return
		}
		if _, err := load(back, nil, false); err != nil && !strings.Contains(back, `"$ref"`) {
			t.Fatalf("%s is registered as %s, which is no schema: %v", text, back, err)
		}
	})
}

// FuzzComplete completes values of any text under schemas of any text: what was there stays, in its order.
func FuzzComplete(f *testing.F) {
	for _, s := range append(schemas, `{"properties":{"a":{"type":["integer"],"default":1}},"additionalProperties":{"$ref":"#"},"items":[{"$ref":"#"}],"contains":{"anyOf":[{"$ref":"#"}]}}`,
		`{"if":{"properties":{"a":{"default":1}}},"then":{"properties":{"n":{"properties":{"b":{"default":2}}}}},"patternProperties":{"^.$":{"properties":{"c":{"default":3}}}},"dependencies":{"n":{"properties":{"d":{"default":4}}}}}`) {
		f.Add(s, []byte(`{"n":{"x":[{}]},"b":{}}`))
		f.Add(s, []byte(`[{"\ud800":{}},{"n":null}]`))
	}
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		v, err := newValidator(text, nil)
		if err != nil {
			return
		}
		given, err := jsonscan.ParseStrict(raw)
		if err != nil || v.check(&given) != nil {
			return
		}
		n := cloned(&given)
		v.complete(&n)
		if !begins(&n, &given) {
			t.Errorf("%s under %s became %s", raw, text, appendNode(nil, &n))
		}
	})
}

// begins reports whether n is given, or given and more members of its objects.
func begins(n, given *jsonscan.Node) bool {
	if n.Kind != given.Kind || len(n.Items) < len(given.Items) || n.Kind == jsonscan.Array && len(n.Items) > len(given.Items) {
		return false
	}
	for i := range given.Items {
		if n.Kind == jsonscan.Object && n.Names[i] != given.Names[i] || !begins(&n.Items[i], &given.Items[i]) {
			return false
		}
	}
	return len(given.Items) > 0 || n.Kind == jsonscan.Object || string(appendNode(nil, n)) == string(appendNode(nil, given))
}

// FuzzVariant: what was put into a variant comes out of it, and bytes that are none are refused.
func FuzzVariant(f *testing.F) {
	for _, v := range []string{`{"b":[1,-5,2.50,1e3,99999999999,"x"],"a":{"b":null,"c":true}}`, `"` + strings.Repeat("x", 70) + `"`, `[false,{},[]]`, `123456789012345678901234567890`} {
		f.Add([]byte(v), []byte{1, 0, 0}, []byte{2, 1, 0, 0, 1, 0})
	}
	s, err := mapped(f, &data{}, `{}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, metadata, value []byte) {
		w := plainWriter{data: &data{}}
		any := batch.NewStructValue(s)
		any.Fields[0], any.Fields[1] = batch.BytesValue(metadata), batch.BytesValue(value)
		if out, _, err := w.value(nil, s, batch.StructValueOf(any), 0); err == nil {
			if _, err := jsonscan.Parse(out); err != nil {
				t.Fatalf("%x %x became %s: %v", metadata, value, out, err)
			}
		}
		n, err := jsonscan.Parse(text)
		if err != nil {
			return
		}
		v, err := readVariant(s, &n)
		if err != nil {
			return
		}
		out, _, err := w.value(nil, s, v, 0)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		back, err := jsonscan.Parse(out)
		sorted(&n)
		sorted(&back)
		if err != nil || string(appendNode(nil, &back)) != string(appendNode(nil, &n)) {
			t.Fatalf("%s came back as %s, %v", text, out, err)
		}
	})
}
