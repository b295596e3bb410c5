package connectjson

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// hostile is a batch whose every byte costs as much memory as it can.
type hostile struct {
	name     string
	envelope bool
	rows     []string
}

// hostiles returns batches of about size bytes each.
func hostiles(size int) []hostile {
	fill := func(open, one, closing string) []string {
		return []string{open + strings.Repeat(one, max(0, size-len(open)-len(closing))/len(one)) + closing}
	}
	// each fills with texts that all differ: one has a place for a number.
	each := func(open, one, closing string) []string {
		var b strings.Builder
		b.WriteString(open)
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, one, i)
		}
		b.WriteString(closing)
		return []string{b.String()}
	}
	rows := func(one string) (out []string) {
		for i, n := 0, 0; n < size; i++ {
			out = append(out, fmt.Sprintf(one, i))
			n += len(out[i])
		}
		return out
	}
	wide := func(rows []string) []string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(rows[0])) {
			b.WriteByte(byte(u))
			b.WriteByte(byte(u >> 8))
		}
		return []string{b.String()}
	}
	members := func(n int) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf(`"%x":1`, i)
		}
		return strings.Join(all, ",")
	}
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	under := func(schema string, payload []string) []string {
		return []string{`{"schema":` + schema + `,"payload":` + payload[0] + `}`}
	}
	list := func(elem string) string { return `{"type":"array","items":` + elem + `}` }
	mapping := func(key string) string {
		return `{"type":"map","keys":{"type":"` + key + `"},"values":{"type":"int8"}}`
	}
	numbers := fill("[1", ",1", "]")
	return []hostile{
		{"numbers", false, numbers},
		{"texts", false, fill(`[""`, `,""`, "]")},
		{"objects", false, fill("[{}", ",{}", "]")},
		{"arrays", false, fill("[[]", ",[]", "]")},
		{"escapes", false, fill(`"`, `\u00e9`, `"`)},
		{"texts with escapes", false, fill(`["\n"`, `,"\n"`, "]")},
		{"members of objects", false, fill(`[{"a":1}`, `,{"a":1}`, "]")},
		{"cut short", false, fill("[1", ",1", "")},
		{"broken", false, fill("[1", ",1", ",}]")},
		{"broken members", false, fill(`{"a":1`, `,"a":1`, "]")},
		{"open arrays", false, fill("", "[", "")},
		{"same name", false, fill(`{"a":1`, `,"a":1`, "}")},
		{"same name in UTF-16", false, wide(fill(`{"a":1`, `,"a":1`, "}"))},
		{"same names in objects", false, fill(`[{"":1,"":1}`, `,{"":1,"":1}`, "]")},
		{"same name behind numbers", false, fill(`{"b":[1`, ",1", `],"a":1,"a":2}`)},
		{"same escaped name", false, fill(`{"\n":1`, `,"\n":1`, "}")},
		{"numbers in UTF-16", false, wide(numbers)},
		{"numbers behind a byte order mark", false, []string{"\xef\xbb\xbf" + numbers[0]}},
		{"numbers in deep arrays", false, fill(strings.Repeat("[", 40)+"1", ",1", strings.Repeat("]", 40))},
		{"deep arrays", false, fill("["+nested(40), ","+nested(40), "]")},
		{"deepest arrays", false, fill("["+nested(999), ","+nested(999), "]")},
		{"leading zero", false, fill("[01", ",1", "]")},
		{"members that differ", false, each(`{"a":1`, `,"%x":1`, "}")},
		{"objects that differ", false, each(`[{}`, `,{"%x":1}`, "]")},
		{"objects of objects that differ", false, each(`[{}`, `,{"a":{"%x":1}}`, "]")},
		{"many members behind empty objects", false, fill("[{}", ",{}", ",{"+members(500)+"}]")},
		{"numbers in a member without column", false, fill("{"+members(membersMax)+`,"z":[1`, ",1", "]}")},
		{"rows of many members", false, rows(`{"a":%d,` + members(2000) + "}")},
		{"a row of many members", false, []string{"{" + members(membersMax) + "}"}},
		{"integer of all digits", false, fill("", "7", "")},
		{"integers of 19 digits", false, fill("[1", ","+strings.Repeat("9", 19), "]")},
		{"integers of 1000 digits", false, fill("[1", ","+strings.Repeat("9", 1000), "]")},
		{"decimals", false, fill("[1e1", ",1e1", "]")},
		{"rows that differ", false, rows(`{"%x":1}`)},
		{"rows of objects that differ", false, rows(`{"a":{"%x":1}}`)},

		{"schema with a field twice", true, under(fill(`{"type":"struct","fields":[{"field":"a","type":"int8"}`, `,{"field":"a","type":"int8"}`, `]}`)[0], []string{"{}"})},
		{"schema of optional fields", true, under(each(`{"type":"struct","fields":[{"field":"x","type":"int8"}`, `,{"field":"%x","type":"int8","optional":true}`, `]}`)[0], []string{`{"x":1}`})},
		{"schema of named fields", true, under(each(`{"type":"struct","fields":[{"field":"x","type":"int8"}`, `,{"field":"%x","type":"int8","name":"a","optional":true}`, `]}`)[0], []string{`{"x":1}`})},
		{"deepest schema", true, under(strings.Repeat(`{"type":"array","items":`, 990)+`{"type":"int8"}`+strings.Repeat("}", 990), []string{nested(900)})},
		{"array", true, under(list(`{"type":"int8"}`), numbers)},
		{"array of texts for numbers", true, under(list(`{"type":"int8"}`), fill(`[""`, `,""`, "]"))},
		{"object for an array", true, under(list(`{"type":"int8"}`), each(`{"a":1`, `,"%x":1`, "}"))},
		{"array of decimals", true, under(list(`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"0"}}`), numbers)},
		{"structs of nothing", true, under(list(`{"type":"struct","fields":[{"field":"a","type":"int8","optional":true},{"field":"b","type":"int64","default":7},{"field":"c","type":"string","optional":true},{"field":"d","type":"array","items":{"type":"int8"},"optional":true}]}`), fill("[{}", ",{}", "]"))},
		{"structs of nothing of many fields", true, under(list(`{"type":"struct","fields":[`+manyFields(100)+`]}`), []string{"[{}" + strings.Repeat(",{}", size/48) + "]"})},
		{"map with a name twice", true, under(mapping("string"), fill(`{"a":1`, `,"a":1`, "}"))},
		{"map of names that differ", true, under(mapping("string"), each(`{"a":1`, `,"%x":1`, "}"))},
		{"pairs", true, under(mapping("int8"), fill("[[1,1]", ",[1,1]", "]"))},
		{"pairs that differ", true, under(mapping("int32"), each("[[1,1]", ",[%d,1]", "]"))},
		{"pairs with keys of bytes", true, under(mapping("bytes"), fill(`[["",1]`, `,["",1]`, "]"))},
	}
}

