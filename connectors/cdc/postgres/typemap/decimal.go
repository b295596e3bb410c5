package typemap

import (
	"bytes"
	"errors"
	"math/big"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

var (
	errSpecial = errors.New("NaN and Infinity exist only with decimal.handling.mode string or double")
	errDigits  = errors.New("has more decimals than its column")
)

// digits splits the text of a finite numeric: its sign, its digits without the point, and how many of them are decimals.
func digits(text []byte) (neg bool, all []byte, decimals int, err error) {
	if len(text) > 0 && text[0] == '-' {
		neg, text = true, text[1:]
	}
	point := bytes.IndexByte(text, '.')
	if point < 0 {
		all = text
	} else {
		decimals = len(text) - point - 1
		all = append(append(make([]byte, 0, len(text)), text[:point]...), text[point+1:]...)
	}
	if len(all) == 0 {
		return neg, nil, 0, errNumber
	}
	for _, c := range all {
		if c-'0' > 9 {
			return neg, nil, 0, errNumber
		}
	}
	return neg, all, decimals, nil
}

// special returns the name that Debezium has for a numeric without a value, "" for others.
// Source: SpecialValueDecimal.
func special(text []byte) string {
	switch string(text) {
	case "NaN":
		return "NAN"
	case "Infinity":
		return "POSITIVE_INFINITY"
	case "-Infinity":
		return "NEGATIVE_INFINITY"
	}
	return ""
}

// unscaled returns a numeric times ten to the power of scale.
func unscaled(text []byte, scale int32) (*big.Int, error) {
	if special(text) != "" {
		return nil, errSpecial
	}
	neg, all, decimals, err := digits(text)
	if err != nil {
		return nil, err
	}
	for ; decimals > int(scale); decimals-- {
		if all[len(all)-1] != '0' {
			return nil, errDigits
		}
		if all = all[:len(all)-1]; len(all) == 0 {
			all = []byte("0")
		}
	}
	v, _ := new(big.Int).SetString(string(all), 10)
	if more := int64(scale) - int64(decimals); more > 0 {
		v.Mul(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(more), nil))
	}
	if neg {
		v.Neg(v)
	}
	return v, nil
}

func parseDecimal(scale int32) parse {
	return func(text []byte) (batch.Value, error) {
		v, err := unscaled(text, scale)
		if err != nil {
			return batch.Value{}, err
		}
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: v, Scale: scale}), nil
	}
}

// parseVariable returns scale and value of a numeric, trailing zeros stripped.
func parseVariable(s *batch.Schema) parse {
	return func(text []byte) (batch.Value, error) {
		if special(text) != "" {
			return batch.Value{}, errSpecial
		}
		neg, all, scale, err := digits(text)
		if err != nil {
			return batch.Value{}, err
		}
		for scale > 0 && all[len(all)-1] == '0' {
			if all, scale = all[:len(all)-1], scale-1; len(all) == 0 {
				all, scale = []byte("0"), 0
			}
		}
		v, _ := new(big.Int).SetString(string(all), 10)
		if neg {
			v.Neg(v)
		}
		if v.Sign() == 0 {
			scale = 0
		}
		return batch.StructValueOf(&batch.StructValue{Schema: s,
			Fields: []batch.Value{batch.Int32Value(int32(scale)), batch.BytesValue(twosComplement(v))}}), nil
	}
}

// parseDecimalText is decimal.handling.mode string.
func parseDecimalText(text []byte) (batch.Value, error) {
	if name := special(text); name != "" {
		return batch.StringValue(name), nil
	}
	if _, _, _, err := digits(text); err != nil {
		return batch.Value{}, err
	}
	return batch.StringValue(string(text)), nil
}

// twosComplement is BigInteger.toByteArray.
func twosComplement(v *big.Int) []byte { return java.AppendBigBytes(nil, v) }

// appendInt64 appends the shortest two's complement of v, most significant byte first.
func appendInt64(dst []byte, v int64) []byte {
	n := 1
	for rest := v >> 7; rest != 0 && rest != -1; rest >>= 8 {
		n++
	}
	for n--; n >= 0; n-- {
		dst = append(dst, byte(v>>(8*n)))
	}
	return dst
}

// short reads a numeric of up to 18 digits into v, which is times ten to the power of scale; false: take unscaled.
func short(text []byte, scale int32) (v int64, ok bool) {
	neg := len(text) > 0 && text[0] == '-'
	if neg {
		text = text[1:]
	}
	if len(text) == 0 || len(text) > 19 {
		return 0, false
	}
	n, decimals := 0, -1
	for _, c := range text {
		if c == '.' && decimals < 0 {
			decimals = 0
			continue
		}
		c -= '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
		n++
		if decimals >= 0 {
			decimals++
		}
	}
	if n == 0 || n > 18 || max(decimals, 0) != int(scale) {
		return 0, false
	}
	if neg {
		v = -v
	}
	return v, true
}

// decimals decodes numerics of one scale.
func decimals(d *Decoder, b *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	size := 0
	for i := range in.Tuples {
		if cell := in.at(i); cell.Len >= 0 {
			size += int(cell.Len) + 8 + int(d.scale)
		}
	}
	out := b.Arena.Bytes(size)[:0]
	for i := range c.Views {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		text := in.Buf[cell.Pos : int(cell.Pos)+int(cell.Len)]
		from := len(out)
		if v, ok := short(text, d.scale); ok {
			out = appendInt64(out, v)
		} else {
			v, err := unscaled(text, d.scale)
			if err != nil {
				return i, err
			}
			out = java.AppendBigBytes(out, v)
		}
		c.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(out) - from)}
	}
	c.Bufs[1] = out
	return -1, nil
}

// parseMoney reads what the server writes in its lc_monetary: a sign or parentheses, a currency symbol, separators of
// thousands. Source: AbstractColumnValue.asMoney.
func parseMoney(scale int32, mode string) parse {
	return func(text []byte) (batch.Value, error) {
		var plain []byte
		for _, c := range text {
			switch {
			case c == '-' || c == '(':
				plain = append([]byte{'-'}, plain...)
			case c >= '0' && c <= '9' || c == '.':
				plain = append(plain, c)
			}
		}
		switch mode {
		case "double":
			v, err := strconv.ParseFloat(string(plain), 64)
			if err != nil {
				return batch.Value{}, errNumber
			}
			return batch.Float64Value(v), nil
		case "string":
			return parseDecimalText(plain)
		}
		neg, all, decimals, err := digits(plain)
		if err != nil {
			return batch.Value{}, err
		}
		up := false
		for ; decimals > int(scale); decimals-- {
			up = all[len(all)-1] >= '5' // half up, by the digit that is cut last
			if all = all[:len(all)-1]; len(all) == 0 {
				all = []byte("0")
			}
		}
		v, _ := new(big.Int).SetString(string(all), 10)
		if up {
			v.Add(v, big.NewInt(1))
		}
		for ; decimals < int(scale); decimals++ {
			v.Mul(v, big.NewInt(10))
		}
		if neg {
			v.Neg(v)
		}
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: v, Scale: scale}), nil
	}
}
