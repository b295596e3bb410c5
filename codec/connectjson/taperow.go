package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// textFactor is how many bytes of text a column may keep at most for each byte of a row.
const textFactor = 3

// readTape reads row i, which the fast path left, through a tape: any row that Java takes is read in the end, at a bounded number of
// bytes for each of its own, and for any other it gives Java's error.
//
// Source: JsonConverter.toConnectData.
func (d *decoder) readTape(in *codec.Input, p *plan, i int32) error {
	v, ok, err := d.onTape(in, i)
	defer d.tape.Drop()
	if err != nil {
		return err
	}
	if d.enveloped() {
		if _, v, err = d.members(v, ok); err != nil {
			return err
		}
	}
	if len(d.Text)+textFactor*d.tape.N > batch.MaxBufferBytes {
		return codec.Data("batch of %d rows exceeds 2 GiB of text: use fewer rows a batch", d.rows)
	}
	if p.schema == nil {
		if !ok {
			p.root.null(int(i))
			return nil
		}
		d.tapeDynamic(p.root, int(i), v)
		return nil
	}
	if !ok {
		return d.missing(p, int(i))
	}
	misfit, err := d.tapeTyped(p.root, int(i), v, true)
	if err != nil {
		return codec.AsError(err)
	}
	if misfit.is {
		return codec.AsError(batch.NewColumnBuilder(p.schema, false).Check(misfit.value))
	}
	return nil
}

// missing reads what is no JSON value at all, as Java's MissingNode, which is not null.
func (d *decoder) missing(p *plan, i int) error {
	v, err := d.read.value(p.schema, &jsonscan.Node{Kind: jsonscan.Missing})
	if err == nil {
		d.put(p.root, i, v)
	}
	return codec.AsError(err)
}

// onTape reads row i into d.tape; ok is false for a row of nothing but white space.
func (d *decoder) onTape(in *codec.Input, i int32) (v jsonscan.Ref, ok bool, err error) {
	d.Take(&in.Values, in.Values.Views[i], 0)
	if v, ok, err = d.tape.Read(d.fast.B, d.fast.N); err != nil {
		return v, ok, unreadable(err)
	}
	return v, ok, nil
}

// members returns schema and payload of the envelope v.
func (d *decoder) members(v jsonscan.Ref, ok bool) (schema, payload jsonscan.Ref, err error) {
	if !ok {
		return v, v, noEnvelope()
	}
	schema, hasSchema := d.tape.Member(v, "schema")
	payload, hasPayload := d.tape.Member(v, "payload")
	if !hasSchema || !hasPayload || d.tape.Count(v) != 2 {
		return v, v, noEnvelope()
	}
	return schema, payload, nil
}

// tapeText returns a view of the String v.
func (d *decoder) tapeText(v jsonscan.Ref) batch.View {
	t := &d.tape
	from := len(d.Text)
	end, text := jsonscan.StringEnd(t.Text, v.At+1, t.N)
	switch text {
	case jsonscan.ASCII, jsonscan.UTF8:
		if !d.Own && &t.Text[0] == &d.fast.B[0] {
			return batch.View{Pos: d.Base + uint32(v.At+1), Len: uint32(end - v.At - 1)}
		}
		d.Text = append(d.Text, t.Text[v.At+1:end]...)
	default:
		d.Text = append(d.Text, t.String(v)...)
	}
	out, _ := d.Written(from) // readTape saw that there is room
	return out
}
