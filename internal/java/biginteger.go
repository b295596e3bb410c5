package java

import (
	"math/big"
	"strings"
)

// ParseBigInteger reads text as new BigInteger(String).
// Errors: NumberFormatException with the JDK's text.
func ParseBigInteger(s string) (*big.Int, error) {
	if s == "" {
		return nil, numberFormat("Zero length BigInteger")
	}
	plus, minus := strings.LastIndexByte(s, '+'), strings.LastIndexByte(s, '-')
	if minus > 0 || plus > 0 || minus == 0 && plus >= 0 {
		return nil, numberFormat("Illegal embedded sign character")
	}
	digits := s
	if minus == 0 || plus == 0 {
		digits = s[1:]
	}
	if digits == "" {
		return nil, numberFormat("Zero length BigInteger")
	}
	ascii := make([]byte, 0, len(digits))
	for _, r := range digits {
		v := digitValue(r)
		if v < 0 {
			return nil, badBigInteger(digits)
		}
		ascii = append(ascii, byte('0'+v))
	}
	v, ok := new(big.Int).SetString(string(ascii), 10)
	if !ok {
		return nil, badBigInteger(digits)
	}
	if minus == 0 {
		v.Neg(v)
	}
	return v, nil
}

// badBigInteger names the group of nine digits that Java reads at once and stumbles over.
func badBigInteger(digits string) error {
	runes := []rune(string(AppendUTF8(nil, []byte(digits))))
	units := make([]rune, 0, len(runes))
	for _, r := range runes {
		if r > 0xffff {
			units = append(units, highSurrogate(r), lowSurrogate(r))
		} else {
			units = append(units, r)
		}
	}
	for len(units) > 0 && digitValue(units[0]) == 0 {
		units = units[1:]
	}
	group := len(units) % 9
	if group == 0 {
		group = 9
	}
	for len(units) > 0 {
		for _, u := range units[:group] {
			if digitValue(u) < 0 {
				return forInputString(joinUnits(units[:group]), 10)
			}
		}
		units, group = units[group:], 9
	}
	return forInputString(digits, 10)
}

// joinUnits makes text of UTF-16 units; a lone surrogate becomes '?', as
// getBytes writes it.
func joinUnits(units []rune) string {
	var b strings.Builder
	for i := 0; i < len(units); i++ {
		u := units[i]
		if u >= 0xd800 && u < 0xdc00 && i+1 < len(units) && units[i+1] >= 0xdc00 && units[i+1] < 0xe000 {
			i++
			u = 0x10000 + (u-0xd800)<<10 + units[i] - 0xdc00
		}
		if u >= 0xd800 && u < 0xe000 {
			u = '?'
		}
		b.WriteRune(u)
	}
	return b.String()
}

// AppendBigBytes appends v in two's complement, big-endian, in the fewest bytes.
// Source: BigInteger.toByteArray.
func AppendBigBytes(dst []byte, v *big.Int) []byte {
	if v.Sign() >= 0 {
		n := v.BitLen()/8 + 1
		at := len(dst)
		dst = append(dst, make([]byte, n)...)
		v.FillBytes(dst[at:])
		return dst
	}
	// -v-1 has the inverted bits of v.
	inverted := new(big.Int).Not(v)
	at := len(dst)
	dst = AppendBigBytes(dst, inverted)
	for i := at; i < len(dst); i++ {
		dst[i] = ^dst[i]
	}
	return dst
}

// BigFromBytes reads two's complement, big-endian bytes; none give zero (Java refuses them).
// Source: new BigInteger(byte[]).
func BigFromBytes(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

// BigToLong is BigInteger.longValue: the low 64 bits.
func BigToLong(v *big.Int) int64 {
	if v.IsInt64() {
		return v.Int64()
	}
	low := new(big.Int).And(v, new(big.Int).SetUint64(^uint64(0)))
	return int64(low.Uint64())
}

// HashBig is BigInteger.hashCode.
func HashBig(v *big.Int) int32 {
	b := v.Bytes()
	h, word := int32(0), uint32(0)
	for i, c := range b {
		word = word<<8 | uint32(c)
		if (len(b)-1-i)%4 == 0 {
			h = 31*h + int32(word)
			word = 0
		}
	}
	return h * int32(v.Sign())
}
