package debezium

import (
	"errors"
	"math/big"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// fractionDigitsMax bounds the zeros that one step of arithmetic adds to a number: 1E+2147483647 + 1 has two billion digits.
// fractionBitsMax bounds numbers themselves.
const (
	fractionDigitsMax = 10_000
	fractionBitsMax   = 4 * fractionDigitsMax
)

var errDigits = errors.New("the result has too many digits")

// decimals computes x op y exactly as BigDecimal; a quotient without end is rounded half up to ten digits behind the point, or to
// as many as an operand has, and to ten digits more than an operand has.
//
// Source: BigDecimalMath, BigDecimal.
func decimals(op string, x, y java.Decimal) (operand, error) {
	a, s, b, t := x.Unscaled(), int64(x.Scale()), y.Unscaled(), int64(y.Scale())
	if a.BitLen() > fractionBitsMax || b.BitLen() > fractionBitsMax {
		return operand{}, errDigits
	}
	var err error
	switch op {
	case "*":
		a, s = a.Mul(a, b), s+t
	case "/":
		a, s, err = quotient(x, y)
	case "%":
		a, s, err = remainder(x, y)
	default:
		to := max(s, t)
		if to-min(s, t) > fractionDigitsMax {
			return operand{}, errDigits
		}
		a, b = a.Mul(a, powerOfTen(to-s)), b.Mul(b, powerOfTen(to-t))
		if s = to; op == "-" {
			b.Neg(b)
		}
		a.Add(a, b)
	}
	if err == nil && int64(int32(s)) != s || a != nil && a.BitLen() > fractionBitsMax {
		err = errDigits
	}
	if err != nil {
		return operand{}, err
	}
	return valueOperand(batch.DecimalValueOf(&batch.DecimalValue{Unscaled: a, Scale: int32(s)})), nil
}

func powerOfTen(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

// quotient is x / y for y unequal 0. One that ends has the scale of x less that of y, or as many digits more as it needs.
func quotient(x, y java.Decimal) (*big.Int, int64, error) {
	a, b, s := x.Unscaled(), y.Unscaled(), int64(x.Scale())-int64(y.Scale())
	if a.Sign() == 0 {
		return a, s, nil
	}
	least := new(big.Int).Div(b, new(big.Int).GCD(nil, nil, new(big.Int).Abs(a), new(big.Int).Abs(b)))
	rest := new(big.Int).Abs(least)
	if digits := max(factors(rest, 2), factors(rest, 5)); rest.IsInt64() && rest.Int64() == 1 {
		return a.Quo(a.Mul(a, powerOfTen(digits)), b), s + digits, nil
	}
	return rounded(x, y, s)
}

// factors takes a prime number out of v, and counts how often.
func factors(v *big.Int, prime int64) (n int64) {
	p, q, r := big.NewInt(prime), new(big.Int), new(big.Int)
	for {
		if q.QuoRem(v, p, r); r.Sign() != 0 {
			return n
		}
		v.Set(q)
		n++
	}
}

// rounded is x / y where that does not end: s is the scale of x less that of y.
func rounded(x, y java.Decimal, s int64) (*big.Int, int64, error) {
	const extra, scaleMin = 10, 10
	p, q := int64(x.Precision()), int64(y.Precision())
	digits := max(p, q) + extra
	a, b := x.Unscaled(), y.Unscaled()
	shift := digits - p + q
	if left, right := new(big.Int).Mul(a, powerOfTen(max(q-p, 0))), new(big.Int).Mul(b, powerOfTen(max(p-q, 0))); left.CmpAbs(right) > 0 {
		shift--
	}
	a, s = halfUp(a.Mul(a, powerOfTen(shift)), b), s+shift
	if new(big.Int).Abs(a).Cmp(powerOfTen(digits)) >= 0 {
		a, s = a.Quo(a, big.NewInt(10)), s-1
	}
	if most := max(int64(x.Scale()), int64(y.Scale()), scaleMin); s > most {
		if s-most > fractionDigitsMax {
			return new(big.Int), most, nil // nothing of it is left
		}
		a, s = halfUp(a, powerOfTen(s-most)), most
	}
	return a, s, nil
}

// halfUp is a / b as the nearest integer, the one farther from 0 where two are.
func halfUp(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Lsh(r, 1).CmpAbs(b) >= 0 {
		q.Add(q, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return q
}

// remainder is x % y for y unequal 0, of the sign of x. Source: BigDecimal.remainder.
func remainder(x, y java.Decimal) (*big.Int, int64, error) {
	s, t := int64(x.Scale()), int64(y.Scale())
	if x.Sign() == 0 {
		return x.Unscaled(), s, nil
	}
	to := max(s, t)
	if to-min(s, t) > fractionDigitsMax {
		return nil, 0, errDigits
	}
	a, b := x.Unscaled(), y.Unscaled()
	a.Mul(a, powerOfTen(to-s))
	q, r := new(big.Int).QuoRem(a, b.Mul(b, powerOfTen(to-t)), new(big.Int))
	if q.Sign() == 0 {
		return x.Unscaled(), s, nil
	}
	// The quotient loses its zeros as far as that brings the scale to that of x.
	z, rest := new(big.Int), new(big.Int)
	scale := to
	for ; scale > s; scale-- {
		if z.QuoRem(q, big.NewInt(10), rest); rest.Sign() != 0 {
			break
		}
		q.Set(z)
	}
	return r.Quo(r, powerOfTen(to-scale)), scale, nil
}