// manyFields returns the JSON schemas of n optional fields.
func manyFields(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(`{"field":"%d","type":"int64","optional":true}`, i)
	}
	return strings.Join(all, ",")
}

// TestDecode_BoundsOfHostileRows reads rows of about a mebibyte: each may take 16 times its size and a mebibyte.
func TestDecode_BoundsOfHostileRows(t *testing.T) {
	for _, h := range hostiles(1 << 20) {
		t.Run(fmt.Sprintf("envelope=%t/%s", h.envelope, h.name), func(t *testing.T) {
			codectest.CheckBounds(t, testConverter(t, keySchemasEnable, fmt.Sprint(h.envelope)), codectest.Rows{Raw: rawOf(h.rows)})
		})
	}
}

// TestEncode_BoundsOfHostileRows writes what was read of such rows: that may take 16 times the text that it gives, and a mebibyte.
func TestEncode_BoundsOfHostileRows(t *testing.T) {
	for _, h := range hostiles(1 << 19) {
		t.Run(fmt.Sprintf("envelope=%t/%s", h.envelope, h.name), func(t *testing.T) {
			c := testConverter(t, keySchemasEnable, fmt.Sprint(h.envelope))
			pool := batch.NewPool(mem.NewPool())
			dst := pool.New(len(h.rows))
			defer dst.Release()
			d := decodeRows(t, dst, c.NewDecoder(), codectest.Input(dst, rawOf(h.rows)), nil)
			if d.status.Any() {
				return
			}
			written := 0
			write := func() {
				out := batch.NewPool(mem.NewPool()).New(len(h.rows))
				defer out.Release()
				bb := batch.BytesBuilder{Pool: out.Pool().Mem}
				bb.Reset(&out.Arena, len(h.rows), 1<<10)
				defer bb.Discard()
				var status batch.Status
				if err := c.NewEncoder().Encode(&bb, &codec.Output{Topics: batch.OneTopic("t"), Column: d.columns[0]}, &status); err != nil || status.Any() {
					t.Fatal(err, status.Errors())
				}
				written = len(bb.Buf)
			}
			write()
			codectest.CheckUse(t, written, write)
		})
	}
}

func rawOf(rows []string) [][]byte {
	out := make([][]byte, len(rows))
	for i := range rows {
		out[i] = []byte(rows[i])
	}
	return out
}
