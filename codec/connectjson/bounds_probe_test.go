package connectjson

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

func utf16of(s string) string {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return string(out)
}

func TestProbe(t *testing.T) {
	const size = 1 << 20
	fill := func(open, one, closing string) string { return open + strings.Repeat(one, size/len(one)) + closing }
	distinct := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	many := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format+"\n", i)
		}
		return b.String()
	}
	_ = many
	nest := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	shapes := []struct{ mode, name, row string }{
		{"s", "dup", `{"a":1` + strings.Repeat(`,"a":1`, size/6) + "}"},
		{"s", "utf16dup", utf16of(`{"a":1` + strings.Repeat(`,"a":1`, size/12) + "}")},
		{"s", "utf16numbers", utf16of(fill("[1", ",1", "]"))},
		{"s", "bom numbers", "\xef\xbb\xbf" + fill("[1", ",1", "]")},
		{"s", "open", strings.Repeat("[", size)},
		{"s", "numbers then dup", `{"b":` + fill("[1", ",1", "]") + `,"a":1,"a":2}`},
		{"s", "deep numbers", strings.Repeat("[", 40) + fill("[1", ",1", "]") + strings.Repeat("]", 40)},
		{"s", "deep arrays", fill("["+nest(40), ","+nest(40), "]")},
		{"s", "deep arrays 900", fill("["+nest(900), ","+nest(900), "]")},
		{"s", "distinct members", `{"a":1` + distinct(`,"%d":1`, size/11) + "}"},
		{"s", "distinct in arrays", `[{}` + distinct(`,{"%d":1}`, size/13) + "]"},
		{"s", "rest numbers", `{"a":1` + distinct(`,"%d":1`, 300) + `,"z":` + fill("[1", ",1", "]") + "}"},
		{"s", "long integer", strings.Repeat("7", 5*size)},
		{"s", "long integers", fill("["+strings.Repeat("7", 19), ","+strings.Repeat("7", 19), "]")},
		{"s", "decimals", fill("[1.5", ",1.5", "]")},
		{"s", "long decimals", fill("["+strings.Repeat("7", 900)+".5", ","+strings.Repeat("7", 900)+".5", "]")},
		{"s", "small strings", fill(`["\n"`, `,"\n"`, "]")},
		{"s", "leading zero", "[01" + fill("", ",1", "]")},
		{"s", "escaped names", fill(`{"\n":1`, `,"\n":1`, "}")},
		{"s", "objects of dup", fill(`[{"":1,"":1}`, `,{"":1,"":1}`, "]")},
		{"s", "rows of new", many(`{"%d":1}`, size/12)},
		{"s", "rows of new2", many(`{"a":{"%d":1}}`, size/16)},
		{"e", "fields", `{"schema":{"type":"struct","fields":[{"field":"x","type":"int8"}` + distinct(`,{"field":"%d","type":"int8","optional":true}`, 5000) + `]},"payload":{"x":1}}`},
		{"e", "fields200k", `{"schema":{"type":"struct","fields":[{"field":"x","type":"int8"}` + distinct(`,{"field":"%d","type":"int8","optional":true}`, size/50) + `]},"payload":{"x":1}}`},
		{"e", "rows fields", many(`{"schema":{"type":"struct","fields":[{"field":"%d","type":"int8"}]},"payload":{"x":1}}`, size/100)},
		{"e", "rows fields opt", many(`{"schema":{"type":"struct","optional":true,"fields":[{"field":"%d","type":"int8","optional":true}]},"payload":{"x":1}}`, size/100)},
		{"e", "deep schema", `{"schema":` + strings.Repeat(`{"type":"array","items":`, 900) + `{"type":"int8"}` + strings.Repeat(`}`, 900) + `,"payload":[]}`},
		{"e", "coerced", `{"schema":{"type":"array","items":{"type":"int8"}},"payload":[""` + strings.Repeat(`,""`, size/3) + `]}`},
		{"e", "object as array", `{"schema":{"type":"array","items":{"type":"int8"}},"payload":{"a":1` + strings.Repeat(`,"a":1`, size/6) + `}}`},
		{"e", "object as array2", `{"schema":{"type":"array","items":{"type":"int8"}},"payload":{"a":1` + distinct(`,"%d":1`, size/10) + `}}`},
		{"e", "map dup", `{"schema":{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}},"payload":{"a":1` + strings.Repeat(`,"a":1`, size/6) + `}}`},
		{"e", "map distinct", `{"schema":{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}},"payload":{"a":1` + distinct(`,"%d":1`, size/10) + `}}`},
		{"e", "pairs", `{"schema":{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}},"payload":[[1,1]` + strings.Repeat(`,[1,1]`, size/6) + `]}`},
		{"e", "pairs distinct", `{"schema":{"type":"map","keys":{"type":"int32"},"values":{"type":"int8"}},"payload":[[1,1]` + distinct(`,[%d,1]`, size/10) + `]}`},
		{"e", "pairs bytes", `{"schema":{"type":"map","keys":{"type":"bytes"},"values":{"type":"int8"}},"payload":[["",1]` + strings.Repeat(`,["",1]`, size/8) + `]}`},
		{"e", "decimals", `{"schema":{"type":"array","items":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}},"payload":[1` + strings.Repeat(`,1`, size/2) + `]}`},
		{"e", "structs of defaults", `{"schema":{"type":"array","items":{"type":"struct","fields":[{"field":"a","type":"int8","default":1},{"field":"b","type":"int64","optional":true},{"field":"c","type":"int64","optional":true}]}},"payload":[{}` + strings.Repeat(`,{}`, size/3) + `]}`},
		{"e", "wide structs of null", `{"schema":{"type":"array","items":{"type":"struct","optional":true,"fields":[{"field":"x","type":"int8","optional":true}` + distinct(`,{"field":"%d","type":"int64","optional":true}`, 100) + `]}},"payload":[{}` + strings.Repeat(`,{}`, size/3) + `]}`},
		{"e", "default", `{"schema":{"type":"array","items":{"type":"int8"},"default":[1` + strings.Repeat(`,1`, size/2) + `]},"payload":null}`},
	}
	for _, s := range shapes {
		c := testConverter(t, keySchemasEnable, fmt.Sprint(s.mode == "e"))
		rows := [][]byte{[]byte(s.row)}
		if s.row[len(s.row)-1] == '\n' {
			rows = nil
			for _, r := range strings.Split(strings.TrimSuffix(s.row, "\n"), "\n") {
				rows = append(rows, []byte(r))
			}
		}
		bytes := 0
		for _, r := range rows {
			bytes += len(r)
		}
		home := batch.NewPool(mem.NewPool()).New(len(rows))
		in := input(home, rows)
		var took time.Duration
		var fails int
		read := func() {
			pool := batch.NewPool(mem.NewPool())
			dst := pool.New(len(rows))
			at := time.Now()
			got := decodeRows(t, dst, c.NewDecoder(), in, nil)
			took = time.Since(at)
			fails = len(got.status.Errors())
			dst.Release()
		}
		peak := peakOf(read)
		var a, b runtime.MemStats
		runtime.ReadMemStats(&a)
		c2 := c
		_ = c2
		read()
		runtime.ReadMemStats(&b)
		over := ""
		if peak > uint64(16*bytes+1<<20) {
			over = "OVER"
		}
		t.Logf("%-22s %8d B  peak %6.1fx  total %6.1fx %v fails %d %s", s.mode+" "+s.name, bytes, float64(peak)/float64(bytes), float64(b.TotalAlloc-a.TotalAlloc)/float64(bytes), took.Round(time.Millisecond), fails, over)
		home.Release()
	}
	_ = codec.Data
}
