package java

import (
	"bytes"
	"strconv"
)

// appendDoubleReference is the plain twin of AppendDouble: strconv's digits, laid out anew.
func appendDoubleReference(dst []byte, f float64) []byte { return appendReference(dst, f, 64) }

// appendFloatReference is the plain twin of AppendFloat.
func appendFloatReference(dst []byte, f float32) []byte {
	return appendReference(dst, float64(f), 32)
}

func appendReference(dst []byte, f float64, bitSize int) []byte {
	switch {
	case f != f:
		return append(dst, "NaN"...)
	case f > 1.7976931348623157e308:
		return append(dst, "Infinity"...)
	case f < -1.7976931348623157e308:
		return append(dst, "-Infinity"...)
	case f == 0:
		return strconv.AppendFloat(dst, f, 'f', 1, bitSize)
	}
	text := strconv.AppendFloat(nil, f, 'e', -1, bitSize)
	// At least two digits; and of two equally near decimals the even one, where strconv rounds up.
	length := 2
	if i := bytes.IndexByte(text, '.'); i >= 0 {
		length = bytes.IndexByte(text, 'e') - i
	}
	rounded := strconv.AppendFloat(nil, f, 'e', length-1, bitSize)
	if back, err := strconv.ParseFloat(string(rounded), bitSize); err == nil && back == f {
		text = rounded
	}
	if text[0] == '-' {
		dst = append(dst, '-')
		text = text[1:]
	}
	e := bytes.IndexByte(text, 'e')
	exp, _ := strconv.Atoi(string(text[e+1:]))
	digits := append([]byte{text[0]}, bytes.TrimPrefix(text[1:e], []byte("."))...)
	digits = bytes.TrimRight(digits[1:], "0")
	digits = append([]byte{text[0]}, digits...)
	if exp < -3 || exp >= 7 {
		rest := digits[1:]
		if len(rest) == 0 {
			rest = []byte("0")
		}
		dst = append(dst, digits[0], '.')
		dst = append(dst, rest...)
		dst = append(dst, 'E')
		return strconv.AppendInt(dst, int64(exp), 10)
	}
	if exp < 0 {
		dst = append(dst, "0."...)
		dst = append(dst, bytes.Repeat([]byte("0"), -exp-1)...)
		return append(dst, digits...)
	}
	for len(digits) < exp+2 {
		digits = append(digits, '0')
	}
	dst = append(dst, digits[:exp+1]...)
	dst = append(dst, '.')
	return append(dst, digits[exp+1:]...)
}
