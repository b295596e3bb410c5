package jsonscan

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// What ScanNumber returns as exponent of numbers that are no mantissa and exponent.
const (
	IsInteger = 1 << 20 // no fraction and no exponent: the mantissa is the value
	IsLong    = 1 << 21 // a decimal of more digits than the mantissa holds
)

// digitsMax is how many digits a mantissa holds: all numbers of so many fit an int64.
const digitsMax = 18

// ScanNumber scans the number at b[i]; i is less than n. Its value is mantissa · 10^exp10, or as the
// constants say. end is -1 for what Parse has to judge: no number, leading zeros, an integer beyond int64,
// an exponent of many digits.
//
// Integers of up to 15 digits, and decimals of up to 7 before and behind the point, take two loads. The
// results are scalars, because a struct goes through memory.
func ScanNumber(b []byte, i, n int) (mantissa int64, exp10, end int) {
	start := i
	if b[i] == '-' {
		i++
	}
	w := binary.LittleEndian.Uint64(b[i:])
	d := w ^ each1*'0'
	k := leadingDigits(d)
	if k == 0 || w&0xff == '0' && k > 1 {
		return 0, 0, -1
	}
	var v uint64
	exp10 = IsInteger
	if k < 8 {
		c := byte(w >> uint(8*k))
		i += k
		if c != '.' {
			if c|0x20 == 'e' {
				return scanNumber(b, start, n)
			}
			v = joined(d, k)
			if i > n {
				return 0, 0, -1
			}
			if b[start] == '-' {
				return -int64(v), IsInteger, i
			}
			return int64(v), IsInteger, i
		}
		i++
	} else {
		i += 8
	}
	f := binary.LittleEndian.Uint64(b[i:])
	e := f ^ each1*'0'
	l := leadingDigits(e)
	c := byte(f >> uint(8*l))
	if l == 8 || c|0x20 == 'e' || l == 0 && k < 8 || c == '.' && k == 8 {
		return scanNumber(b, start, n)
	}
	if k < 8 {
		exp10 = -l
	}
	i += l
	if i > n {
		return 0, 0, -1
	}
	v = joined(d, k)*powers[l&7] + joined(e, l)
	if b[start] == '-' {
		return -int64(v), exp10, i
	}
	return int64(v), exp10, i
}

// leadingDigits returns how many of the eight bytes of d, digits as their values, are digits, from the
// lowest on.
func leadingDigits(d uint64) int {
	return bits.TrailingZeros64((d+each1*0x76|d)&each80) >> 3
}

// joined returns the number that the k lowest bytes of d make, 0 <= k <= 8.
func joined(d uint64, k int) uint64 {
	d <<= uint(64 - 8*k)
	d = d*10 + d>>8
	return (d&0x000000ff000000ff*0x000f424000000064 + d>>16&0x000000ff000000ff*0x0000271000000001) >> 32 & 0xffffffff
}

// scanNumber is ScanNumber for numbers of any length.
func scanNumber(b []byte, i, n int) (mantissa int64, exp10, end int) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	first := i
	v, i := digits(b, 0, i)
	count := i - first
	if count == 0 || i > n || b[first] == '0' && count > 1 {
		return 0, 0, -1
	}
	exp10 = IsInteger
	if i < n && b[i] == '.' {
		from := i + 1
		v, i = digits(b, v, from)
		if i == from || i > n {
			return 0, 0, -1
		}
		count += i - from
		exp10 = from - i
	}
	if i < n && b[i]|0x20 == 'e' {
		var e int
		if e, i = exponent(b, i+1, n); i < 0 {
			return 0, 0, -1
		}
		if exp10 == IsInteger {
			exp10 = 0
		}
		exp10 += e
	}
	switch {
	case i-first > numberDigits:
		return 0, 0, -1
	case count > digitsMax && exp10 == IsInteger:
		if count > digitsMax+1 || v > math.MaxInt64 {
			return 0, 0, -1
		}
	case count > digitsMax:
		return 0, IsLong, i
	}
	if negative {
		return -int64(v), exp10, i
	}
	return int64(v), exp10, i
}

// exponent reads what follows the letter; end is -1 for none, and for those of more than four digits:
// Parse knows which ones Java has.
func exponent(b []byte, i, n int) (e, end int) {
	negative := i < n && b[i] == '-'
	if i < n && (b[i] == '-' || b[i] == '+') {
		i++
	}
	from := i
	for i < n && b[i] >= '0' && b[i] <= '9' {
		e = e*10 + int(b[i]-'0')
		if i++; i-from > 4 {
			return 0, -1
		}
	}
	if i == from {
		return 0, -1
	}
	if negative {
		e = -e
	}
	return e, i
}

// digits reads the decimal digits at b[i], eight at a time, as the continuation of v. Beyond 18 digits
// v is nonsense. It stops within the slack behind the text at the latest.
func digits(b []byte, v uint64, i int) (uint64, int) {
	for i+8 <= len(b) {
		d := binary.LittleEndian.Uint64(b[i:]) ^ each1*'0'
		k := leadingDigits(d)
		if k == 0 {
			return v, i
		}
		v = v*powers[k] + joined(d, k)
		i += k
		if k < 8 {
			return v, i
		}
	}
	return v, len(b)
}

var powers = [...]uint64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// exact are the powers of ten that a double holds exactly.
var exact = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Double returns the double nearest to a number that ScanNumber read in text; text is asked where the
// arithmetic on doubles would not be exact. Zero has no sign, because Java reads decimals through
// BigDecimal; what is too small for a double keeps it.
func Double(mantissa int64, exp10 int, text []byte) float64 {
	if exp10 == IsInteger {
		return float64(mantissa)
	}
	if mantissa < 1<<53 && mantissa > -1<<53 && exp10 <= 22 && exp10 >= -22 {
		if exp10 < 0 {
			return float64(mantissa) / exact[-exp10]
		}
		return float64(mantissa) * exact[exp10]
	}
	f, _ := strconv.ParseFloat(string(text), 64) // an error is a range, and f then right
	if f == 0 && zero(text) {
		return 0
	}
	return f
}

// Float is Double for floats, rounded once.
func Float(mantissa int64, exp10 int, text []byte) float32 {
	if exp10 == IsInteger {
		return float32(mantissa)
	}
	if mantissa < 1<<24 && mantissa > -1<<24 && exp10 <= 10 && exp10 >= -10 {
		if exp10 < 0 {
			return float32(mantissa) / float32(exact[-exp10])
		}
		return float32(mantissa) * float32(exact[exp10])
	}
	f, _ := strconv.ParseFloat(string(text), 32)
	if f == 0 && zero(text) {
		return 0
	}
	return float32(f)
}

// zero reports whether all digits of a number before its exponent are zero.
func zero(text []byte) bool {
	for _, c := range text {
		switch {
		case c|0x20 == 'e':
			return true
		case c >= '1' && c <= '9':
			return false
		}
	}
	return true
}
