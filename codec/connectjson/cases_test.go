package connectjson

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// lines splits text into rows; the line NULL stands for null bytes.
func lines(text string) [][]byte {
	var rows [][]byte
	for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if l == "NULL" {
			rows = append(rows, nil)
		} else {
			rows = append(rows, []byte(l))
		}
	}
	return rows
}

// many returns n rows that row makes.
func many(n int, row func(i int) string) [][]byte {
	rows := make([][]byte, n)
	for i := range rows {
		rows[i] = []byte(row(i))
	}
	return rows
}

// wideRow is row i of so many members.
func wideRow(i, members int) string {
	var b strings.Builder
	for k := range members {
		fmt.Fprintf(&b, `,"m%d":%d`, k, i)
	}
	return "{" + b.String()[1:] + "}"
}

// TestDecode_WideRowsHaveColumns: of members beyond batch.DynamicFieldsMax too, which cost many times as much in packed form; a
// short batch whose text does not pay for them has the first ones.
func TestDecode_WideRowsHaveColumns(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	d := testConverter(t, keySchemasEnable, "false").NewDecoder()
	for _, rows := range []int{30, 1, 30} {
		dst := pool.New(rows)
		out := decodeRows(t, dst, d, codectest.Input(dst, many(rows, func(i int) string { return wideRow(i, 2000) })), nil)
		dyn := out.columns[0].Dyn
		if n := len(dyn.Fields); rows > 1 && n != 2000 || rows == 1 && (n <= batch.DynamicFieldsMax || n >= 2000) {
			t.Errorf("%d rows of 2000 members have %d columns", rows, n)
		}
		if got, want := dyn.Shapes[dyn.Slots[0]].Rest, rows == 1; got != want {
			t.Errorf("%d rows have members without column: %t", rows, got)
		}
		dst.Release()
	}
}

