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

// TestCivilOf_IsTheInverseOfMonthStart over both calendars, years before 1 too.
func TestCivilOf_IsTheInverseOfMonthStart(t *testing.T) {
	for _, from := range []int64{-800_000, cutoverDay - 800, -20_000, 10_000} {
		for day := from; day < from+2000; day++ {
			c := civilOf(day)
			if c.month < 0 || c.month > 11 || c.day < 1 || monthStart(c.year, c.month, day >= cutoverDay)+int64(c.day)-1 != day {
				t.Fatalf("day %d is %+v", day, c)
			}
			if next := monthStart(c.year+int64(c.month+1)/12, (c.month+1)%12, day >= cutoverDay); next <= day {
				t.Fatalf("day %d is %+v, and the next month starts at %d", day, c, next)
			}
		}
	}
}

// TestParseNumber_Digits: few, many, with an exponent, and what ends them.
func TestParseNumber_Digits(t *testing.T) {
	for text, want := range map[string][2]int64{
		"7": {7, 1}, "0042-": {42, 4}, "999999999:": {999999999, 9}, "1234567890": {1234567890, 10}, "4294967297": {1, 10},
		"12E2": {1200, 4}, "12E": {12, 2}, "1\u0663x": {13, 3}, "12é": {12, 2}, "": {0, 0}, "x": {0, 0}, "-5": {-5, 2},
	} {
		if v, n := parseNumber(text); v != want[0] || int64(n) != want[1] {
			t.Errorf("%q: %d of %d bytes, want %v", text, v, n, want)
		}
	}
}
