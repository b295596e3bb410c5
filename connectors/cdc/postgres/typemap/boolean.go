package typemap

import (
	"errors"

	"github.com/millrace/millrace/batch"
)

var errBoolean = errors.New("is no boolean")

// parseBoolean reads t and f, and 1 and 0 as a bit(1) has them.
func parseBoolean(text []byte) (batch.Value, error) {
	v, err := boolean(text)
	return batch.BooleanValue(v), err
}

func boolean(text []byte) (bool, error) {
	if len(text) == 1 {
		switch text[0] {
		case 't', '1':
			return true, nil
		case 'f', '0':
			return false, nil
		}
	}
	switch string(text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errBoolean
}

func booleans(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Booleans()
	for i := range out {
		out[i] = false
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := boolean(in.Buf[cell.Pos : int(cell.Pos)+int(cell.Len)])
		if err != nil {
			return i, err
		}
		out[i] = v
	}
	return -1, nil
}

func binaryBooleans(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Booleans()
	for i := range out {
		out[i] = false
		switch cell := in.at(i); {
		case cell.Len == 1:
			out[i] = in.Buf[cell.Pos] != 0
		case cell.Len >= 0:
			return i, errSize
		}
	}
	return -1, nil
}