// TestCases_FastAsPlain reads and writes batches whose shape as a whole matters.
func TestCases_FastAsPlain(t *testing.T) {
	long := strings.Repeat("name_", 12)
	deep := func(n int) string { return strings.Repeat(`{"a":[`, n) + "1" + strings.Repeat("]}", n) }
	cases := []struct {
		name     string
		envelope bool
		rows     [][]byte
	}{
		{"optional members", false, many(64, func(i int) string {
			row := `{"id":1`
			for k := range 8 {
				if i>>uint(k%6)&1 == 1 {
					row += fmt.Sprintf(`,"m%d":%d`, k, i)
				}
			}
			return row + "}"
		})},
		{"first members missing", false, lines(`{"a":1,"b":2,"c":3}` + "\n" + `{"b":2,"c":3}` + "\n" + `{"c":3}` + "\n" + `{}` + "\n" + `{"c":1,"b":2,"a":3}` + "\nNULL")},
		{"spacing differs", false, lines(`{"a": 1, "b": 2}` + "\n" + `{"a":1,"b":2}` + "\n" + `{ "a" :1 , "b":2 }` + "\n" + "{\t\"a\":\r1}")},
		{"names of every length", false, many(70, func(i int) string {
			return fmt.Sprintf(`{"%s":1,"%s":"x"}`, long[:i%len(long)+1], strings.ToUpper(long)[:(i+7)%len(long)+1])
		})},
		{"many members", false, many(40, func(i int) string { return wideRow(i, 300) })},
		{"very many members", false, many(4, func(i int) string { return wideRow(i, 2000) })},
		{"many members that come and go", false, many(24, func(i int) string { return wideRow(i, 250+i*37%400) })},
		{"more members than columns", false, many(3, func(i int) string { return wideRow(i, membersMax+100) })},
		{"members of their own in every row", false, many(300, func(i int) string { return fmt.Sprintf(`{"id":%d,"own%d":{"x%d":1}}`, i, i, i) })},
		{"members of their own in every element", false, many(3, func(i int) string {
			var b strings.Builder
			for k := range 900 {
				fmt.Fprintf(&b, `,{"e%d":%d}`, k%200, i)
			}
			return "[" + b.String()[1:] + strings.Repeat(",{}", 3000) + "]"
		})},
		{"members without column, of every kind", false, many(300, func(i int) string {
			values := []string{"1", "-2.5", `"x"`, `"\u00e9\ud83d"`, "null", "true", `{"k":[1,{"q":"z"}],"e":{}}`, "[]", `["a",[1.5,null]]`, "1e400", "99999999999999999999", deep(20), "01", "tru", `"`}
			row := fmt.Sprintf(`{"id":%d`, i)
			for k := range i % 7 {
				row += fmt.Sprintf(`,"own%d_%d":%s,"m%d":%d`, i, k, values[(i+k)%len(values)], k, i)
			}
			if i%31 == 5 {
				row += fmt.Sprintf(`,"own%d_0":"again"`, i)
			}
			return row + "}"
		})},
		{"many members without column in one row", false, many(200, func(i int) string {
			row := fmt.Sprintf(`{"id":%d`, i)
			for k := range i {
				row += fmt.Sprintf(`,"r%d_%d":%d`, i, k, k)
			}
			return row + "}"
		})},
		{"members without column below arrays", false, many(4, func(i int) string {
			var b strings.Builder
			for k := range 500 {
				fmt.Fprintf(&b, `,{"id":%d,"e%d":{"x":%d,"own%d":[%d]}}`, k, k%300, k, k, i)
			}
			return "[" + b.String()[1:] + "]"
		})},
		{"depth", false, lines(deep(10) + "\n" + deep(16) + "\n" + deep(17) + "\n" + deep(40) + "\n" + deep(499) + "\n" + deep(500) + "\n" + deep(501) + "\n" + `{"a":1}`)},
		{"object becomes something else", false, lines(`{"a":{"x":1}}` + "\n" + `{"a":1}` + "\n" + `{"a":{"x":1},"a":2}` + "\n" + `{"a":[{"x":1},2]}` + "\n" + `{"a":{"y":1}}`)},
		{"surrogates", false, lines(`{"a":"\ud83d\ude00","b":"\ud83d"}` + "\n" + `{"a":"\ude00","b":"\ud83dx\ude00"}` + "\n" + `{"a":"\ud83d","b":"\ude00"}`)},
		{"roots", false, lines("1\n1.5\n\"x\"\ntrue\nnull\n[1]\n{}\n1 \n1x\n true \nNULL\ntrue]\nfalse,\n\"x\"y")},
		{"bad rows among good ones", false, lines(`{"a":1}` + "\n" + `{"a":` + "\n" + `{"a":2}` + "\n" + `{"a":"` + "\n" + `{"a":3` + "\n" + `{"a":4}` + "\n" + `"` + "\n" + `[`)},
		{"schemas change", true, many(40, func(i int) string {
			return fmt.Sprintf(`{"schema":{"type":"struct","fields":[{"field":"f%d","type":"int32"}]},"payload":{"f%d":%d}}`, i%7, i%7, i)
		})},
		{"the same schema, spelled otherwise", true, lines(`{"schema":{"type":"int32","optional":true},"payload":1}` + "\n" + `{"schema":{"optional":true,"type":"int32"},"payload":2}` + "\n" +
			`{"payload":3,"schema":{"type":"int32","optional":true}}` + "\n" + `{"schema": {"type":"int32","optional":true}, "payload": null}` + "\nNULL")},
		{"a second schema", true, lines(`{"schema":{"type":"int32"},"payload":1}` + "\n" + `{"schema":{"type":"int32"},"payload":1,"schema":{"type":"string"}}` + "\n" +
			`{"schema":{"type":"int32"},"payload":1,"payload":2}` + "\n" + `{"schema":{"type":"int32"},"payload":1,"x":2}` + "\n" + `{"schema":{"type":"int32"},"payload":1,"\u0073chema":{"type":"string"}}` + "\n" +
			`{"schema":{"type":"string"},"payload":"schema\""}` + "\n" + `{"schema":{"type":"int32"},"payload":1} trailing`)},
		{"schemaless envelopes", true, lines(`{"schema":null,"payload":{"a":1}}` + "\n" + `{"schema":null,"payload":null}` + "\n" + `{"schema":null,"payload":[1,"x"]}` + "\n" + `{"schema":{"type":"string","optional":true},"payload":null}`)},
		{"orders", false, orders(false, 200)},
		{"orders with envelope", true, orders(true, 200)},
		{"large maps", true, many(20, func(i int) string {
			var b strings.Builder
			for k := range 3 * i {
				fmt.Fprintf(&b, `,"key%d":%d`, k*k, k)
			}
			return `{"schema":{"type":"map","keys":{"type":"string"},"values":{"type":"int64"}},"payload":{` + strings.TrimPrefix(b.String(), ",") + `}}`
		})},
		{"deep maps", true, many(25, func(i int) string {
			return `{"schema":` + strings.Repeat(`{"type":"map","keys":{"type":"string"},"values":`, i+1) + `{"type":"int8"}` + strings.Repeat("}", i+1) + `,"payload":` + strings.Repeat(`{"b":`, i+1) + "1" + strings.Repeat("}", i+1) + "}"
		})},
		{"null elements of structs", true, lines(`{"schema":` + elements + `,"payload":[{"a":[1,2],"b":{"x":"p"}},null,{"a":null,"b":null},{"a":[],"b":{}}]}` + "\n" +
			`{"schema":` + elements + `,"payload":[{"a":[1],"b":{"x":"p"}},{"a":["x"],"b":{"x":1}},{"a":[7]}]}` + "\n" +
			`{"schema":` + elements + `,"payload":[{"a":[1],"b":{"x":"p"}},{"a":{}` + "\n" + `{"schema":` + elements + `,"payload":[null,{"a":[3]}]}`)},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			pool := batch.NewPool(mem.Checked(t))
			c := testConverter(t, keySchemasEnable, fmt.Sprint(k.envelope))
			compareReading(t, pool, c, k.rows)
			compareWriting(t, pool, c, k.rows)
			one := testConverter(t, keySchemasEnable, fmt.Sprint(k.envelope), keyCacheSize, "0")
			for _, r := range k.rows {
				compareReading(t, pool, one, [][]byte{r})
			}
		})
	}
}

