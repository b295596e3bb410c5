package java

import (
	"fmt"
	"math"
	"math/big"
	"unicode"
	"unicode/utf8"
)

func numberFormat(message string) *Exception {
	return &Exception{Class: "java.lang.NumberFormatException", Message: message}
}

func arithmetic(message string) *Exception {
	return &Exception{Class: "java.lang.ArithmeticException", Message: message}
}

// digitValue is Character.digit(char, 10) for characters of the basic plane, -1 for no digit.
func digitValue(r rune) int {
	if r < utf8.RuneSelf {
		if r >= '0' && r <= '9' {
			return int(r - '0')
		}
		return -1
	}
	if r > 0xffff {
		return -1
	}
	for i := range unicode.Nd.R16 {
		if t := &unicode.Nd.R16[i]; rune(t.Lo) <= r && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return -1
}

// ParseDecimal reads text as new BigDecimal(String): sign, digits with at most one point, exponent;
// no blanks. Digits of all scripts count.
//
// Errors: NumberFormatException with the JDK's text; none for text that ends too early.
func ParseDecimal(s string) (Decimal, error) {
	if d, ok := parseDecimalFast(s); ok {
		return d, nil
	}
	units := []rune(string(AppendUTF8(nil, []byte(s))))
	return parseDecimalSlow(units)
}

// parseDecimalFast takes ASCII sign, digits and point, up to 18 digits.
func parseDecimalFast(s string) (Decimal, bool) {
	i, neg := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		i = 1
	}
	if n := len(s) - i; n == 0 || n > 19 {
		return Decimal{}, false
	}
	v, point, digits := int64(0), -1, 0
	for ; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			if s[i] != '.' || point >= 0 {
				return Decimal{}, false
			}
			point = digits
			continue
		}
		if digits++; digits > 18 {
			return Decimal{}, false
		}
		v = v*10 + int64(c)
	}
	if digits == 0 {
		return Decimal{}, false
	}
	if neg {
		v = -v
	}
	if point < 0 {
		point = digits
	}
	return Decimal{small: v, scale: int32(digits - point)}, true
}

// parseDecimalSlow takes everything. Beyond the basic plane a character is two units in Java; it
// is always refused, so one rune may stand for both.
func parseDecimalSlow(s []rune) (Decimal, error) {
	neg := false
	if len(s) == 0 {
		return Decimal{}, &Exception{Class: "java.lang.NumberFormatException", NoText: true}
	}
	if s[0] == '-' || s[0] == '+' {
		neg = s[0] == '-'
		s = s[1:]
	}
	length := len(s)
	for _, r := range s {
		if r > 0xffff {
			length++
		}
	}
	compact := length <= 18 // the JDK's two paths word one error differently
	digits := make([]byte, 0, len(s)+1)
	scale := int64(0)
	dot, any := false, false
	for i, r := range s {
		if v := digitValue(r); v >= 0 {
			any = true
			if len(digits) > 0 || v > 0 {
				digits = append(digits, byte('0'+v))
			}
			if dot {
				scale++
			}
			continue
		}
		if r == '.' {
			if dot {
				return Decimal{}, numberFormat("Character array contains more than one decimal point.")
			}
			dot = true
			continue
		}
		if r != 'e' && r != 'E' {
			if !compact {
				return Decimal{}, numberFormat(`Character array is missing "e" notation exponential mark.`)
			}
			if r > 0xffff {
				r = '?' // Java's text holds half a pair, which is written so
			}
			return Decimal{}, numberFormat(fmt.Sprintf("Character %c is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.", r))
		}
		exp, err := parseExponent(s[i+1:])
		if err != nil {
			return Decimal{}, err
		}
		scale -= exp
		break
	}
	if !any {
		return Decimal{}, numberFormat("No digits found.")
	}
	if scale < math.MinInt32 || scale > math.MaxInt32 {
		return Decimal{}, numberFormat("Exponent overflow.")
	}
	if len(digits) == 0 {
		return Decimal{scale: int32(scale)}, nil
	}
	if len(digits) <= 18 {
		v := int64(0)
		for _, c := range digits {
			v = v*10 + int64(c-'0')
		}
		if neg {
			v = -v
		}
		return Decimal{small: v, scale: int32(scale)}, nil
	}
	v, ok := new(big.Int).SetString(string(digits), 10)
	if !ok {
		return Decimal{}, numberFormat("No digits found.")
	}
	if neg {
		v.Neg(v)
	}
	return NewDecimalBig(v, int32(scale)), nil
}

