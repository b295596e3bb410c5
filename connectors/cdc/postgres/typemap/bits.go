package typemap

import (
	"errors"

	"github.com/millrace/millrace/batch"
)

var errBits = errors.New("is no bit string")

// parseBits returns the bits of a text of 0 and 1, the last one in the lowest bit of the first byte, in as few bytes
// as the highest 1 needs. Source: PostgresValueConverter.convertBits.
func parseBits(text []byte) (batch.Value, error) {
	out := make([]byte, (len(text)+7)/8)
	n := 0
	for i, c := range text {
		at := len(text) - 1 - i
		switch c {
		case '1':
			out[at/8] |= 1 << (at % 8)
			n = max(n, at/8+1)
		case '0':
		default:
			return batch.Value{}, errBits
		}
	}
	return batch.BytesValue(out[:n]), nil
}
