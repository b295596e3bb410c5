package typemap

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"

	"github.com/millrace/millrace/batch"
)

// float reads what PostgreSQL writes: decimal text, NaN, Infinity, -Infinity. It is rounded as Java's parser rounds.
func float(s []byte, bits int) (float64, error) {
	v, err := strconv.ParseFloat(string(s), bits)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, errNumber
	}
	return v, nil
}

func parseFloat32(text []byte) (batch.Value, error) {
	v, err := float(text, 32)
	return batch.Float32Value(float32(v)), err
}

func parseFloat64(text []byte) (batch.Value, error) {
	v, err := float(text, 64)
	return batch.Float64Value(v), err
}

func float32s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Float32s()
	for i := range out {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := float(in.Buf[cell.Pos:int(cell.Pos)+int(cell.Len)], 32)
		if err != nil {
			return i, err
		}
		out[i] = float32(v)
	}
	return -1, nil
}

func float64s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Float64s()
	for i := range out {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := float(in.Buf[cell.Pos:int(cell.Pos)+int(cell.Len)], 64)
		if err != nil {
			return i, err
		}
		out[i] = v
	}
	return -1, nil
}

func binaryFloat32s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Float32s()
	for i := range out {
		switch cell := in.at(i); {
		case cell.Len == 4:
			out[i] = math.Float32frombits(binary.BigEndian.Uint32(in.Buf[cell.Pos:]))
		case cell.Len >= 0:
			return i, errSize
		}
	}
	return -1, nil
}

func binaryFloat64s(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Float64s()
	for i := range out {
		switch cell := in.at(i); {
		case cell.Len == 8:
			out[i] = math.Float64frombits(binary.BigEndian.Uint64(in.Buf[cell.Pos:]))
		case cell.Len >= 0:
			return i, errSize
		}
	}
	return -1, nil
}
