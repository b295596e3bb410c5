// Package jsonrow is one record of JSON text that is being read into columns, for the converters that read it by plan.
package jsonrow

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// Row is the record, and the text that had to be written anew for all records of a batch. It is part of a decoder.
type Row struct {
	B    []byte // with jsonscan.Slack behind
	N    int    // how long it is
	Base uint32 // where it starts in the source buffer
	Own  bool   // it lies elsewhere: its texts are copied
	Text []byte // what had to be written anew

	scratch []byte // the record at the end of a buffer, with slack
}

// Odd is the end of a value that is not read here.
const Odd = -1

// Source returns which of the two buffers of the input becomes the source buffer of the columns.
func Source(b *batch.Bytes) uint32 {
	if len(b.Bufs[0]) == 0 {
		return 1
	}
	return 0
}

// Take makes what follows the first skip bytes of v the record.
func (r *Row) Take(values *batch.Bytes, v batch.View, skip int) {
	buf := values.Bufs[v.Pos>>31]
	r.Base, r.N = v.Pos&^batch.InArena+uint32(skip), int(v.Len)-skip
	r.Own = v.Pos>>31 != Source(values)
	if end := int(r.Base) + r.N + jsonscan.Slack; end <= len(buf) {
		r.B = buf[r.Base:end]
		return
	}
	r.scratch = append(append(r.scratch[:0], buf[r.Base:int(r.Base)+r.N]...), make([]byte, jsonscan.Slack)...)
	r.B = r.scratch
}

// View returns a view of the text B[start:end], unescaped where needed.
func (r *Row) View(start, end int, t jsonscan.Text) (batch.View, bool) {
	if t != jsonscan.Escaped && !r.Own {
		return batch.View{Pos: r.Base + uint32(start), Len: uint32(end - start)}, true
	}
	from := len(r.Text)
	if t == jsonscan.Escaped {
		var ok bool
		if r.Text, ok = jsonscan.Unescape(r.Text, r.B[start:end]); !ok {
			return batch.View{}, false
		}
	} else {
		r.Text = append(r.Text, r.B[start:end]...)
	}
	return r.Written(from)
}

// Written returns a view of what Text has from there on.
func (r *Row) Written(from int) (batch.View, bool) {
	if len(r.Text) > batch.MaxBufferBytes {
		return batch.View{}, false
	}
	return batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(r.Text) - from)}, true
}

// Base64 decodes the string at B[i].
func (r *Row) Base64(i int) (v batch.View, end int, ok bool) {
	if r.B[i] != '"' {
		return v, Odd, false
	}
	end, t := jsonscan.StringEnd(r.B, i+1, r.N)
	if t != jsonscan.ASCII {
		return v, Odd, false
	}
	from := len(r.Text)
	if r.Text, ok = jsonscan.AppendBase64(r.Text, r.B[i+1:end]); !ok {
		r.Text = r.Text[:from]
		return v, Odd, false
	}
	v, ok = r.Written(from)
	return v, end + 1, ok
}

// Decimal reads a number of up to 18 digits, or Base64, as the bytes of a Decimal of s.
func (r *Row) Decimal(s *batch.Schema, i int) (v batch.View, scale int32, end int) {
	ok := false
	if r.B[i] == '"' {
		if scale, ok = s.Scale(); !ok {
			return v, 0, Odd
		}
		if v, end, ok = r.Base64(i); !ok || v.Len == 0 {
			return v, 0, Odd
		}
		return v, scale, end
	}
	m, exp10, end := jsonscan.ScanNumber(r.B, i, r.N)
	if end < 0 || exp10 == jsonscan.IsLong {
		return v, 0, Odd
	}
	if exp10 == jsonscan.IsInteger {
		exp10 = 0
	}
	from := len(r.Text)
	scale = int32(-exp10)
	r.Text = java.NewDecimal(m, scale).AppendBytes(r.Text)
	if v, ok = r.Written(from); !ok {
		return v, 0, Odd
	}
	return v, scale, end
}

// Drop lets go of the record, and of memory of more than kept bytes.
func (r *Row) Drop(kept int) {
	r.B = nil
	if cap(r.Text) > kept {
		r.Text = nil
	}
	if cap(r.scratch) > kept {
		r.scratch = nil
	}
}
