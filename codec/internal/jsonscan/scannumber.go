package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// NumberForm says what a number consists of.
type NumberForm uint8

// The forms. NumberOdd is for Parse to judge: no number, leading zeros, more digits than fit.
const (
	NumberOdd     NumberForm = iota
	NumberInteger            // Mantissa is the value
	NumberShort              // Mantissa · 10^Exp10 is the value
	NumberLong               // a decimal of more digits; End alone is set
)

// Number is a scanned number. Values of up to 18 digits are in Mantissa, without their sign.
type Number struct {
	Mantissa uint64
	Exp10    int
	End      int
	Negative bool
	Form     NumberForm
}

// Int returns the value of a NumberInteger.
func (x *Number) Int() int64 {
	if x.Negative {
		return -int64(x.Mantissa)
	}
	return int64(x.Mantissa)
}

// digitsMax is how many digits Mantissa holds: all numbers of so many fit an int64.
const digitsMax = 18

// ScanNumber scans the number at b[i]; i is less than n.
func ScanNumber(b []byte, i, n int) (x Number) {
	if b[i] == '-' {
		x.Negative = true
		i++
	}
	first := i
	x.Mantissa, i = digits(b, 0, i)
	count := i - first
	if count == 0 || i > n || b[first] == '0' && count > 1 {
		return Number{}
	}
	c := b[i]
	if i == n || c != '.' && c|0x20 != 'e' {
		if count > digitsMax {
			return Number{}
		}
		x.End, x.Form = i, NumberInteger
		return x
	}
	return x.decimal(b, first, i, n, count)
}

// decimal scans the fraction and exponent that start at b[i].
func (x Number) decimal(b []byte, first, i, n, count int) Number {
	x.Form = NumberShort
	if b[i] == '.' {
		from := i + 1
		x.Mantissa, i = digits(b, x.Mantissa, from)
		if i == from || i > n {
			return Number{}
		}
		count += i - from
		x.Exp10 = from - i
	}
	if i < n && b[i]|0x20 == 'e' {
		i++
		negative := i < n && b[i] == '-'
		if i < n && (b[i] == '-' || b[i] == '+') {
			i++
		}
		e, from := 0, i
		for i < n && b[i] >= '0' && b[i] <= '9' {
			e = e*10 + int(b[i]-'0')
			if i++; i-from > 4 {
				return Number{} // Parse knows what exponents Java has
			}
		}
		if i == from {
			return Number{}
		}
		if negative {
			e = -e
		}
		x.Exp10 += e
	}
	if count > digitsMax {
		x.Form = NumberLong
	}
	if i-first > numberDigits {
		return Number{}
	}
	x.End = i
	return x
}

// digits reads the decimal digits at b[i], eight at a time, as the continuation of v. Beyond 18 digits
// v is nonsense. It stops within the slack behind the text at the latest.
func digits(b []byte, v uint64, i int) (uint64, int) {
	for i+8 <= len(b) {
		d := binary.LittleEndian.Uint64(b[i:]) ^ each1*'0'
		m := ((d + each1*0x76) | d) & each80
		k := bits.TrailingZeros64(m) >> 3
		if k == 0 {
			return v, i
		}
		d <<= 64 - 8*uint(k)
		d = d*10 + d>>8
		d = (d&0x000000ff000000ff*0x000f424000000064 + d>>16&0x000000ff000000ff*0x0000271000000001) >> 32
		v = v*powers[k] + d&0xffffffff
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

// Double returns the double nearest to a scanned number whose text is b[i:x.End]. Zero is never
// negative: Java reads decimals through BigDecimal.
func (x *Number) Double(b []byte, i int) float64 {
	if x.Form == NumberLong || x.Mantissa >= 1<<53 || x.Exp10 < -22 || x.Exp10 > 22 {
		f, _ := strconv.ParseFloat(string(b[i:x.End]), 64) // an error is a range, and f then right
		if f == 0 {
			return 0
		}
		return f
	}
	f := float64(x.Mantissa)
	if x.Exp10 < 0 {
		f /= exact[-x.Exp10]
	} else {
		f *= exact[x.Exp10]
	}
	if x.Negative && f != 0 {
		return -f
	}
	return f
}

// Float is Double for floats, rounded once.
func (x *Number) Float(b []byte, i int) float32 {
	if x.Form == NumberLong || x.Mantissa >= 1<<24 || x.Exp10 < -10 || x.Exp10 > 10 {
		f, _ := strconv.ParseFloat(string(b[i:x.End]), 32)
		if f == 0 {
			return 0
		}
		return float32(f)
	}
	f := float32(x.Mantissa)
	if x.Exp10 < 0 {
		f /= float32(exact[-x.Exp10])
	} else {
		f *= float32(exact[x.Exp10])
	}
	if x.Negative && f != 0 {
		return -f
	}
	return f
}
