package java

import "math/bits"

// digitPairs holds "00" to "99": two digits for one division.
const digitPairs = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"

var powersOfTen = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// decimalLen is the number of decimal digits of u; 1 for zero.
func decimalLen(u uint64) int {
	// 1233/4096 is just above log10(2).
	n := (bits.Len64(u|1) * 1233) >> 12
	if u >= powersOfTen[n] {
		n++
	}
	if n == 0 {
		return 1
	}
	return n
}

// AppendInt appends v in decimal. Source: Long.toString.
func AppendInt(dst []byte, v int64) []byte {
	u := uint64(v)
	if v < 0 {
		dst = append(dst, '-')
		u = -u
	}
	return AppendUint(dst, u)
}

// AppendUint appends v in decimal. Source: Long.toUnsignedString.
func AppendUint(dst []byte, v uint64) []byte {
	if v < 10 {
		return append(dst, byte('0'+v))
	}
	n := decimalLen(v)
	dst = append(dst, "00000000000000000000"[:n]...)
	putDigits(dst[len(dst)-n:], v)
	return dst
}

// putDigits fills b with the last len(b) decimal digits of v, zero padded.
func putDigits(b []byte, v uint64) {
	i := len(b)
	for i >= 2 {
		q := v / 100
		r := int(v-q*100) * 2
		b[i-1], b[i-2] = digitPairs[r+1], digitPairs[r]
		v, i = q, i-2
	}
	if i == 1 {
		b[0] = byte('0' + v%10)
	}
}
