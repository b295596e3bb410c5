package connectjson

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/codectest"
)

// contents are schemas for schema.content and for envelopes.
var contents = []string{
	`{"type":"struct","fields":[{"field":"a","type":"int32"},{"field":"b","type":"string","optional":true},{"field":"c","type":"double","optional":true,"default":1.5},{"field":"d","type":"boolean"}]}`,
	`{"type":"struct","optional":true,"fields":[{"field":"a","type":"array","items":{"type":"int64"}},{"field":"m","type":"map","keys":{"type":"string"},"values":{"type":"int8","optional":true}},{"field":"s","type":"struct","optional":true,"fields":[{"field":"x","type":"bytes"},{"field":"y","type":"float"}]}]}`,
	`{"type":"array","items":{"type":"struct","fields":[{"field":"a","type":"int16","optional":true},{"field":"l","type":"array","optional":true,"items":{"type":"string"}}]}}`,
	`{"type":"struct","fields":[{"field":"n","type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}},{"field":"d","type":"int32","name":"org.apache.kafka.connect.data.Date","optional":true},{"field":"t","type":"int32","name":"org.apache.kafka.connect.data.Time","optional":true},{"field":"ts","type":"int64","name":"org.apache.kafka.connect.data.Timestamp","default":7}]}`,
	`{"type":"map","keys":{"type":"int32"},"values":{"type":"string"}}`,
	`{"type":"map","keys":{"type":"string"},"values":{"type":"map","keys":{"type":"string"},"values":{"type":"array","items":{"type":"double"}}}}`,
	`{"type":"int64","optional":true}`, `{"type":"string"}`, `{"type":"struct","fields":[{"field":"o","type":"string","name":"org.apache.kafka.connect.data.Date","optional":true}]}`,
	`{"type":"struct","fields":[{"field":"o","type":"string","name":"org.apache.kafka.connect.data.Date","optional":true,"default":3},{"field":"a","type":"int32","optional":true}]}`,
}

// payloads are rows of all kinds: what the schemas above ask for, what Java coerces, what it refuses.
var payloads = []string{
	`{"a":1,"b":"x","c":2.5,"d":true}`, `{"a":2,"b":null,"c":null,"d":false}`, `{"a":3,"d":true}`, `{"d":true,"a":4,"b":"y"}`, `{"a":5,"a":6,"d":true}`, `{"a":"7","b":8,"d":1}`, `{"b":"x"}`,
	`{ "a" : 1 , "b" : "x" , "d" : true }`, `{"a":1,"b":"\u00e9\n","d":true,"z":[1,{"q":null}]}`, "{\"a\":1,\"b\":\"é\xff\",\"d\":true}", `{"a":1.9,"b":"x","d":true}`, `{"a":99999999999999999999,"d":true}`,
	`{"a":[1,2,3],"m":{"x":1,"y":null,"zz":3},"s":{"x":"AQID","y":1.25}}`, `{"a":[],"m":{},"s":null}`, `{"a":{"q":1},"m":{"b":2,"a":1,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10}}`, `{"a":[1,null],"m":{}}`, `{"a":[1],"m":{"k":1,"k":2}}`, `{"a":[1],"m":{},"s":{"x":"!","y":1}}`,
	`[{"a":1,"l":["x","y"]},{"a":null},{"l":[]},{}]`, `[{"a":1,"l":["x",1]}]`, `[{"a":1},{"a":"x","l":["q"]}]`, `[]`, `[[1]]`,
	`{"n":"ew==","d":1,"t":2,"ts":3}`, `{"n":1.50,"d":null,"t":86400001}`, `{"n":-12345678901234567890.5,"ts":null}`, `{"n":5,"d":1.5}`, `{"n":"","d":1}`,
	`[[1,"a"],[2,"b"],[1,"c"]]`, `[[1]]`, `{"x":{"y":[1.5,2]},"w":{}}`, `5`, `"text"`, `null`, `true`, `1x`, `truex`, ``, ` `, `{`, `{"a":1`, `{"a":1}}`, `{"a":1} trailing`, `{"o":null}`, `{"o":1}`,
	"\xef\xbb\xbf{\"a\":1,\"d\":true}", "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", `{"a\u0062":1}`, `{"s":{"x":{"y":{"z":[1,[2,[3]]]}}}}`, `[1,1.0,"x",null,true,{"k":[]}]`, `1e400`, `-0.0`, `-0`, `0.1e-5`, `01`, `1.`, `.5`, `{"a":01}`, `1234567.123456789012345`, `1e22`, `1.7976931348623157e308`,
}

// FuzzDecode compares the fast paths with the plain ones, on rows and schemas of any bytes: the same
// values, the same failures, the same texts, within the bounds of memory and time.
func FuzzDecode(f *testing.F) {
	all := []byte{}
	for _, p := range payloads {
		all = append(append(all, p...), '\n')
		f.Add(uint8(0), []byte(p+"\n"+p))
		f.Add(uint8(1), []byte(`{"schema":null,"payload":`+p+"}"))
	}
	for k := range contents {
		f.Add(uint8(2+k), all)
		f.Add(uint8(1), []byte(`{"schema":`+contents[k]+`,"payload":`+payloads[k]+"}\n"+`{"schema":`+contents[k]+`,"payload":{}}`))
	}
	for _, h := range hostiles(2 << 10) {
		mode := uint8(0)
		if h.envelope {
			mode = 1
		}
		f.Add(mode, []byte(strings.Join(h.rows, "\n")))
	}
	f.Fuzz(func(t *testing.T, mode uint8, data []byte) {
		var c *converter
		switch k := int(mode) % (2 + len(contents)); k {
		case 0:
			c = testConverter(t, keySchemasEnable, "false")
		case 1:
			c = testConverter(t)
		default:
			c = testConverter(t, keySchemaContent, contents[k-2])
		}
		rows := bytes.Split(data, []byte("\n"))
		if len(rows) > 64 {
			rows = rows[:64]
		}
		for i := range rows {
			if string(rows[i]) == "null bytes" {
				rows[i] = nil
			}
		}
		pool := batch.NewPool(mem.Checked(t))
		compareReading(t, pool, c, rows)
		compareWriting(t, pool, c, rows)
		compareRelay(t, pool, c, c, rows)
		compareRelay(t, pool, c, testConverter(t, keySchemasEnable, "false"), rows)
		codectest.CheckBounds(t, c, codectest.Rows{Raw: rows})
	})
}

