package typemap

import (
	"encoding/base64"
	"encoding/hex"
	"errors"

	"github.com/millrace/millrace/batch"
)

var errBytea = errors.New("is no bytea in hexadecimal form")

// unhex appends the bytes of a bytea as the server writes it under bytea_output=hex.
func unhex(dst, text []byte) ([]byte, error) {
	if len(text) < 2 || text[0] != '\\' || text[1] != 'x' || len(text)%2 != 0 {
		return dst, errBytea
	}
	dst, err := hex.AppendDecode(dst, text[2:])
	if err != nil {
		return dst, errBytea
	}
	return dst, nil
}

// parseBytea is binary.handling.mode bytes.
func parseBytea(text []byte) (batch.Value, error) {
	v, err := unhex(make([]byte, 0, len(text)/2), text)
	return batch.BytesValue(v), err
}

// parseByteaText are the modes that make text of bytes.
func parseByteaText(mode string) parse {
	return func(text []byte) (batch.Value, error) {
		v, err := unhex(nil, text)
		return batch.StringValue(string(AppendBinary(nil, v, mode))), err
	}
}

// AppendBinary appends bytes in a binary.handling.mode.
func AppendBinary(dst, v []byte, mode string) []byte {
	switch mode {
	case "base64":
		return base64.StdEncoding.AppendEncode(dst, v)
	case "base64-url-safe":
		return base64.URLEncoding.AppendEncode(dst, v)
	case "hex":
		return hex.AppendEncode(dst, v)
	}
	return append(dst, v...)
}

// byteas decodes hexadecimal text.
func byteas(_ *Decoder, b *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	size := 0
	for i := range in.Tuples {
		if cell := in.at(i); cell.Len > 0 {
			size += int(cell.Len) / 2
		}
	}
	out := b.Arena.Bytes(size)[:0]
	for i := range c.Views {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		from := len(out)
		var err error
		if out, err = unhex(out, in.Buf[cell.Pos:int(cell.Pos)+int(cell.Len)]); err != nil {
			return i, err
		}
		c.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(out) - from)}
	}
	c.Bufs[1] = out
	return -1, nil
}
