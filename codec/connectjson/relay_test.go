package connectjson

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/codectest"
)

// compareRelay checks that rows which a relay finds are the text that comes of reading and writing them the plain way, once with nothing
// learned and once with what the rows taught. It returns how many were found in the end.
func compareRelay(tb testing.TB, pool *batch.Pool, from, to *converter, rows [][]byte) (found int) {
	tb.Helper()
	relay := to.NewRelay(from)
	if relay == nil {
		return 0
	}
	dst := pool.New(len(rows))
	defer dst.Release()
	in := codectest.Input(dst, rows)
	for range 2 {
		out := make([]batch.View, len(rows))
		rest := relay.Same(in, out, nil)
		found = 0
		for i, row := range rows {
			switch {
			case len(rest) > 0 && rest[0] == int32(i):
				rest = rest[1:]
				continue
			case row == nil:
				continue
			}
			found++
			got := in.Values.Bufs[out[i].Pos>>31][out[i].Pos&^batch.InArena:][:out[i].Len]
			s, v, err := from.plainRead(row)
			want, null := []byte(nil), false
			if err == nil {
				want, null, err = to.plainAppend(nil, s, v, false)
			}
			if err != nil || null || string(want) != string(got) {
				tb.Errorf("row %d: %.300q\n got %.300q\nwant %.300q null=%t %v", i, row, got, want, null, err)
			}
		}
		if len(rest) > 0 {
			tb.Errorf("rows %v are in rest, out of order or not of the input", rest)
		}
	}
	return found
}

// relayPairs are what converters between which there may be a relay are configured with: keys and values of the one that reads, and of the one
// that writes.
var relayPairs = [][2][]string{
	{{keySchemasEnable, "false"}, {keySchemasEnable, "false"}},
	{nil, nil},
	{nil, {keySchemasEnable, "false"}},
	{{keyReplaceNull, "false"}, {keyDecimalFormat, "NUMERIC"}},
	{{keyDecimalFormat, "NUMERIC"}, {keySchemasEnable, "false", keyReplaceNull, "false"}},
}

