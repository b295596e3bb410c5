package connectjson

import (
	"bytes"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// prefix is the text of an envelope up to its payload, and the schema in it. Producers that use this
// converter write the same prefix in every record, so it is compared and not parsed.
type prefix struct {
	text   string
	schema *batch.Schema
	group  int32 // in the present input; valid where round is the present one
	round  uint64
}

// prefixes are the prefixes that a decoder has met.
type prefixes struct {
	size   int // most that are kept
	bytes  int // of all texts
	known  map[string]*prefix
	recent [4]*prefix
}

// Bounds of what is kept, in bytes of text.
const (
	prefixBytesMax   = 1 << 20
	prefixesBytesMax = 16 << 20
)

func newPrefixes(size int) prefixes {
	return prefixes{size: max(size, 1), known: map[string]*prefix{}}
}

// find returns the recent prefix that raw starts with, or nil.
func (p *prefixes) find(raw []byte) *prefix {
	for k, e := range p.recent {
		if e != nil && len(raw) > len(e.text) && string(raw[:len(e.text)]) == e.text {
			if k > 0 {
				copy(p.recent[1:k+1], p.recent[:k])
				p.recent[0] = e
			}
			return e
		}
	}
	return nil
}

// schemaEnd is the rarest end of the name "schema".
var schemaEnd = []byte(`hema"`)

// single reports whether rest, the text of an envelope from its payload on, surely has no second
// member "schema".
func single(rest []byte) bool {
	return bytes.IndexByte(rest, '\\') < 0 && !bytes.Contains(rest, schemaEnd)
}

// add keeps the prefix of an envelope whose schema is s.
func (p *prefixes) add(text []byte, s *batch.Schema) *prefix {
	e, ok := p.known[string(text)]
	if !ok {
		if len(p.known) >= p.size || p.bytes+len(text) > prefixesBytesMax {
			clear(p.known)
			clear(p.recent[:])
			p.bytes = 0
		}
		p.bytes += len(text)
		e = &prefix{text: string(text), schema: s}
		p.known[e.text] = e
	}
	copy(p.recent[1:], p.recent[:])
	p.recent[0] = e
	return e
}

// lookup is find by the text itself.
func (p *prefixes) lookup(text []byte) *prefix { return p.known[string(text)] }

// payloadAt returns where the payload of the row f.b[:f.n] starts, if the row is an envelope of schema
// and payload, in this order and with nothing else; otherwise -1.
func (f *fast) payloadAt() int {
	b, n := f.b, f.n
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
	if i = jsonscan.Skip(f.b, i, f.n, 1); i < 0 {
		return false
	}
	i = jsonscan.SkipSpace(f.b, i, f.n)
	return i < f.n && f.b[i] == '}'
}
