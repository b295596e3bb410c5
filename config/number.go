package config

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// parseInteger reads a decimal number that fits into the given bits: an optional sign and digits of
// any script of the basic plane. Source: Integer.parseInt, Character.digit.
func parseInteger(s string, bits int) (int64, bool) {
	rest, neg := s, false
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		neg = rest[0] == '-'
		rest = rest[1:]
	}
	if rest == "" {
		return 0, false
	}
	// Counted downwards, as the least value has no positive twin.
	least := int64(-1) << (bits - 1)
	v := int64(0)
	for _, r := range rest {
		d, ok := digit(r)
		if !ok || v < (least+d)/10 {
			return 0, false
		}
		v = v*10 - d
	}
	if neg {
		return v, true
	}
	return -v, v != least
}

// digit is the decimal value of r. In the table of decimal digits each script has ten in order.
func digit(r rune) (int64, bool) {
	if r >= '0' && r <= '9' {
		return int64(r - '0'), true
	}
	if r < 0x80 || r > 0xFFFF {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int64(r-rune(t.Lo)) % 10, true
		}
	}
	return 0, false
}

// parseDouble reads Java's floating point literals: decimal or hexadecimal, with an optional sign and
// an optional f, F, d or D at the end; NaN and Infinity. What is too large is infinite, what is too
// small is zero. Source: Double.parseDouble.
func parseDouble(s string) (float64, bool) {
	s = trim(s)
	unsigned := s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		unsigned = s[1:]
	}
	switch unsigned {
	case "NaN", "Infinity":
	default:
		if unsigned == "" || unsigned[0] != '.' && (unsigned[0] < '0' || unsigned[0] > '9') {
			return 0, false
		}
		if strings.ContainsRune(unsigned, '_') {
			return 0, false
		}
		hex := len(unsigned) > 1 && unsigned[0] == '0' && unsigned[1]|0x20 == 'x'
		// In a hexadecimal literal f and d are digits until the exponent, which must follow.
		if n := len(s) - 1; strings.IndexByte("fFdD", s[n]) >= 0 && (!hex || strings.ContainsAny(s, "pP")) {
			s = s[:n]
		}
	}
	if s == "+NaN" || s == "-NaN" {
		s = "NaN"
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil || errors.Is(err, strconv.ErrRange)
}
