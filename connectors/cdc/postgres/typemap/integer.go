package typemap

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/millrace/millrace/batch"
)

var (
	errNumber = errors.New("is no number")
	errRange  = errors.New("is out of range")
	errSize   = errors.New("has the wrong number of bytes")
)

// integer reads a decimal integer of at most 19 digits with an optional sign.
func integer(s []byte) (int64, error) {
	neg := false
	if len(s) > 0 && s[0] == '-' {
		neg, s = true, s[1:]
	}
	if len(s) == 0 || len(s) > 19 {
		return 0, errNumber
	}
	var v uint64
	for _, c := range s {
		c -= '0'
		if c > 9 {
			return 0, errNumber
		}
		v = v*10 + uint64(c)
	}
	if neg {
		if v > math.MaxInt64+1 {
			return 0, errRange
		}
		return -int64(v), nil
	}
	if v > math.MaxInt64 {
		return 0, errRange
	}
	return int64(v), nil
}

func parseInteger(k batch.Kind, lo, hi int64) parse {
	return func(text []byte) (batch.Value, error) {
		v, err := integer(text)
		if err == nil && (v < lo || v > hi) {
			err = errRange
		}
		return batch.IntValue(k, v), err
	}
}

func int16s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	return integers(c.Int16s(), in, math.MinInt16, math.MaxInt16)
}

func int32s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	return integers(c.Int32s(), in, math.MinInt32, math.MaxInt32)
}

func int64s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	return integers(c.Int64s(), in, math.MinInt64, math.MaxInt64)
}

func oids(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	return integers(c.Int64s(), in, 0, math.MaxUint32)
}

// integers reads decimal integers from lo to hi.
func integers[T int16 | int32 | int64](out []T, in *Cells, lo, hi int64) (int, error) {
	for i := range out {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := integer(in.Buf[cell.Pos : int(cell.Pos)+int(cell.Len)])
		if err == nil && (v < lo || v > hi) {
			err = errRange
		}
		if err != nil {
			return i, err
		}
		out[i] = T(v)
	}
	return -1, nil
}

func binaryInt16s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Int16s()
	for i := range out {
		switch cell := in.at(i); {
		case cell.Len == 2:
			out[i] = int16(binary.BigEndian.Uint16(in.Buf[cell.Pos:]))
		case cell.Len >= 0:
			return i, errSize
		}
	}
	return -1, nil
}

func binaryInt32s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Int32s()
	for i := range out {
		switch cell := in.at(i); {
		case cell.Len == 4:
			out[i] = int32(binary.BigEndian.Uint32(in.Buf[cell.Pos:]))
		case cell.Len >= 0:
			return i, errSize
		}
	}
	return -1, nil
}

// binaryInt64s serves eight bytes, and the four of an oid.
func binaryInt64s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Int64s()
	for i := range out {
		switch cell := in.at(i); {
		case cell.Len == 8:
			out[i] = int64(binary.BigEndian.Uint64(in.Buf[cell.Pos:]))
		case cell.Len == 4:
			out[i] = int64(binary.BigEndian.Uint32(in.Buf[cell.Pos:]))
		case cell.Len >= 0:
			return i, errSize
		}
	}
	return -1, nil
}
