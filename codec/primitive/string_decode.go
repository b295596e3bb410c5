package primitive

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// stringDecoder makes OPTIONAL_STRING columns of views over the input.
type stringDecoder struct {
	oneGroup
	charset *java.Charset
	rows    []int32 // scratch: rows to be written anew
	text    []byte  // scratch: their text
}

// Decode returns the input as text. Rows of valid UTF-8 stay where they are; malformed ones, and all
// rows in other charsets, are written anew. No row is refused.
//
// Ownership: the column shares in's buffers, views and bitmap.
func (d *stringDecoder) Decode(dst *batch.Batch, in *codec.Input, _ int32, sel batch.Selection, want *batch.Projection, status *batch.Status) (*batch.Column, error) {
	c := dst.NewColumn(optionalString, in.Values.Len())
	c.Bytes = in.Values
	if want != nil && want.None {
		return c, nil
	}
	if d.charset.IsUTF8() {
		d.rows = appendMalformed(d.rows[:0], &in.Values, sel)
	} else {
		d.rows = appendPresent(d.rows[:0], &in.Values, sel)
	}
	if len(d.rows) > 0 {
		d.rewrite(dst, c, status)
	}
	return c, nil
}

// rewrite replaces d.rows of c by their text in the decoder's charset. What the arena buffer holds
// already stays in front, for the rows that view it.
func (d *stringDecoder) rewrite(dst *batch.Batch, c *batch.Column, status *batch.Status) {
	views := mem.Alloc[batch.View](&dst.Arena, len(c.Views))
	copy(views, c.Views)
	before := c.Bufs[1]
	d.text = d.text[:0]
	for _, r := range d.rows {
		start := len(d.text)
		d.text = d.charset.Append(d.text, c.At(int(r)))
		if len(before)+len(d.text) > batch.MaxBufferBytes {
			d.text = d.text[:start]
			status.Fail(r, len(views), tooMuchText(len(views)))
			continue
		}
		views[r] = batch.View{Pos: uint32(len(before)+start) | batch.InArena, Len: uint32(len(d.text) - start)}
	}
	c.Views = views
	c.Bufs[1] = dst.Arena.Bytes(len(before) + len(d.text))
	copy(c.Bufs[1][copy(c.Bufs[1], before):], d.text)
}

// tooMuchText is the error of a row that does not fit into the buffer of its column. Java has one
// array per row instead and fails for memory.
func tooMuchText(rows int) *codec.Error {
	return codec.Data("text of %d rows exceeds 2 GiB: poll or produce smaller batches", rows)
}

// appendPresent appends the selected present rows to dst.
func appendPresent(dst []int32, b *batch.Bytes, sel batch.Selection) []int32 {
	if sel == nil {
		return kernel.FromBits(dst, b.Valid, b.Len())
	}
	return kernel.Where(dst, sel, b.Valid)
}

// appendMalformed appends the selected present rows that are no valid UTF-8 to dst.
func appendMalformed(dst []int32, b *batch.Bytes, sel batch.Selection) []int32 {
	if sel == nil && b.Valid == nil {
		for i, v := range b.Views {
			if !validText(b.Bufs[v.Pos>>31], v) {
				dst = append(dst, int32(i))
			}
		}
		return dst
	}
	if sel == nil {
		for i, v := range b.Views {
			if b.Valid.Get(i) && !validText(b.Bufs[v.Pos>>31], v) {
				dst = append(dst, int32(i))
			}
		}
		return dst
	}
	for _, r := range sel {
		v := b.Views[r]
		if b.Valid.Has(int(r)) && !validText(b.Bufs[v.Pos>>31], v) {
			dst = append(dst, r)
		}
	}
	return dst
}

// highBits are the bits that no ASCII byte has.
const highBits = 0x8080808080808080

// validText is validTextPlain for most text: words are looked at whole, the last one overlapping the one
// before it, or reaching into what follows in buf.
func validText(buf []byte, v batch.View) bool {
	at := int(v.Pos &^ batch.InArena)
	b := buf[at : at+int(v.Len)]
	n := len(b)
	if n < 8 {
		if at+8 <= len(buf) && word(buf[at:])&(1<<(8*uint(n))-1)&highBits == 0 {
			return true
		}
		return utf8.Valid(b)
	}
	if n <= 16 {
		return (word(b)|word(b[n-8:]))&highBits == 0 || utf8.Valid(b)
	}
	rest := b
	for len(rest) > 32 {
		if (word(rest)|word(rest[8:])|word(rest[16:])|word(rest[24:]))&highBits != 0 {
			return utf8.Valid(rest)
		}
		rest = rest[32:]
	}
	if n >= 32 {
		// What was seen is ASCII, so that a character cannot start in it.
		rest = b[n-32:]
		return (word(rest)|word(rest[8:])|word(rest[16:])|word(rest[24:]))&highBits == 0 || utf8.Valid(rest)
	}
	return (word(b)|word(b[8:])|word(b[n-16:])|word(b[n-8:]))&highBits == 0 || utf8.Valid(b)
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// validTextPlain reports whether the bytes that v points at are valid UTF-8.
func validTextPlain(buf []byte, v batch.View) bool {
	at := v.Pos &^ batch.InArena
	return java.ValidUTF8(buf[at : at+v.Len])
}
