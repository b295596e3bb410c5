package jsonscan

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// slack returns text with what may stand behind a row: bytes that could go on with it.
func slack(text string) []byte {
	return append([]byte(text), []byte(strings.Repeat(`12.5e7,"x`, 8))...)
}

// TestScanNumber_AsParse compares scanned numbers with parsed ones.
func TestScanNumber_AsParse(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	texts := []string{"0", "-0", "-0.0", "01", "-", "1.", ".5", "1e", "1e+", "1E5", "1e-5", "12345678", "123456789012345678", "1234567890123456789", "9223372036854775807", "9223372036854775808", "1e400", "-1e400", "1e-400", "-1e-400", "-1e-50", "-0e5", "-0.00000000000000000000e1",
		"4.9E-324", "0.1", "9007199254740993.0", "123456789012345678901234567890.5", "1e22", "1e23", "1.7976931348623157e308", "12345678.12345678", "1234567.1234567", "12345678.5", "1.12345678", "16777217.0", "0.000001e10", "1e99999", "00", "1.0.0", "1-", "12345678e2", "1234567812345678e2", "12345678.x"}
	for range 50_000 {
		const marks = "0123456789012345678900..-+eE"
		n := 1 + r.IntN(24)
		var b strings.Builder
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "%d.%d", r.Int64()>>r.IntN(64), r.Uint64()>>r.IntN(64))
		}
		for b.Len() < n {
			b.WriteByte(marks[r.IntN(len(marks))])
		}
		texts = append(texts, b.String())
	}
	scanned := 0
	for _, text := range texts {
		if text[0] != '-' && (text[0] < '0' || text[0] > '9') {
			continue
		}
		b := slack(text)
		mantissa, exp10, end := ScanNumber(b, 0, len(text))
		if end < 0 {
			continue
		}
		scanned++
		want, err := Parse([]byte(text[:end]))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if end < len(text) && text[end] >= '0' && text[end] <= '9' {
			t.Fatalf("%s: ends at %d", text, end)
		}
		if (exp10 == IsInteger) != (want.Kind == Integer) {
			t.Fatalf("%s: exponent %d", text, exp10)
		}
		if exp10 == IsInteger && (mantissa != want.Int || want.Num != nil) {
			t.Fatalf("%s: %d", text, mantissa)
		}
		if got, w := Double(mantissa, exp10, b[:end]), want.DoubleValue(); math.Float64bits(got) != math.Float64bits(w) {
			t.Fatalf("%s: %v, want %v", text, got, w)
		}
		if got, w := Float(mantissa, exp10, b[:end]), want.FloatValue(); math.Float32bits(got) != math.Float32bits(w) {
			t.Fatalf("%s: float %v, want %v", text, got, w)
		}
	}
	if scanned < 10_000 {
		t.Fatalf("only %d numbers", scanned)
	}
}

// FuzzSkip compares Skip with Parse: what is skipped parses, and ends at the same byte.
func FuzzSkip(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,{"b":null}],"c":"x\u00e9"}`, `[true,false,null]`, `"\ud83d"`, `[1`, `{"a":1,}`, `{"é":"\q"}`, "\"a\xff\"", `12`, `-`, `{}`, `[]`, `truex`, `1.5e10`, `{"a\u0062":1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) == 0 {
			return
		}
		end := Skip(slack(string(text)), 0, len(text), 0)
		if end < 0 {
			return
		}
		// The end of a number or word inside an array is for whoever skips it.
		p := parser{b: append([]byte("["), append(text[:end:end], ']')...), i: 1}
		_, err := p.value(1)
		if err != nil || p.i != end+1 {
			t.Fatalf("%q: skipped to %d, parsed to %d: %v", text, end, p.i-1, err)
		}
	})
}

// TestParse_Strings reads texts that Jackson reads in ways of its own.
func TestParse_Strings(t *testing.T) {
	cases := []struct{ json, want string }{
		{`"\ud83d\ude00"`, "😀"}, {`"\ud83d"`, "\xed\xa0\xbd"}, {`"\ude00\ud83d"`, "\xed\xb8\x80\xed\xa0\xbd"}, {"\"\xc0\x80\"", "\x00"}, {"\"\xf4\x90\x80\x80\"", "\xed\xb0\x80\xed\xb0\x80"},
		{`"\b\t\n\f\r\"\/\\"`, "\b\t\n\f\r\"/\\"}, {"\xef\xbb\xbf\"x\"", "x"}, {"\"\x00x\x00\"\x00", "x"}, {"\x00\x00\x00\"\x00\x00\x00x\x00\x00\x00\"", "x"},
	}
	for _, c := range cases {
		n, err := Parse([]byte(c.json))
		if err != nil || n.Text != c.want {
			t.Errorf("%q: %q, %v", c.json, n.Text, err)
		}
	}
	for _, bad := range []string{"\"\xff\"", "\"\xed\xa0\x80\"", `"\q"`, `{"\ud83d":1}`, `{"\ude00":1}`, "\"\x01\"", `"x`, `"\u00g0"`, "\x00\x00\xff\xfe", "{\"\xed\xa0\x80\":1}"} {
		if n, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%q: %v", bad, n)
		}
	}
}