const elements = `{"type":"array","items":{"type":"struct","optional":true,"fields":[{"field":"a","type":"array","optional":true,"items":{"type":"int32"}},{"field":"b","optional":true,"type":"struct","fields":[{"field":"x","type":"string","optional":true}]}]}}`

// TestContents_FastAsPlain reads every payload under every schema.
func TestContents_FastAsPlain(t *testing.T) {
	rows := append(lines(strings.Join(payloads, "\n")), nil)
	for _, s := range contents {
		for _, replace := range []string{"true", "false"} {
			pool := batch.NewPool(mem.Checked(t))
			c := testConverter(t, keySchemaContent, s, keyReplaceNull, replace)
			compareReading(t, pool, c, rows)
			compareWriting(t, pool, c, rows)
		}
	}
}

// TestDecode_BytesInTheArenaBuffer reads rows that lie in either buffer of the input.
func TestDecode_BytesInTheArenaBuffer(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	c := testConverter(t, keySchemasEnable, "false")
	rows := orders(false, 20)
	for _, both := range []bool{true, false} {
		dst := pool.New(len(rows))
		in := codectest.Input(dst, rows)
		v := &in.Values
		v.Bufs[1] = append([]byte{}, v.Bufs[0]...)
		for i := range v.Views {
			if !both || i%2 == 0 {
				v.Views[i].Pos |= batch.InArena
			}
		}
		if !both {
			v.Bufs[0] = nil
		}
		want := plainAnswers(c, rows)
		for i, got := range decodeRows(t, dst, c.NewDecoder(), in, nil).answers() {
			if !want[i].equal(got) {
				t.Errorf("both=%t row %d: %v, want %v", both, i, got, want[i])
			}
		}
		dst.Release()
	}
}

