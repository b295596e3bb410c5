package java

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// Decimal is a java.math.BigDecimal: unscaled * 10^-scale, where 1.0 and 1.00 differ.
//
// The zero value is 0 with scale 0. A Decimal is immutable and may be copied.
// Invariant: large is nil if and only if the unscaled value fits int64.
type Decimal struct {
	small int64
	large *big.Int
	scale int32
}

// NewDecimal is unscaled * 10^-scale.
func NewDecimal(unscaled int64, scale int32) Decimal { return Decimal{small: unscaled, scale: scale} }

// NewDecimalBig is unscaled * 10^-scale. Ownership: unscaled must not be changed afterwards.
func NewDecimalBig(unscaled *big.Int, scale int32) Decimal {
	if unscaled.IsInt64() {
		return Decimal{small: unscaled.Int64(), scale: scale}
	}
	return Decimal{large: unscaled, scale: scale}
}

// DecimalFromBytes reads a two's complement big-endian unscaled value.
// Source: new BigDecimal(new BigInteger(bytes), scale).
func DecimalFromBytes(b []byte, scale int32) (Decimal, error) {
	if len(b) == 0 {
		return Decimal{}, numberFormat("Zero length BigInteger")
	}
	for len(b) > 8 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		b = b[1:]
	}
	if len(b) <= 8 {
		v := int64(int8(b[0]))
		for _, c := range b[1:] {
			v = v<<8 | int64(c)
		}
		return Decimal{small: v, scale: scale}, nil
	}
	return NewDecimalBig(BigFromBytes(b), scale), nil
}

// DecimalFromDouble is the exact value of f. Source: new BigDecimal(double).
func DecimalFromDouble(f float64) (Decimal, error) {
	if f-f != 0 {
		return Decimal{}, numberFormat("Infinite or NaN")
	}
	if f == 0 {
		return Decimal{}, nil
	}
	b := math.Float64bits(f)
	m, e := int64(b&(1<<52-1)), int(b>>52&0x7ff)
	if e == 0 {
		e = 1
	} else {
		m |= 1 << 52
	}
	e -= 1075
	zeros := bits.TrailingZeros64(uint64(m))
	m, e = m>>zeros, e+zeros
	if f < 0 {
		m = -m
	}
	if e >= 0 {
		if e < 10 {
			return Decimal{small: m << e}, nil
		}
		v := big.NewInt(m)
		return NewDecimalBig(v.Lsh(v, uint(e)), 0), nil
	}
	v := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(-e)), nil)
	return NewDecimalBig(v.Mul(v, big.NewInt(m)), int32(-e)), nil
}

// DecimalFromDoubleText is the value of Double.toString(f). Source: BigDecimal.valueOf(double).
func DecimalFromDoubleText(f float64) (Decimal, error) {
	if f-f != 0 {
		return Decimal{}, numberFormat("Infinite or NaN")
	}
	var text [32]byte
	return ParseDecimal(string(AppendDouble(text[:0], f)))
}

// Scale is the number of digits right of the point; negative for multiples of powers of ten.
func (d Decimal) Scale() int32 { return d.scale }

// Int64 is the unscaled value if it fits.
func (d Decimal) Int64() (v int64, ok bool) { return d.small, d.large == nil }

// Unscaled is a copy of the unscaled value.
func (d Decimal) Unscaled() *big.Int {
	if d.large != nil {
		return new(big.Int).Set(d.large)
	}
	return big.NewInt(d.small)
}

func (d Decimal) unscaled() *big.Int {
	if d.large != nil {
		return d.large
	}
	return big.NewInt(d.small)
}

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.large != nil:
		return d.large.Sign()
	case d.small < 0:
		return -1
	case d.small > 0:
		return 1
	}
	return 0
}