// TestAppendBase64_AsJackson: blanks before groups go, padding is needed and may be followed by more.
func TestAppendBase64_AsJackson(t *testing.T) {
	for in, want := range map[string]string{"": "", "QQ==": "A", " QUI= ": "AB", "QUJD QUJD": "ABCABC", "QQ==QQ==": "AA", "QUJD\n": "ABC"} {
		if got, ok := AppendBase64(nil, in); !ok || string(got) != want {
			t.Errorf("%q: %q %t", in, got, ok)
		}
	}
	for _, in := range []string{"Q", "QQ", "QQ=", "Q=Q=", "=QQQ", "QU JD", "Q-Q_", "QQ=A", "é==="} {
		if got, ok := AppendBase64(nil, in); ok {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// TestParse_ChecksLongTextsFirst: long texts are read as short ones are, and broken ones make no nodes.
func TestParse_ChecksLongTextsFirst(t *testing.T) {
	for _, one := range []string{"1,", `"é",`, `{"a":[1,{"b":null}]},`, "1.5e3,"} {
		short := "[" + one + "0]"
		long := "[" + strings.Repeat(one, checkFirst/len(one)+1) + "0]"
		a, err := Parse([]byte(short))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse([]byte(long))
		if err != nil || len(b.Items) != checkFirst/len(one)+2 {
			t.Fatalf("%s: %d items, %v", one, len(b.Items), err)
		}
		for i := range b.Items[:len(b.Items)-1] {
			if !reflect.DeepEqual(a.Items[0], b.Items[i]) {
				t.Fatalf("%s: item %d is %+v", one, i, b.Items[i])
			}
		}
		if _, err := Parse([]byte(long[:len(long)-1])); err == nil {
			t.Errorf("%s: the end is missing", one)
		}
	}
}

// FuzzTape compares tapes with nodes: the same values, the same failures.
func FuzzTape(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,{"b":null}],"c":"x\u00e9"}`, `[true, false ,null]`, `{"a":1,"b":2,"a":{"c":[]},"b":[{}]}`, `{"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"\u0031":[10],"5":{}}`, "\xef\xbb\xbf [1e+5,-0]", "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "{\"\xc0\x80\":1,\"\\u0000\":2}", `{"a\u0062":1,"ab":"\"\\"} x`, `123456789012345678901234567890`, ` `, `1 `, `{"a":[[[]],{}]}`, `1e99999999999`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, err := Parse(text)
		var tape Tape
		for range 2 {
			root, ok, tapeErr := tape.Read(slack(string(text)), len(text))
			if fmt.Sprint(err) != fmt.Sprint(tapeErr) {
				t.Fatalf("%q: %v, want %v", text, tapeErr, err)
			}
			if err != nil {
				return
			}
			if got := (Node{Kind: Missing}); !ok && !reflect.DeepEqual(got, want) {
				t.Fatalf("%q: nothing, want %+v", text, want)
			}
			if ok {
				if got := treeOf(&tape, root); !reflect.DeepEqual(got, want) {
					t.Fatalf("%q: %+v, want %+v", text, got, want)
				}
				if got := tape.Node(root); !reflect.DeepEqual(got, want) {
					t.Fatalf("%q: node %+v, want %+v", text, got, want)
				}
			}
			tape.Drop()
		}
	})
}

// treeOf makes nodes of what a tape says.
func treeOf(t *Tape, v Ref) Node {
	n := t.Scalar(v)
	switch n.Kind {
	case Array:
		all := t.Elements(v)
		for e, ok := all.Next(); ok; e, ok = all.Next() {
			n.Items = append(n.Items, treeOf(t, e))
		}
	case Object:
		all := t.Members(v)
		for name, e, ok := all.Next(); ok; name, e, ok = all.Next() {
			n.Names, n.Items = append(n.Names, string(name)), append(n.Items, treeOf(t, e))
		}
	}
	if (n.Kind == Array || n.Kind == Object) && t.Count(v) != len(n.Items) {
		n.Text = "another count"
	}
	return n
}
