package javaser

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/java"
)

// arrayVectors calls yield with the arrays of testdata/array.txt.
func arrayVectors(t testing.TB, yield func(name string, values []any, stream []byte)) {
	t.Helper()
	text, err := os.ReadFile("testdata/array.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, digits, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		stream, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatal(err)
		}
		var values []any
		switch name {
		case "null":
		case "empty":
			values = []any{}
		default:
			for part := range strings.SplitSeq(name, ", ") {
				values = append(values, parseValue(t, part))
			}
		}
		yield(name, values, stream)
	}
}

// parseValue reads "int 5".
func parseValue(t testing.TB, s string) any {
	t.Helper()
	kind, text, _ := strings.Cut(s, " ")
	number := func(bits int) int64 {
		v, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	float := func() float64 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	moment := func(layout string) time.Time {
		v, err := time.Parse(layout, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	switch kind {
	case "null":
		return nil
	case "int":
		return int32(number(32))
	case "long":
		return number(64)
	case "short":
		return int16(number(16))
	case "bool":
		return text == "true"
	case "double":
		return float()
	case "float":
		return float32(float())
	case "string":
		return text
	case "uuid":
		b, _ := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
		return UUID(b)
	case "decimal":
		d, err := java.ParseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	case "timestamp":
		m := moment("2006-01-02 15:04:05")
		return Timestamp{m.Unix(), int32(m.Nanosecond())}
	case "date":
		return Date(moment("2006-01-02").UnixMilli())
	case "bytes":
		if text == "-" {
			return []byte{}
		}
		b, _ := hex.DecodeString(text)
		return b
	case "object":
		typ, value, _ := strings.Cut(text, " ")
		return Typed{typ, value}
	}
	t.Fatalf("no kind %q", kind)
	return nil
}

// equal compares arrays; decimals by value and scale.
func equal(a, b []any) bool {
	if len(a) != len(b) || (a == nil) != (b == nil) {
		return false
	}
	for i := range a {
		x, ok := a[i].(java.Decimal)
		y, also := b[i].(java.Decimal)
		if ok != also || ok && (!x.Equal(y) || x.Scale() != y.Scale()) || !ok && !reflect.DeepEqual(a[i], b[i]) {
			return false
		}
	}
	return true
}

func TestArray_Java(t *testing.T) {
	n := 0
	arrayVectors(t, func(name string, values []any, stream []byte) {
		n++
		if got, err := ReadArray(stream); err != nil || !equal(got, values) {
			t.Errorf("%s: read %#v, %v", name, got, err)
		}
		if got, err := AppendArray(nil, values); err != nil || !bytes.Equal(got, stream) {
			t.Errorf("%s: written\n%x, %v, want\n%x", name, got, err, stream)
		}
	})
	if n < 20 {
		t.Errorf("%d vectors", n)
	}
}

func TestArray_Texts(t *testing.T) {
	for _, s := range []string{"", "a\x00b", "\U0001F600", strings.Repeat("x", 1<<16), strings.Repeat("é", 1<<15)} {
		b, err := AppendArray(nil, []any{s})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ReadArray(b); err != nil || len(got) != 1 || got[0] != s {
			t.Errorf("%.20q: read %.40v, %v", s, got, err)
		}
	}
}

func TestArray_Refused(t *testing.T) {
	if _, err := AppendArray(nil, []any{struct{}{}}); err == nil {
		t.Error("a struct is written")
	}
	var e *Error
	arrayVectors(t, func(name string, _ []any, stream []byte) {
		for n := range stream {
			if _, err := ReadArray(stream[:n]); !errors.As(err, &e) {
				t.Fatalf("%s: %d bytes of %d: %v", name, n, len(stream), err)
			}
		}
	})
	other := bytes.Replace(mustArray(t, int32(5)), []byte("java.lang.Integer"), []byte("java.lang.Process"), 1)
	if _, err := ReadArray(other); !errors.As(err, &e) || !strings.Contains(err.Error(), "java.lang.Process") {
		t.Errorf("an object of another class: %v", err)
	}
}

func mustArray(t testing.TB, values ...any) []byte {
	t.Helper()
	b, err := AppendArray(nil, values)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzReadArray(f *testing.F) {
	arrayVectors(f, func(_ string, _ []any, stream []byte) { f.Add(stream) })
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadArray(data)
		if err != nil {
			return
		}
		for _, v := range got {
			switch v.(type) {
			case nil, string, bool, int16, int32, int64, float32, float64, []byte, UUID, Date, Timestamp, java.Decimal, Typed:
			default:
				return // such as a BigInteger alone, which nobody writes
			}
		}
		again, err := AppendArray(nil, got)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ReadArray(again); err != nil || fmt.Sprint(back) != fmt.Sprint(got) {
			t.Fatalf("%#v became %#v, %v", got, back, err)
		}
	})
}