// TestDecode_ProjectionChangesNoFailure reads with a projection: the members it names are there, and the
// same rows fail.
func TestDecode_ProjectionChangesNoFailure(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	want := &batch.Projection{Fields: map[string]*batch.Projection{"b": nil}}
	rows := lines(`{"a":1,"b":2,"c":{"d":3}}` + "\n" + `{"a":1x,"b":2}` + "\n" + `{"b":5,"a":[}` + "\n" + `{"a":1,"a":2,"b":3}` + "\n" + `{"c":{"d":"\q"},"b":1}` + "\n" + `{"b":"x","new":1}` + "\n" + `7`)
	c := testConverter(t, keySchemasEnable, "false")
	d := c.NewDecoder()
	whole := plainAnswers(c, rows)
	for range 2 {
		dst := pool.New(len(rows))
		for i, got := range decodeRows(t, dst, d, codectest.Input(dst, rows), want).answers() {
			if (got.err == nil) != (whole[i].err == nil) {
				t.Errorf("row %d: %v, without projection %v", i, got, whole[i])
			}
			if got.err == nil && got.value.Map() != nil {
				a, _ := got.value.Map().Get(batch.StringValue("b"))
				b, _ := whole[i].value.Map().Get(batch.StringValue("b"))
				if !a.Equal(b) {
					t.Errorf("row %d: b is %v, want %v", i, a, b)
				}
				if v, ok := got.value.Map().Get(batch.StringValue("a")); i == 0 && (!ok || !v.IsNull()) {
					t.Errorf("a member that nobody reads is %v, %t; want null", v, ok)
				}
			}
		}
		dst.Release()
	}
	dst := pool.New(len(rows))
	defer dst.Release()
	for i, got := range decodeRows(t, dst, d, codectest.Input(dst, rows), nil).answers() {
		if !got.equal(whole[i]) {
			t.Errorf("row %d after the projection: %v, want %v", i, got, whole[i])
		}
	}
}

// TestDecode_EqualSchemasAreOneGroup: texts that differ in spelling do not cut a batch, and tombstones
// belong to any group.
func TestDecode_EqualSchemasAreOneGroup(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	dst := pool.New(3)
	defer dst.Release()
	rows := lines(`{"schema":{"type":"int32","optional":true},"payload":1}` + "\nNULL\n" + `{"payload":2,"schema":{"optional":true,"type":"int32"}}`)
	d := decodeRows(t, dst, testConverter(t).NewDecoder(), codectest.Input(dst, rows), nil)
	if len(d.columns) != 1 {
		t.Fatalf("%d groups", len(d.columns))
	}
	if d.columns[0].SchemaOf(1) != nil || d.columns[0].SchemaOf(2) == nil {
		t.Error("the tombstone has a schema, or its neighbour none")
	}
}

// TestDecode_NothingWanted reads records of which only their presence counts.
func TestDecode_NothingWanted(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	c := testConverter(t, keySchemasEnable, "false")
	rows := lines(`{"a":1,"b":2}` + "\n" + `{"a":1,"b":}` + "\nNULL\n" + `null` + "\n" + `{"a":"x"}`)
	want := plainAnswers(c, rows)
	d := c.NewDecoder()
	for range 2 {
		dst := pool.New(len(rows))
		for i, got := range decodeRows(t, dst, d, codectest.Input(dst, rows), &batch.Projection{None: true}).answers() {
			if (got.err == nil) != (want[i].err == nil) || got.value.IsNull() != want[i].value.IsNull() {
				t.Errorf("row %d: %v, want %v", i, got, want[i])
			}
			if m := got.value.Map(); m != nil && slices.ContainsFunc(m.Values, func(v batch.Value) bool { return !v.IsNull() }) {
				t.Errorf("row %d has values: %v", i, got)
			}
		}
		dst.Release()
	}
}

func TestDecode_MemoryIsLinearInTheInput(t *testing.T) {
	m := mem.Checked(t)
	pool := batch.NewPool(m)
	c := testConverter(t, keySchemasEnable, "false")
	rows := many(2000, func(i int) string {
		if i%2 == 0 {
			return fmt.Sprintf(`{"k%d":{"q%d":[{"z%d":1}]}}`, i, i, i)
		}
		return fmt.Sprintf(`{"k":{"q%d":[{"z%d":1}]}}`, i, i)
	})
	bytesIn := 0
	for _, r := range rows {
		bytesIn += len(r)
	}
	dst := pool.New(len(rows))
	decodeRows(t, dst, c.NewDecoder(), codectest.Input(dst, rows), nil)
	if got := m.PeakBytes(); got > int64(200*bytesIn)+1<<20 {
		t.Errorf("%d bytes for %d bytes of input", got, bytesIn)
	}
	dst.Release()
}