// Precision is the number of digits of the unscaled value; 1 for zero.
func (d Decimal) Precision() int {
	if d.large == nil {
		return decimalLen(magnitude(d.small))
	}
	n := len(d.large.Text(10))
	if d.large.Sign() < 0 {
		n--
	}
	return n
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// Neg is -d, of the same scale.
func (d Decimal) Neg() Decimal {
	if d.large == nil && d.small != math.MinInt64 {
		d.small = -d.small
		return d
	}
	return NewDecimalBig(new(big.Int).Neg(d.unscaled()), d.scale)
}

// AppendBytes appends the unscaled value in two's complement, big-endian, in the fewest bytes.
// Source: BigInteger.toByteArray.
func (d Decimal) AppendBytes(dst []byte) []byte {
	if d.large != nil {
		return AppendBigBytes(dst, d.large)
	}
	n := bits.Len64(uint64(d.small^d.small>>63))/8 + 1
	for n--; n >= 0; n-- {
		dst = append(dst, byte(d.small>>(8*n)))
	}
	return dst
}

// Equal says whether value and scale are the same. Source: BigDecimal.equals.
func (d Decimal) Equal(o Decimal) bool {
	if d.scale != o.scale || (d.large == nil) != (o.large == nil) {
		return false
	}
	if d.large == nil {
		return d.small == o.small
	}
	return d.large.Cmp(o.large) == 0
}

// Compare orders by value, whatever the scales: -1, 0 or 1. Source: BigDecimal.compareTo.
//
// The work is bounded by the digits of both, not by their exponents.
func (d Decimal) Compare(o Decimal) int {
	if d.scale == o.scale {
		if d.large == nil && o.large == nil {
			switch {
			case d.small < o.small:
				return -1
			case d.small > o.small:
				return 1
			}
			return 0
		}
		return d.unscaled().Cmp(o.unscaled())
	}
	sd, so := d.Sign(), o.Sign()
	if sd != so {
		if sd < so {
			return -1
		}
		return 1
	}
	if sd == 0 {
		return 0
	}
	md, mo := int64(d.Precision())-int64(d.scale), int64(o.Precision())-int64(o.scale)
	if md != mo {
		if md < mo {
			return -sd
		}
		return sd
	}
	diff := int64(d.scale) - int64(o.scale)
	if diff < 0 {
		return timesTen(d.unscaled(), -diff).Cmp(o.unscaled())
	}
	return d.unscaled().Cmp(timesTen(o.unscaled(), diff))
}

func timesTen(v *big.Int, n int64) *big.Int {
	return new(big.Int).Mul(v, tenTo(n))
}

func tenTo(n int64) *big.Int {
	if n < int64(len(powersOfTen)) {
		return new(big.Int).SetUint64(powersOfTen[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil)
}

// Hash is BigDecimal.hashCode.
func (d Decimal) Hash() int32 {
	if d.large == nil {
		v := magnitude(d.small)
		if d.small == math.MinInt64 {
			return 31*HashBig(big.NewInt(d.small)) + d.scale
		}
		h := int32(v>>32)*31 + int32(v)
		if d.small < 0 {
			h = -h
		}
		return 31*h + d.scale
	}
	return 31*HashBig(d.large) + d.scale
}

// bigDigitsMax is how many decimal digits a java.math.BigInteger of 2^31-1 bits has.
const bigDigitsMax = 646456993

// SetScale is d with another scale. Source: BigDecimal.setScale(scale) (no rounding).
// Errors: ArithmeticException "Rounding necessary" if a digit other than zero would be lost.
//
// The caller bounds scale: a large one makes as many digits.
func (d Decimal) SetScale(scale int32) (Decimal, error) {
	diff := int64(scale) - int64(d.scale)
	switch {
	case diff == 0:
		return d, nil
	case d.Sign() == 0:
		return Decimal{scale: scale}, nil
	case diff > math.MaxInt32:
		return Decimal{}, arithmetic("Underflow")
	case diff < math.MinInt32:
		return Decimal{}, arithmetic("Overflow")
	case diff > bigDigitsMax, -diff > bigDigitsMax:
		return Decimal{}, arithmetic("BigInteger would overflow supported range")
	case diff > 0:
		if diff < 19 && d.large == nil {
			if hi, lo := bits.Mul64(magnitude(d.small), powersOfTen[diff]); hi == 0 && lo < 1<<63 {
				return Decimal{small: d.small * int64(powersOfTen[diff]), scale: scale}, nil
			}
		}
		return NewDecimalBig(timesTen(d.unscaled(), diff), scale), nil
	}
	if -diff >= int64(d.Precision()) {
		return Decimal{}, arithmetic("Rounding necessary")
	}
	q, r := new(big.Int).QuoRem(d.unscaled(), tenTo(-diff), new(big.Int))
	if r.Sign() != 0 {
		return Decimal{}, arithmetic("Rounding necessary")
	}
	return NewDecimalBig(q, scale), nil
}

// StripTrailingZeros is the same value with the least scale; zero gets scale 0.
// Source: BigDecimal.stripTrailingZeros.
func (d Decimal) StripTrailingZeros() Decimal {
	if d.Sign() == 0 {
		return Decimal{}
	}
	if d.large != nil {
		text := d.large.Text(10)
		n := len(text)
		for text[n-1] == '0' && int64(d.scale)-int64(len(text)-n) > math.MinInt32 {
			n--
		}
		if cut := len(text) - n; cut > 0 {
			d = NewDecimalBig(new(big.Int).Quo(d.large, tenTo(int64(cut))), d.scale-int32(cut))
		}
		return d
	}
	for d.small%10 == 0 && d.scale > math.MinInt32 {
		d.small /= 10
		d.scale--
	}
	return d
}

// Float64 is BigDecimal.doubleValue: the nearest double, infinite on overflow.
func (d Decimal) Float64() float64 {
	if d.large == nil && d.scale >= 0 && d.scale <= 22 && d.small>>53 == d.small>>63 {
		return float64(d.small) / exactPowers[d.scale]
	}
	f, _ := strconv.ParseFloat(string(d.appendExponent(nil)), 64)
	return f
}

// Float32 is BigDecimal.floatValue.
func (d Decimal) Float32() float32 {
	f, _ := strconv.ParseFloat(string(d.appendExponent(nil)), 32)
	return float32(f)
}

var exactPowers = [23]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

func (d Decimal) appendExponent(dst []byte) []byte {
	dst = d.appendDigits(dst)
	dst = append(dst, 'e')
	return AppendInt(dst, -int64(d.scale))
}

// truncate is the integer part modulo 2^64. Source: BigDecimal.longValue.
func (d Decimal) truncate() int64 {
	if d.scale == 0 && d.large == nil {
		return d.small
	}
	// 10^64 is a multiple of 2^64.
	if d.Sign() == 0 || d.scale <= -64 || int64(d.Precision())-int64(d.scale) <= 0 {
		return 0
	}
	var v *big.Int
	if d.scale <= 0 {
		v = timesTen(d.unscaled(), -int64(d.scale))
	} else {
		v = new(big.Int).Quo(d.unscaled(), tenTo(int64(d.scale)))
	}
	return BigToLong(v)
}

// Long is BigDecimal.longValue: the fraction is dropped, high bits are lost.
func (d Decimal) Long() int64 { return d.truncate() }

// Int is BigDecimal.intValue.
func (d Decimal) Int() int32 { return int32(d.truncate()) }

// LongExact is BigDecimal.longValueExact.
// Errors: ArithmeticException "Rounding necessary" or "Overflow".
func (d Decimal) LongExact() (int64, error) {
	if d.large == nil && d.scale == 0 {
		return d.small, nil
	}
	if d.Sign() == 0 {
		return 0, nil
	}
	switch whole := int64(d.Precision()) - int64(d.scale); {
	case whole > 19:
		return 0, arithmetic("Overflow")
	case whole <= 0:
		return 0, arithmetic("Rounding necessary")
	}
	r, err := d.SetScale(0)
	if err != nil {
		return 0, err
	}
	if r.large != nil {
		return 0, arithmetic("Overflow")
	}
	return r.small, nil
}

// IntExact is BigDecimal.intValueExact.
func (d Decimal) IntExact() (int32, error) {
	v, err := d.LongExact()
	if err == nil && v != int64(int32(v)) {
		err = arithmetic("Overflow")
	}
	return int32(v), err
}

// ShortExact is BigDecimal.shortValueExact.
func (d Decimal) ShortExact() (int16, error) {
	v, err := d.LongExact()
	if err == nil && v != int64(int16(v)) {
		err = arithmetic("Overflow")
	}
	return int16(v), err
}

// ByteExact is BigDecimal.byteValueExact.
func (d Decimal) ByteExact() (int8, error) {
	v, err := d.LongExact()
	if err == nil && v != int64(int8(v)) {
		err = arithmetic("Overflow")
	}
	return int8(v), err
}

// BigInt is BigDecimal.toBigInteger: the fraction is dropped. The caller bounds the exponent.
func (d Decimal) BigInt() *big.Int {
	if d.scale <= 0 {
		return timesTen(d.unscaled(), -int64(d.scale))
	}
	if int64(d.Precision())-int64(d.scale) <= 0 {
		return new(big.Int)
	}
	return new(big.Int).Quo(d.unscaled(), tenTo(int64(d.scale)))
}
