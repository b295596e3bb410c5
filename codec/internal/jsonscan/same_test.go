package jsonscan

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/millrace/millrace/internal/java"
)

// noisy returns text with what scan functions want behind it: noise, that no function may take for text.
func noisy(text []byte) []byte {
	return append(bytes.Clone(text), bytes.Repeat([]byte(`7"`), Slack)...)
}

// TestSame_AsReadAndWritten: of random tokens, those that are told to stay the same are what comes of reading and writing them.
func TestSame_AsReadAndWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var scratch []byte
	numbers, strings := 0, 0
	for range 200_000 {
		const digits, letters = "0123456789001-.eE", "ab\\\"nu0041dD8é😀\x1f\xff/ "
		text := make([]byte, 1+r.IntN(22))
		for k := range text {
			text[k] = digits[r.IntN(len(digits))]
		}
		if end, decimal := SameNumber(noisy(text), 0, len(text)); end > 0 {
			v, exp10, to := ScanNumber(noisy(text), 0, len(text))
			got := AppendDouble(nil, Double(v, exp10, text[:end]))
			if !decimal {
				n, err := Parse(text[:end])
				if err != nil {
					t.Fatalf("%q: %v", text[:end], err)
				}
				got = java.AppendInt(nil, n.Int)
			}
			if to != end || decimal == (exp10 == IsInteger) || string(got) != string(text[:end]) {
				t.Fatalf("%q: ends at %d, decimal %t; written as %q", text, end, decimal, got)
			}
			numbers++
		}
		text[0] = '"'
		for k := range text[1:] {
			text[1+k] = letters[r.IntN(len(letters))]
		}
		text = append(text, '"')
		if end := SameString(noisy(text), 0, len(text), &scratch); end > 0 {
			n, err := Parse(text[:end])
			if err != nil || string(AppendString(nil, n.Text)) != string(text[:end]) {
				t.Fatalf("%q: ends at %d: %v %q", text, end, err, n.Text)
			}
			strings++
		}
	}
	if numbers < 1000 || strings < 1000 {
		t.Errorf("%d numbers and %d texts stay the same", numbers, strings)
	}
}
