package java

import (
	"math"
	"math/bits"
)

// AppendDouble appends f as Double.toString of JDK 19 and later writes it: the shortest decimal
// that reads back as f, the nearest such, with at least one digit after the point; plain for
// 1e-3 <= |f| < 1e7 (and zero), otherwise like 1.0E10. NaN, Infinity and -Infinity by name.
//
// A one-digit decimal counts as two digits, so that the smallest double is 4.9E-324, not 5.0E-324.
func AppendDouble(dst []byte, f float64) []byte {
	p := len(dst)
	dst = append(dst, putRoom...)
	if end, ok := PutDouble(dst, p, f); ok {
		return dst[:end]
	}
	dst = dst[:p]
	b := math.Float64bits(f)
	if int64(b) < 0 {
		if f != f {
			return append(dst, "NaN"...)
		}
		dst = append(dst, '-')
		b &^= 1 << 63
	}
	if b == 0 {
		return append(dst, "0.0"...)
	}
	be := int(b >> 52)
	m := b & (1<<52 - 1)
	if be == 0x7ff {
		if m != 0 {
			return append(dst, "NaN"...)
		}
		return append(dst, "Infinity"...)
	}
	if be != 0 {
		d, k := shortest(m|1<<52, be-1075, m == 0 && be > 1)
		return appendDecimalLayout(dst, d, k)
	}
	if m < 3 {
		// Too few digits to choose between two-digit decimals: scale by ten first.
		d, k := shortest(m*10, -1074, false)
		return appendDecimalLayout(dst, d, k-1)
	}
	d, k := shortest(m, -1074, false)
	return appendDecimalLayout(dst, d, k)
}

// AppendFloat appends f as Float.toString of JDK 19 and later writes it; rules as AppendDouble.
func AppendFloat(dst []byte, f float32) []byte {
	b := math.Float32bits(f)
	if f != f {
		return append(dst, "NaN"...)
	}
	if int32(b) < 0 {
		dst = append(dst, '-')
		b &^= 1 << 31
	}
	if b == 0 {
		return append(dst, "0.0"...)
	}
	be := int(b >> 23)
	m := uint64(b & (1<<23 - 1))
	if be == 0xff {
		return append(dst, "Infinity"...)
	}
	if be != 0 {
		d, k := shortest(m|1<<23, be-150, m == 0 && be > 1)
		return appendDecimalLayout(dst, d, k)
	}
	if m < 8 {
		d, k := shortest(m*10, -149, false)
		return appendDecimalLayout(dst, d, k-1)
	}
	d, k := shortest(m, -149, false)
	return appendDecimalLayout(dst, d, k)
}

// appendDecimalLayout appends d*10^k, d > 0, in Java's layout.
func appendDecimalLayout(dst []byte, d uint64, k int) []byte {
	for d%10000 == 0 {
		d /= 10000
		k += 4
	}
	for d%10 == 0 {
		d /= 10
		k++
	}
	n := decimalLen(d)
	point := n + k // digits before the decimal point in plain layout
	switch {
	case point > 7 || point < -2:
		dst = append(dst, "00000000000000000000"[:n+1]...)
		b := dst[len(dst)-n-1:]
		putDigits(b[1:], d)
		b[0], b[1] = b[1], '.'
		if n == 1 {
			dst = append(dst, '0')
		}
		dst = append(dst, 'E')
		return AppendInt(dst, int64(point-1))
	case k >= 0:
		dst = AppendUint(dst, d)
		dst = append(dst, "0000000"[:k]...)
		return append(dst, ".0"...)
	case point > 0:
		dst = append(dst, "00000000000000000000"[:n+1]...)
		b := dst[len(dst)-n-1:]
		putDigits(b[1:], d)
		copy(b, b[1:point+1])
		b[point] = '.'
		return dst
	default:
		dst = append(dst, "0.00"[:2-point]...)
		return AppendUint(dst, d)
	}
}

// shortest gives d and k so that d*10^k is the shortest decimal inside the rounding interval of
// c*2^q, the nearest to it if there are several. edge says that the neighbour below is half as
// far away as the one above (c is the least mantissa of its binade).
//
// Source: R. Giulietti, "The Schubfach way to render doubles" (2021), the rule JDK 19 adopted.
func shortest(c uint64, q int, edge bool) (d uint64, k int) {
	odd := c & 1
	cb := c << 2
	var cbl uint64
	if edge {
		cbl = cb - 1
		k = (q*661971961083 - 274743187321) >> 41 // floor(log10(3/4 * 2^q))
	} else {
		cbl = cb - 2
		k = q * 661971961083 >> 41 // floor(log10(2^q))
	}
	h := uint(q + (-k*913124641741)>>38 + 2) // floor(log2(10^-k))
	g := &schubfachPowers[-k-schubfachMin]
	vb := roundToOdd(g, cb<<h)
	vbl := roundToOdd(g, cbl<<h)
	vbr := roundToOdd(g, (cb+2)<<h)
	s := vb >> 2
	if s >= 100 {
		s10 := s / 10 * 10
		t10 := s10 + 10
		lowIn := vbl+odd <= s10<<2
		highIn := t10<<2+odd <= vbr
		if lowIn != highIn {
			if lowIn {
				return s10, k
			}
			return t10, k
		}
	}
	t := s + 1
	lowIn := vbl+odd <= s<<2
	highIn := t<<2+odd <= vbr
	if lowIn != highIn {
		if lowIn {
			return s, k
		}
		return t, k
	}
	mid := (s + t) << 1
	if vb < mid || vb == mid && s&1 == 0 {
		return s, k
	}
	return t, k
}

// roundToOdd is g*cp / 2^127 rounded to odd: the last bit is set if anything was cut off.
func roundToOdd(g *[2]uint64, cp uint64) uint64 {
	x1, _ := bits.Mul64(g[1], cp)
	y1, y0 := bits.Mul64(g[0], cp)
	z := y0>>1 + x1
	w := y1 + z>>63
	const low63 = 1<<63 - 1
	return w | (z&low63+low63)>>63
}