// TestRelay_Rows: which rows stay as they are, and which are read and written for a change of a byte.
func TestRelay_Rows(t *testing.T) {
	envelope := func(schema, payload string) string { return `{"schema":` + schema + `,"payload":` + payload + `}` }
	const (
		order = `{"type":"struct","fields":[{"type":"string","optional":false,"field":"s"},{"type":"int8","optional":true,"field":"b"},{"type":"double","optional":false,"field":"d"}],"optional":false}`
		deflt = `{"type":"struct","fields":[{"type":"int32","optional":true,"default":3,"field":"i"}],"optional":false}`
		dec   = `{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}`
		mapOf = `{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"int64","optional":true},"optional":false}`
	)
	type test struct {
		row  string
		same bool
	}
	many := func(n int) string { // in the order of a HashMap: one letter is its own hash code
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"%c":%d`, 'a'+i, i)
		}
		return "{" + b.String()[1:] + "}"
	}
	for k, tests := range [][]test{
		{
			{`{}`, true}, {`[]`, true}, {`"x"`, true}, {`7`, true}, {`true`, true}, {`[1,"x",null,{"a":[]}]`, true}, {`null`, false}, {``, false}, {` {}`, false}, {`{} `, false}, {`{ }`, false}, {`[1, 2]`, false},
			{`{"a":1}`, true}, {`{"a" :1}`, false}, {`{"a": 1}`, false}, {`{"a":1 }`, false}, {`{"a":1}x`, false}, {`{"a":1,"a":2}`, false}, {`{"a":1,"b":2}`, true}, {`{"b":1,"a":2}`, false}, {`{"p":1,"a":2}`, true}, {`{"a":2,"p":1}`, false},
			{`{"a":{"b":1,"c":{"d":null}}}`, true}, {`{"a":{"c":1,"b":2}}`, false}, {`{"a":null}`, true}, {`{"\u0061":1}`, false}, {`{"a\n":1}`, false}, {`{"é":"ß"}`, true}, {`{"a":"😀"}`, false}, {`{"😀":1}`, false}, {`{"a":"\uD83D\uDE00"}`, true}, {`{"a":"\ud83d\ude00"}`, false},
			{`"\""`, true}, {`"\\\n\t\b\f\r"`, true}, {`"\/"`, false}, {`"\u001F"`, true}, {`"\u001f"`, false}, {`"\u0041"`, false}, {`"\u000A"`, false}, {"\"\x7f\"", true}, {"\"\xff\"", false}, {"\"\xc0\x80\"", false}, {"\"\xed\xa0\x80\"", false}, {`"\uD83D"`, true},
			{`-1`, true}, {`-0`, false}, {`0`, true}, {`01`, false}, {`1e3`, false}, {`1E3`, false}, {`1.0E10`, true}, {`1.0`, true}, {`1.10`, false}, {`1.`, false}, {`-0.0`, false}, {`0.0`, true}, {`0.00`, false}, {`0.001`, true}, {`0.0001`, false}, {`1.0E-4`, true}, {`9999999.5`, true},
			{`12345678.5`, false}, {`1.23456785E7`, true}, {`0.1234567890123456`, true}, {`0.12345678901234567`, false}, {`123456789`, true}, {`9223372036854775807`, true}, {`-9223372036854775807`, true}, {`-9223372036854775808`, false}, {`9223372036854775808`, false}, {`123456789012345678901`, false}, {`1.5e-3`, false}, {`-0.5`, true}, {`-0.0005`, false},
			{many(8), true}, {many(12), true}, {many(13), true}, {many(26), true}, {"[" + strings.Repeat("[", 40) + strings.Repeat("]", 41), false},
		},
		{
			{envelope(order, `{"s":"x","b":1,"d":1.5}`), true}, {envelope(order, `{"s":"x","b":null,"d":1.5}`), true}, {envelope(order, `{"s":"x","d":1.5}`), false}, {envelope(order, `{"b":1,"s":"x","d":1.5}`), false}, {envelope(order, `{"s":"x","b":1,"d":1.5,"z":1}`), false},
			{envelope(order, `{"s":"x","b":128,"d":1.5}`), false}, {envelope(order, `{"s":"x","b":-128,"d":1.5}`), true}, {envelope(order, `{"s":"x","b":1,"d":1}`), false}, {envelope(order, `{"s":1,"b":1,"d":1.5}`), false}, {envelope(order, `{"s":null,"b":1,"d":1.5}`), false}, {envelope(order, `null`), false},
			{envelope(order+" ", `{"s":"x","b":1,"d":1.5}`), false}, {envelope(order, ` {"s":"x","b":1,"d":1.5}`), false}, {envelope(order, `{"s":"x","b":1,"d":1.5} `), false}, {envelope(order, `{"s":"x","b":1,"d":1.5}`) + "x", false}, {`{"payload":1,"schema":null}`, false},
			{envelope(order, `{"s":"x","b":1,"d":1.5},"schema":null`), false}, {envelope(strings.Replace(order, `"optional":false,"field"`, `"field"`, 1), `{"s":"x","b":1,"d":1.5}`), false},
			{envelope(deflt, `{"i":4}`), true}, {envelope(deflt, `{"i":null}`), false}, {envelope("null", `{"a":1}`), true}, {envelope("null", `null`), false}, {envelope(dec, `"ew=="`), true}, {envelope(dec, `"AHs="`), false}, {envelope(dec, `1.23`), false}, {envelope(dec, `""`), false},
			{envelope(mapOf, `{"p":1,"a":null}`), true}, {envelope(mapOf, `{"a":1,"p":2}`), false}, {envelope(mapOf, `{"a":1,"a":2}`), false}, {envelope(mapOf, `{"a":1.5}`), false},
		},
		{
			{envelope(order+" ", ` {"s":"x","b":1,"d":1.5}`), true}, {envelope(order, `{"s":"x","b":1,"d":1.5} `), false}, {envelope(order, `null`), false}, {envelope("null", `{"a":1}`), true}, {`{"a":1}`, false},
		},
	} {
		from, to := testConverter(t, relayPairs[k][0]...), testConverter(t, relayPairs[k][1]...)
		pool := batch.NewPool(mem.Checked(t))
		for _, c := range tests {
			found := compareRelay(t, pool, from, to, [][]byte{[]byte(c.row)})
			if want := map[bool]int{true: 1}[c.same]; found != want {
				t.Errorf("pair %d: %q: %d found, want %d", k, c.row, found, want)
			}
		}
	}
}

// TestRelay_FindsNothing: converters whose records never are the same have no relay.
func TestRelay_FindsNothing(t *testing.T) {
	plain, envelope, content := testConverter(t, keySchemasEnable, "false"), testConverter(t), testConverter(t, keySchemaContent, contents[0])
	if envelope.NewRelay(plain) != nil || envelope.NewRelay(content) != nil {
		t.Error("an envelope is found in records without")
	}
	if plain.NewRelay(content) == nil {
		t.Error("records of a configured schema find nothing")
	}
}

// TestRelay_Random looks at random records of random schemas, as Java writes them and changed by a byte.
func TestRelay_Random(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	found, whole := 0, 0
	for seed := range uint64(300) {
		r := batchtest.NewRandom(seed)
		pair := relayPairs[int(seed)%len(relayPairs)]
		from, to := testConverter(t, pair[0]...), testConverter(t, pair[1]...)
		s := r.Struct()
		var rows [][]byte
		for range 60 {
			if r.IntN(3) == 0 {
				s = r.Schema()
			}
			text, null, err := from.plainAppend(nil, s, r.Value(s), false)
			if err != nil || null {
				continue
			}
			whole++
			rows = append(rows, text, mutate(r.Rand, text), mutate(r.Rand, mutate(r.Rand, text)))
		}
		found += compareRelay(t, pool, from, to, rows)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if found < whole/8 {
		t.Errorf("%d rows found of %d that Java wrote", found, whole)
	}
}
