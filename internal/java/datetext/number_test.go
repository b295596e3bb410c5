package datetext

import (
	"math"
	"testing"
)

// A DecimalFormat reads the texts of values that are no finite numbers, inside dates too. Answers of the original.
func TestParseNumber_TextsOfNoFiniteNumber(t *testing.T) {
	for _, c := range []struct {
		text string
		v    int64
		n    int
	}{{"NaNZ", 0, 3}, {"∞Z", math.MaxInt32, 3}, {"-∞Z", math.MinInt32, 4}, {"Na", 0, 0}, {"-NaN", 0, 0}} {
		if v, n := parseNumber(c.text); v != c.v || n != c.n {
			t.Errorf("%q: %d of %d bytes, want %d of %d", c.text, v, n, c.v, c.n)
		}
	}
}