// FuzzStable decodes, encodes and decodes again: the second reading gives what the first gave.
func FuzzStable(f *testing.F) {
	for _, p := range payloads {
		f.Add([]byte(p))
	}
	f.Fuzz(func(t *testing.T, row []byte) {
		c := testConverter(t, keySchemasEnable, "false")
		s, v, err := c.plainRead(row)
		if err != nil || v.IsNull() {
			return
		}
		text, _, err := c.plainAppend(nil, s, v, true)
		if err != nil {
			t.Fatal(err)
		}
		pool := batch.NewPool(mem.Checked(t))
		dst := pool.New(1)
		defer dst.Release()
		got := decodeRows(t, dst, c.NewDecoder(), codectest.Input(dst, [][]byte{text}), nil).answers()[0]
		if got.err != nil || !sameJSON(v, got.value) {
			t.Fatalf("%q became %q, read as %v", row, text, got)
		}
	})
}

// FuzzBounds repeats a piece of text between two others to some hundred kilobytes, so that what a shape costs is more than what is free: reading
// and writing stay within the bounds of memory.
func FuzzBounds(f *testing.F) {
	f.Add(false, []byte("[1"), []byte(",1"), []byte("]"))
	f.Add(false, []byte(`{"a":1`), []byte(`,"a":1`), []byte("}"))
	f.Add(false, []byte(`{"a":1,"a":[[1`), []byte(`],[1`), []byte("]]}"))
	f.Add(false, []byte("[\x00"), []byte("1\x00,\x00"), []byte("1\x00]\x00"))
	f.Add(false, []byte(""), []byte("["), []byte(""))
	f.Add(false, []byte("01"), []byte("7"), []byte(" "))
	f.Add(false, []byte(`["`), []byte(`\u001f`), []byte(`"]`))
	f.Add(false, []byte(`[`), []byte(`{"a":1,"b":[{"c":1}]},`), []byte(`{}]`))
	f.Add(false, []byte(`{"a":1}`), []byte("\n{\"\":{}}"), []byte(``))
	f.Add(true, []byte(`{"schema":{"type":"array","items":{"type":"int8"}},"payload":[""`), []byte(`,""`), []byte("]}"))
	f.Add(true, []byte(`{"schema":{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}},"payload":[[1,2]`), []byte(`,[3,4]`), []byte("]}"))
	f.Add(true, []byte(`{"schema":{"type":"struct","fields":[`), []byte(`{"field":"a","type":"int8"},`), []byte(`{"field":"b","type":"string"}]},"payload":{"b":"x"}}`))
	f.Fuzz(func(t *testing.T, envelope bool, open, piece, closing []byte) {
		const size = 256 << 10
		if len(piece) == 0 || len(open)+len(closing) > size/8 {
			return
		}
		text := append(append([]byte{}, open...), bytes.Repeat(piece, size/len(piece))...)
		rows := bytes.SplitN(append(text, closing...), []byte("\n"), 1024)
		c := testConverter(t, keySchemasEnable, fmt.Sprint(envelope))
		if envelope && columnsPerRow(c, rows) > columnsFree {
			return // what a schema asks for: see docs/decisions/007-json-memory.md
		}
		codectest.CheckBounds(t, c, codectest.Rows{Raw: rows})
	})
}

// columnsFree is how many values an element of an array, or a row, may have under its schema where bounds are looked at.
const columnsFree = 4

// columnsPerRow returns how many columns a schema of the rows has, and how many schemas there are beyond the first.
func columnsPerRow(c *converter, rows [][]byte) int {
	seen := map[*batch.Schema]bool{}
	most := 0
	for _, r := range rows {
		if s, _, err := c.split(r); err == nil && s != nil && !seen[s] {
			seen[s] = true
			most = max(most, columnsOf(s))
		}
	}
	return most + len(seen)
}

func columnsOf(s *batch.Schema) int {
	n := 1
	for _, f := range s.Fields() {
		n += columnsOf(f.Schema)
	}
	for _, k := range []*batch.Schema{s.Key(), s.Elem()} {
		if k != nil {
			n += columnsOf(k)
		}
	}
	return n
}

// sameJSON is Value.Equal where infinite doubles, which JSON writes as texts, equal those.
func sameJSON(a, b batch.Value) bool {
	switch {
	case a.Tag() == batch.TagFloat64 && a.Float()-a.Float() != 0:
		return b.Tag() == batch.TagString
	case a.Tag() == batch.TagArray && b.Tag() == batch.TagArray && len(a.Array()) == len(b.Array()):
		for i := range a.Array() {
			if !sameJSON(a.Array()[i], b.Array()[i]) {
				return false
			}
		}
		return true
	case a.Tag() == batch.TagMap && b.Tag() == batch.TagMap && len(a.Map().Keys) == len(b.Map().Keys):
		for i, k := range a.Map().Keys {
			if v, ok := b.Map().Get(k); !ok || !sameJSON(a.Map().Values[i], v) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}
