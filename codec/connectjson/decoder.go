package connectjson

import (
	"bytes"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// decoder reads records into columns.
type decoder struct {
	*converter
	fast
	prefixes prefixes
	plans    map[*batch.Schema]*plan
	inputs   uint64 // number of the present input

	// Of the present input.
	groups   []*batch.Schema
	payloads []int32 // envelope: where each row's payload starts, -1: the plain path knows
	tape     jsonscan.Tape

	// Of the present group.
	noSchema bits.Bitmap // rows of null bytes under a schema
}

// plan is what a decoder keeps for the records of one schema.
type plan struct {
	schema *batch.Schema
	root   *column
}

var _ codec.Decoder = (*decoder)(nil)

func newDecoder(c *converter) *decoder {
	d := &decoder{converter: c, prefixes: newPrefixes(c.cacheSize), plans: map[*batch.Schema]*plan{}}
	if c.enveloped() {
		d.fast.open = 1
	}
	return d
}

// enveloped reports whether records carry their schema.
func (c *converter) enveloped() bool { return c.envelope && c.content == nil }

// Group implements codec.Decoder. Source: JsonConverter.toConnectData.
func (d *decoder) Group(dst *batch.Batch, in *codec.Input, g *codec.Groups, status *batch.Status) error {
	d.groups = d.groups[:0]
	g.N, g.Row = 1, nil
	if !d.enveloped() {
		s := d.content
		if !d.envelope {
			s = nil
		}
		d.groups = append(d.groups, s)
		return nil
	}
	d.inputs++
	n := in.Values.Len()
	rows := mem.Alloc[int32](&dst.Arena, n)
	d.payloads = mem.Alloc[int32](&dst.Arena, n)
	same := true // every row is of group 0
	if in.Sel == nil {
		for i := range int32(n) {
			rows[i] = d.groupOf(in, i, status)
			same = same && rows[i] == 0
		}
	} else {
		for i := range rows {
			rows[i] = -1
		}
		for _, i := range in.Sel {
			rows[i] = d.groupOf(in, i, status)
			same = same && rows[i] == 0
		}
	}
	if len(d.groups) == 0 {
		d.groups = append(d.groups, nil)
	}
	g.N = int32(len(d.groups))
	if !same || g.N > 1 {
		g.Row = rows
	}
	return nil
}

// groupOf returns the group of row i, -1 for a row that failed.
func (d *decoder) groupOf(in *codec.Input, i int32, status *batch.Status) int32 {
	d.payloads[i] = -1
	if !in.Values.Valid.Has(int(i)) {
		return 0
	}
	raw := in.Values.At(int(i))
	e := d.prefixes.find(raw)
	if e != nil && !single(raw[len(e.text):]) {
		if d.Take(&in.Values, in.Values.Views[i], 0); !d.endsEnvelope(len(e.text)) {
			e = nil
		}
	}
	if e == nil {
		var err error
		if e, err = d.meet(in, i, raw); err != nil {
			status.Fail(i, in.Values.Len(), err)
			return -1
		}
	} else {
		d.payloads[i] = int32(len(e.text))
	}
	if e.round != d.inputs {
		e.round, e.group = d.inputs, d.group(e.schema)
	}
	return e.group
}

// meet reads an envelope that starts with none of the known prefixes. An envelope of unusual form gets
// a prefix that is not kept.
func (d *decoder) meet(in *codec.Input, i int32, raw []byte) (*prefix, error) {
	d.Take(&in.Values, in.Values.Views[i], 0)
	if at := d.payloadAt(); at >= 0 && at <= prefixBytesMax {
		d.payloads[i] = int32(at)
		return d.learnPrefix(at)
	}
	v, ok, err := d.onTape(in, i)
	defer d.tape.Drop()
	if err != nil {
		return nil, err
	}
	at, _, err := d.members(v, ok)
	if err != nil {
		return nil, err
	}
	s, err := d.read.schema(&d.tape, at)
	if err != nil {
		return nil, err
	}
	return &prefix{schema: d.schemas.intern(s)}, nil
}

// learnPrefix keeps the text of the row that fast has, an envelope, up to its payload, which starts at at.
func (d *decoder) learnPrefix(at int) (*prefix, error) {
	text := bytes.TrimRight(d.B[:at], " \t\r\n") // so that no prefix starts with another
	e := d.prefixes.exact(text)
	if e == nil {
		s, err := d.schemaIn(at)
		if err != nil {
			return nil, err
		}
		e = &prefix{schema: d.schemas.intern(s)}
	}
	return d.prefixes.add(text, e.schema), nil
}

// schemaIn reads the schema of the row that fast has, an envelope whose payload starts at at and is not looked at.
func (d *decoder) schemaIn(at int) (*batch.Schema, error) {
	_, _, i := jsonscan.Name(d.B, jsonscan.SkipSpace(d.B, jsonscan.SkipSpace(d.B, 0, at)+1, at), at)
	if d.B[i] != '{' && d.B[i] != 'n' {
		return nil, noSchemaType() // neither object nor null
	}
	v, _, err := d.tape.Read(d.B[i:], at-i)
	defer d.tape.Drop()
	if err != nil {
		return nil, unreadable(err)
	}
	return d.read.schema(&d.tape, v)
}

// group returns the number of the group of s.
func (d *decoder) group(s *batch.Schema) int32 {
	for i, k := range d.groups {
		if k == s {
			return int32(i)
		}
	}
	d.groups = append(d.groups, s)
	return int32(len(d.groups) - 1)
}
