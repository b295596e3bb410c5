package java

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
)

// result prints a value as the vector files do, or the error like !Class:hex of the message.
func result(v any, err error) string {
	if err == nil {
		return fmt.Sprint(v)
	}
	var e *Exception
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := "null"
	if !e.NoText {
		text = hex.EncodeToString([]byte(e.Message))
	}
	return "!" + e.Class[strings.LastIndexByte(e.Class, '.')+1:] + ":" + text
}

func describe(d Decimal) string {
	plain, stripped := "-", "-"
	if d.Scale() > -2000 && d.Scale() < 2000 {
		plain = hex.EncodeToString(d.AppendPlain(nil))
		stripped = d.StripTrailingZeros().String()
		if int64(len(plain)/2) > d.PlainLen() {
			plain += " longer than PlainLen"
		}
	}
	long, longErr := d.LongExact()
	i, intErr := d.IntExact()
	b, byteErr := d.ByteExact()
	s, shortErr := d.ShortExact()
	two, twoErr := d.SetScale(2)
	return fmt.Sprint(d.String(), " ", plain, " ", d.Scale(), " ", d.Precision(), " ", hex.EncodeToString(d.AppendBytes(nil)), " ",
		d.Long(), " ", d.Int(), " ", strconv.FormatUint(math.Float64bits(d.Float64()), 16), " ",
		strconv.FormatUint(uint64(math.Float32bits(d.Float32())), 16), " ", d.Hash(), " ",
		result(long, longErr), " ", result(i, intErr), " ", result(b, byteErr), " ", result(s, shortErr), " ", stripped, " ", result(two, twoErr))
}

func TestDecimal_Vectors(t *testing.T) {
	readVectors(t, "testdata/decimals.txt", 3, func(f []string) {
		var d Decimal
		var err error
		switch f[0] {
		case "text":
			d, err = ParseDecimal(string(unhex(t, f[1])))
		case "double", "valueOf":
			bits, _ := strconv.ParseUint(f[1], 16, 64)
			if f[0] == "double" {
				d, err = DecimalFromDouble(math.Float64frombits(bits))
			} else {
				d, err = DecimalFromDoubleText(math.Float64frombits(bits))
			}
		case "bytes":
			raw, scale, _ := strings.Cut(f[1], ":")
			n, _ := strconv.Atoi(scale)
			d, err = DecimalFromBytes(unhex(t, raw), int32(n))
		case "compare":
			rest := strings.Fields(f[2])
			a, _ := ParseDecimal(f[1])
			b, _ := ParseDecimal(rest[0])
			if got := fmt.Sprint(a.Compare(b), " ", a.Equal(b)); got != rest[1]+" "+rest[2] {
				t.Errorf("%s %s: got %s, want %s %s", a, b, got, rest[1], rest[2])
			}
			return
		case "integer":
			v, err := ParseBigInteger(string(unhex(t, f[1])))
			if got := result(v, err); got != f[2] {
				t.Errorf("integer %q: got %s, want %s", unhex(t, f[1]), got, f[2])
			}
			return
		}
		got := result("", err)
		if err == nil {
			got = describe(d)
		}
		if got != f[2] {
			t.Errorf("%s %s %q\ngot  %s\nwant %s", f[0], f[1], unhex(t, strings.Split(f[1], ":")[0]), got, f[2])
		}
	})
}

func TestParse_Vectors(t *testing.T) {
	readVectors(t, "testdata/parse.txt", 10, func(f []string) {
		s := string(unhex(t, f[0]))
		b, byteErr := ParseByte(s, 10)
		sh, shortErr := ParseShort(s, 10)
		i, intErr := ParseInt(s, 10)
		l, longErr := ParseLong(s, 10)
		x, hexErr := ParseLong(s, 16)
		d, doubleErr := ParseDouble(s)
		fl, floatErr := ParseFloat(s)
		dBits := strconv.FormatUint(math.Float64bits(d), 16)
		fBits := strconv.FormatUint(uint64(math.Float32bits(fl)), 16)
		if d != d {
			dBits = "7ff8000000000000"
		}
		for n, got := range []string{
			result(b, byteErr), result(sh, shortErr), result(i, intErr), result(l, longErr), result(x, hexErr),
			result(dBits, doubleErr), result(fBits, floatErr), fmt.Sprint(ParseBoolean(s)), fmt.Sprint(IsBlank(s)),
		} {
			if got != f[n+1] {
				t.Errorf("%q column %d: got %s, want %s", s, n+1, got, f[n+1])
			}
		}
	})
}

func TestNarrowing_Vectors(t *testing.T) {
	readVectors(t, "testdata/narrow.txt", 2, func(f []string) {
		bits, _ := strconv.ParseUint(f[0], 16, 64)
		v := math.Float64frombits(bits)
		if got := fmt.Sprint(DoubleToLong(v), DoubleToInt(v), DoubleToShort(v), DoubleToByte(v)); got != f[1] {
			t.Errorf("%v: got %s, want %s", v, got, f[1])
		}
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"1.50", "-1E+3", "1e-7", "123456789012345678901", ".5e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDecimal(s)
		if fast, ok := parseDecimalFast(s); ok && (err != nil || !fast.Equal(d)) {
			t.Fatalf("%q: fast path %s", s, fast)
		}
		slow, slowErr := parseDecimalSlow([]rune(string(AppendUTF8(nil, []byte(s)))))
		if (err == nil) != (slowErr == nil) || err == nil && !slow.Equal(d) {
			t.Fatalf("%q: got %s (%v), slow path %s (%v)", s, d, err, slow, slowErr)
		}
		if err != nil {
			return
		}
		back, err := ParseDecimal(d.String())
		if err != nil || !back.Equal(d) {
			t.Fatalf("%q: %s reads back as %s (%v)", s, d, back, err)
		}
		raw, err := DecimalFromBytes(d.AppendBytes(nil), d.Scale())
		if err != nil || !raw.Equal(d) {
			t.Fatalf("%q: bytes read back as %s (%v)", s, raw, err)
		}
		if d.Compare(back) != 0 {
			t.Fatalf("%q: does not equal itself", s)
		}
	})
}

func BenchmarkDecimal(b *testing.B) {
	buf := make([]byte, 0, 64)
	d, _ := ParseDecimal("12345.67")
	b.Run("op=parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d, _ = ParseDecimal("12345.67")
		}
	})
	b.Run("op=text", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = d.Append(buf[:0])
		}
	})
	b.Run("op=bytes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = d.AppendBytes(buf[:0])
		}
	})
}