func parseExponent(s []rune) (int64, error) {
	neg := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if len(s) == 0 {
		return 0, &Exception{Class: "java.lang.NumberFormatException", NoText: true}
	}
	for len(s) > 10 && digitValue(s[0]) == 0 {
		s = s[1:]
	}
	length := len(s)
	for _, r := range s {
		if r > 0xffff {
			length++
		}
	}
	if length > 10 {
		return 0, numberFormat("Too many nonzero exponent digits.")
	}
	exp := int64(0)
	for _, r := range s {
		v := digitValue(r)
		if v < 0 {
			return 0, numberFormat("Not a digit.")
		}
		exp = exp*10 + int64(v)
	}
	if neg {
		exp = -exp
	}
	return exp, nil
}

func (d Decimal) appendDigits(dst []byte) []byte {
	if d.large != nil {
		return d.large.Append(dst, 10)
	}
	return AppendInt(dst, d.small)
}

// String is BigDecimal.toString.
func (d Decimal) String() string {
	var b [40]byte
	return string(d.Append(b[:0]))
}

// Append appends BigDecimal.toString: plain for 0 <= scale with up to five zeros after the point,
// otherwise like 1.23E+5.
func (d Decimal) Append(dst []byte) []byte {
	if d.scale == 0 {
		return d.appendDigits(dst)
	}
	start := len(dst)
	dst = d.appendDigits(dst)
	if dst[start] == '-' {
		start++
	}
	n := len(dst) - start
	adjusted := int64(n-1) - int64(d.scale)
	if d.scale > 0 && adjusted >= -6 {
		return insertPoint(dst, start, int(d.scale))
	}
	if n > 1 {
		dst = append(dst, 0)
		copy(dst[start+2:], dst[start+1:])
		dst[start+1] = '.'
	}
	if adjusted != 0 {
		dst = append(dst, 'E')
		if adjusted > 0 {
			dst = append(dst, '+')
		}
		dst = AppendInt(dst, adjusted)
	}
	return dst
}

// AppendPlain appends BigDecimal.toPlainString. Its length is PlainLen: the caller bounds it, as
// 1E+2000000000 is a short text with a long plain form.
func (d Decimal) AppendPlain(dst []byte) []byte {
	start := len(dst)
	dst = d.appendDigits(dst)
	if dst[start] == '-' {
		start++
	}
	switch {
	case d.scale > 0:
		return insertPoint(dst, start, int(d.scale))
	case d.Sign() == 0:
		return dst
	}
	for range -int64(d.scale) {
		dst = append(dst, '0')
	}
	return dst
}

// PlainLen is an upper bound for the length of AppendPlain's text, in bytes.
func (d Decimal) PlainLen() int64 {
	n := int64(21)
	if d.large != nil {
		n = int64(d.large.BitLen())*31/100 + 3
	}
	if d.scale < 0 {
		return n - int64(d.scale)
	}
	return max(n, int64(d.scale)+3) + 1
}

// insertPoint puts a decimal point scale > 0 digits before the end of the digits from start.
func insertPoint(dst []byte, start, scale int) []byte {
	n := len(dst) - start
	if zeros := scale + 1 - n; zeros > 0 { // 0.00123
		for range zeros {
			dst = append(dst, '0')
		}
		copy(dst[start+zeros:], dst[start:start+n])
		for i := range zeros {
			dst[start+i] = '0'
		}
	}
	at := len(dst) - scale
	dst = append(dst, 0)
	copy(dst[at+1:], dst[at:])
	dst[at] = '.'
	return dst
}