func TestErrors_CarryClassTextAndPlace(t *testing.T) {
	c := testConverter(t)
	cases := []struct{ row, class, text, path string }{
		{`{"schema":{"type":"int32"},"payload":`, codec.DataException, "Converting byte[] to Kafka Connect data failed due to serialization error: ", ""},
		{`{"a":1}`, codec.DataException, `JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.`, ""},
		{`{"schema":{"type":"zip"},"payload":1}`, codec.DataException, "Unknown schema type: zip", ""},
		{`{"schema":{"type":"struct","fields":[{"field":"a","type":"struct","fields":[{"field":"b","type":"int32"}]}]},"payload":{"a":{}}}`, codec.DataException, "Invalid null value for required INT32 field", "a.b"},
		{`{"schema":{"type":"struct","fields":[{"field":"a","type":"string"}]},"payload":{"a":5}}`, codec.DataException, `Invalid value: null used for required field: "a", schema type: STRING`, "a"},
		{`{"schema":{"type":"int32","default":"2147483648","name":"org.apache.kafka.connect.data.Date"},"payload":1}`, codec.DataException, "Invalid type for Date, underlying representation should be integer but was STRING", ""},
		{`{"schema":{"type":"string","default":1},"payload":"a"}`, schemaBuilderException, "Invalid default value", ""},
		{`{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal"},"payload":"ew=="}`, codec.DataException, "Invalid bytes for Decimal field", ""},
	}
	for _, k := range cases {
		_, _, err := c.plainRead([]byte(k.row))
		var e *codec.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", k.row, err)
			continue
		}
		if e.JavaClass() != k.class || e.JavaMessage() != k.text || e.Path != k.path {
			t.Errorf("%s: %s %q at %q", k.row, e.JavaClass(), e.JavaMessage(), e.Path)
		}
	}
	_, _, err := c.plainRead([]byte(`{"schema":x`))
	var e *codec.Error
	if !errors.As(err, &e) || e.Pos != 10 {
		t.Errorf("%v", err)
	}
}

func TestEncode_TooDeepFails(t *testing.T) {
	v := batch.ArrayValue(nil)
	for range 1000 {
		v = batch.ArrayValue([]batch.Value{v})
	}
	for _, envelope := range []string{"true", "false"} {
		c := testConverter(t, keySchemasEnable, envelope)
		pool := batch.NewPool(mem.Checked(t))
		b := pool.New(2)
		col := b.DynamicColumn([]batch.Value{v, batch.Int64Value(1)}, false)
		got := encodeRows(t, b, c.NewEncoder(), col, batch.Selection{0, 1})
		if got[0].err == nil || got[1].err != nil || !bytes.HasSuffix(bytes.TrimSuffix(got[1].text, []byte("}")), []byte("1")) {
			t.Errorf("envelope %s: %.100q %v, %q %v", envelope, got[0].text, got[0].err, got[1].text, got[1].err)
		}
		b.Release()
	}
}

// TestMisfit_BesideRequiredFields: a date under a FLOAT64 inside a struct was answered with the first required field of that
// struct that the skeleton around the date has not.
func TestMisfit_BesideRequiredFields(t *testing.T) {
	const odd = `{"field":"d","type":"double","name":"org.apache.kafka.connect.data.Date"}`
	inner := `{"type":"struct","fields":[` + odd + `,{"field":"m","type":"map","keys":{"type":"string"},"values":{"type":"bytes"}}]}`
	wrap := func(schema, payload string) string {
		return `{"schema":{"type":"struct","fields":[{"field":"s",` + schema[1:] + `]},"payload":{"s":` + payload + `}}`
	}
	rows := lines(wrap(inner, `{"d":1,"m":{}}`) + "\n" +
		wrap(`{"type":"array","items":`+inner+`}`, `[{"d":1,"m":{}}]`) + "\n" +
		wrap(`{"type":"map","keys":{"type":"string"},"values":`+inner+`}`, `{"k":{"d":1,"m":{}}}`) + "\n" +
		wrap(`{"type":"map","keys":{"type":"int32"},"values":`+inner+`}`, `[[1,{"d":1,"m":{}}]]`))
	c := testConverter(t)
	for i, a := range plainAnswers(c, rows) {
		if !strings.HasSuffix(a.String(), "cannot be stored in it") {
			t.Errorf("%s: %v", rows[i], a)
		}
	}
	compareReading(t, batch.NewPool(mem.Checked(t)), c, rows)
}
