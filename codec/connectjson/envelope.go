package connectjson

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// single reports whether rest, the text of an envelope from its payload on, surely has no second
// member "schema": neither the end of that name nor an escaped letter of it stands anywhere.
func single(rest []byte) bool {
	if bytes.IndexByte(rest, 'h') < 0 && bytes.IndexByte(rest, '\\') < 0 {
		return true // as most rows without longer texts: two searches in wide registers
	}
	i := 0
	for ; i+9 <= len(rest); i += 8 {
		w, next := binary.LittleEndian.Uint64(rest[i:]), binary.LittleEndian.Uint64(rest[i+1:])
		name := (w ^ each1*'a') | (next ^ each1*'"')
		escape := (w ^ each1*'\\') | (next ^ each1*'u')
		m := ((name-each1)&^name | (escape-each1)&^escape) & each80
		for ; m != 0; m &= m - 1 { // marks above the lowest may be wrong, which costs a look
			at := i + bits.TrailingZeros64(m)>>3
			if bytes.HasPrefix(rest[at:], escapedLetter) || bytes.HasSuffix(rest[:at+2], schemaEnd) {
				return false
			}
		}
	}
	tail := rest[max(0, i-len(schemaEnd)):]
	return !bytes.Contains(tail, schemaEnd) && !bytes.Contains(tail, escapedLetter)
}

// What a name that is read as "schema" has in it: its end, or a letter as \u0063 to \u0073.
var (
	schemaEnd     = []byte(`hema"`)
	escapedLetter = []byte(`\u00`)
)

const (
	each1  = 0x0101010101010101
	each80 = 0x8080808080808080
)

// payloadAt returns where the payload of the row f.B[:f.N] starts, if the row is an envelope of schema
// and payload, in this order and with nothing else; otherwise -1.
func (f *fast) payloadAt() int {
	b, n := f.B, f.N
	i := jsonscan.SkipSpace(b, 0, n)
	if i >= n || b[i] != '{' {
		return -1
	}
	start, end, i := jsonscan.Name(b, jsonscan.SkipSpace(b, i+1, n), n)
	if i < 0 || string(b[start:end]) != "schema" {
		return -1
	}
	if i = jsonscan.Skip(b, i, n, 1); i < 0 {
		return -1
	}
	if i = jsonscan.SkipSpace(b, i, n); i >= n || b[i] != ',' {
		return -1
	}
	start, end, i = jsonscan.Name(b, jsonscan.SkipSpace(b, i+1, n), n)
	if i < 0 || i >= n || string(b[start:end]) != "payload" {
		return -1
	}
	if !f.endsEnvelope(i) {
		return -1
	}
	return i
}

// endsEnvelope reports whether the payload at b[i] is the last member of its envelope.
func (f *fast) endsEnvelope(i int) bool {
	if i = jsonscan.Skip(f.B, i, f.N, 1); i < 0 {
		return false
	}
	i = jsonscan.SkipSpace(f.B, i, f.N)
	return i < f.N && f.B[i] == '}'
}
