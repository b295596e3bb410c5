package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// relay finds the records that are written as they are: those that are the text which the encoder makes of them, and, where envelopes are
// read and none are written, those whose payload is.
type relay struct {
	reads  *decoder // for its prefixes and schemas: it reads no rows
	writes *encoder
	same   sameness
	root   *pattern // of records that bring no schema; nil where they do

	// Of the present input.
	tried, found int // rows
}

var _ codec.RelayMaker = (*converter)(nil)

// NewRelay implements codec.RelayMaker.
func (c *converter) NewRelay(from codec.Converter) codec.Relay {
	reads, ok := from.(*converter)
	if !ok || c.envelope && !reads.enveloped() {
		return nil
	}
	r := &relay{reads: newDecoder(reads), writes: newEncoder(c)}
	switch {
	case !reads.envelope:
		r.root = patternOf(nil, c.numeric)
	case reads.content != nil:
		r.root = patternOf(reads.content, c.numeric)
	}
	return r
}

const (
	relayTries = 64 // rows of an input that are looked at in any case
	relayShare = 4  // more only while one of so many is found
)

// Same implements codec.Relay.
func (r *relay) Same(in *codec.Input, out []batch.View, rest batch.Selection) batch.Selection {
	r.tried, r.found = 0, 0
	if in.Sel == nil {
		for i := range int32(in.Values.Len()) {
			rest = r.row(in, i, out, rest)
		}
	} else {
		for _, i := range in.Sel {
			rest = r.row(in, i, out, rest)
		}
	}
	r.reads.Drop(keptBytes)
	r.same.b = nil
	return rest
}

// row finds row i, or appends it to rest.
func (r *relay) row(in *codec.Input, i int32, out []batch.View, rest batch.Selection) batch.Selection {
	if !in.Values.Valid.Has(int(i)) {
		return rest
	}
	if r.tried >= relayTries && r.found*relayShare < r.tried {
		return append(rest, i)
	}
	r.tried++
	start, end := r.text(in, i)
	if end == odd {
		return append(rest, i)
	}
	r.found++
	out[i] = batch.View{Pos: in.Values.Views[i].Pos + uint32(start), Len: uint32(end - start)}
	return rest
}

// text returns where in row i its text lies; end is odd where the row has to be read and written.
//
// Null alone is written as no bytes, or has a schema that its text lacks.
func (r *relay) text(in *codec.Input, i int32) (start, end int) {
	d, s := r.reads, &r.same
	d.Take(&in.Values, in.Values.Views[i], 0)
	s.b, s.n = d.B, d.N
	if r.root != nil {
		if s.n == 0 || s.b[0] == 'n' || s.value(r.root, 0) != s.n {
			return 0, odd
		}
		return 0, s.n
	}
	e := r.prefix(in.Values.At(int(i)))
	if e == nil || r.writes.envelope && !e.same {
		return 0, odd
	}
	start = len(e.text)
	if !r.writes.envelope {
		start = jsonscan.SkipSpace(s.b, start, s.n)
	}
	if start >= s.n || s.b[start] == 'n' {
		return 0, odd
	}
	// Nothing is behind the payload: the names of the envelope stand once.
	if end = s.value(e.payload, start); end == odd || end+1 != s.n || s.b[end] != '}' {
		return 0, odd
	}
	if r.writes.envelope {
		return 0, s.n
	}
	return start, end
}

// prefix returns the prefix of raw, the row that reads has; nil where it has none.
func (r *relay) prefix(raw []byte) *prefix {
	d := r.reads
	e := d.prefixes.find(raw)
	if e == nil {
		at := d.payloadAt()
		if at < 0 || at > prefixBytesMax {
			return nil
		}
		var err error
		if e, err = d.learnPrefix(at); err != nil {
			return nil
		}
	}
	if e.payload == nil {
		e.payload = patternOf(e.schema, r.writes.numeric)
		e.same = string(r.writes.openingOf(e.schema)) == e.text
	}
	return e
}
