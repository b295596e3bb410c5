package generate

import (
	"math"
	"math/rand/v2"
	"unicode/utf8"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// source draws from a seeded stream.
type source struct {
	*rand.Rand
	whole bool // nothing that was drawn is damaged afterwards, or has what its schema does not know
}

func newSource(kind string, seed, index uint64) source {
	for _, c := range []byte(kind) {
		seed = (seed ^ uint64(c)) * 0x100000001b3
	}
	return source{Rand: rand.New(rand.NewPCG(seed, index))}
}

// oneIn is true once in n.
func (s source) oneIn(n int) bool { return s.IntN(n) == 0 }

func pick[T any](s source, xs ...T) T { return xs[s.IntN(len(xs))] }

// size draws a small length, rarely a larger one.
func (s source) size(usual int) int {
	if s.oneIn(40) {
		return s.IntN(usual*8 + 1)
	}
	return s.IntN(usual + 1)
}

// integer draws a number of that many bits, mostly small or at a limit.
func (s source) integer(bits int) int64 {
	lowest, highest := int64(-1)<<(bits-1), int64(1)<<(bits-1)-1
	switch s.IntN(6) {
	case 0:
		return pick(s, lowest, lowest+1, highest, highest-1, 0, -1, 1)
	case 1:
		edge := int64(1) << s.IntN(bits-1)
		return min(max(pick(s, edge, edge-1, -edge, -edge-1), lowest), highest)
	case 2:
		return int64(s.Uint64()) >> (64 - bits)
	}
	return min(max(int64(s.IntN(300)-100), lowest), highest)
}

// millis draws a time: around 1970, day borders, the present, or anything.
func (s source) millis() int64 {
	const day = 86_400_000
	switch s.IntN(6) {
	case 0:
		return pick[int64](s, 0, -1, 1, -5, day-1, day, day+1, -day, 1700000000000, 253402300799999, 253402300800000, -62135596800000, -62135596800001)
	case 1:
		return (s.Int64N(40000) - 5000) * day
	case 2:
		return s.Int64N(day)
	case 3:
		return s.integer(64)
	}
	return s.Int64N(4e12) - 1e12
}

var floats64 = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.1, 1.5, -2.5, 100, 1e3, 1e7, 9999999, 1.0e-3, 9.99e-4, 1e10, 1e21, 1e22, 1e23, 2e23, 8.41e21, 9.007199254740993e15,
	math.MaxFloat64, math.SmallestNonzeroFloat64, 2.2250738585072014e-308, math.MaxFloat32, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxInt64, math.MinInt64,
	4.35, 123456.789, 2.98023223876953125e-8, 1.0 / 3, 1e-5, 12345678901234567,
}

func (s source) float64() float64 {
	switch s.IntN(4) {
	case 0:
		return pick(s, floats64...)
	case 1:
		return math.Float64frombits(s.Uint64())
	case 2:
		return float64(s.integer(64)) / math.Pow10(s.IntN(20))
	}
	return float64(s.IntN(2000)-500) / 8
}

func (s source) float32() float64 {
	switch s.IntN(4) {
	case 0:
		return float64(float32(pick(s, floats64...)))
	case 1:
		return float64(math.Float32frombits(s.Uint32()))
	case 2:
		return float64(float32(float64(s.integer(32)) / math.Pow10(s.IntN(12))))
	}
	return float64(s.IntN(2000)-500) / 8
}

var words = []string{
	"", "a", "b", "x", "id", "null", "true", "false", "NaN", "0", "1", "-1", "1.5", "1e3", "a.b", "a b", "é", "€", "日本", "😀", "\u2028", "/", "<>&'", `"`, `\`, `\"`, "\n", "\t",
	"\r\n", "\x00", "\x1f", "\x7f", "\ufeff", "\uffff", "\xed\xa0\x80", "\xed\xb0\x80", "a\xed\xa0\xbdb", "abc", "zip=0123", "2020-01-01", "12:00:00.000Z", "2020-01-01T00:00:00.000Z",
	"AQID", "AQI=", "ew==", "!!", "the quick brown fox jumps over the lazy dog", " lead", "trail ", "[1,2]", "{\"a\":1}", "a,b", "a:b", "1,2", "127", "128", "-0", "Infinity",
}

// text draws a string in WTF-8.
func (s source) text() string {
	switch s.IntN(8) {
	case 0:
		var b []byte
		for range s.size(12) {
			b = protocol.AppendWTF8(b, s.codePoint())
		}
		return string(b)
	case 1:
		return canonicalText(pick(s, words...) + pick(s, words...))
	case 2, 3:
		b := make([]byte, s.size(16))
		for i := range b {
			b[i] = byte(' ' + s.IntN(95))
		}
		return string(b)
	}
	return pick(s, words...)
}

// canonicalText joins surrogates that stand side by side, as a text has them, and replaces bytes that are no text.
func canonicalText(text string) string {
	var out []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			r = '?'
			if len(text) > 2 && text[0] == 0xed && text[1]&0xe0 == 0xa0 && text[2]&0xc0 == 0x80 {
				r, n = 0xd000|rune(text[1]&0x3f)<<6|rune(text[2]&0x3f), 3
			}
		}
		out = protocol.AppendWTF8(out, r)
		text = text[n:]
	}
	return string(out)
}

func (s source) codePoint() rune {
	switch s.IntN(6) {
	case 0:
		return rune(s.IntN(0x20))
	case 1:
		return rune(0x80 + s.IntN(0x780))
	case 2:
		return rune(0xD800 + s.IntN(0x800))
	case 3:
		return rune(0x10000 + s.IntN(0x100000))
	case 4:
		return rune(0x800 + s.IntN(0xD000))
	}
	return rune(0x20 + s.IntN(0x60))
}

func (s source) bytes() string {
	b := make([]byte, s.size(12))
	for i := range b {
		b[i] = byte(s.Uint32())
	}
	return string(b)
}

// digits draws an unscaled number: small, or longer than a long.
func (s source) digits() string {
	if s.oneIn(4) {
		b := make([]byte, 1+s.IntN(40))
		for i := range b {
			b[i] = byte('0' + s.IntN(10))
		}
		b[0] = byte('1' + s.IntN(9))
		return pick(s, "", "-") + string(b)
	}
	return pick(s, "0", "1", "-1", "123", "-123", "100", "127", "128", "-128", "-129", "255", "256", "32768", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "12345")
}
