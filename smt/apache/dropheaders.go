package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

func dropHeadersClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: "headers", Type: config.List, Required: true, Validator: config.AnyNonDuplicateValues(false, false), Importance: config.High,
		Doc: "The name of the headers to be removed.",
	})
	return single("DropHeaders", def, func(v *config.Values) (smt.Transform, error) {
		t := &dropHeaders{v.List("headers")}
		return transform(t), nil
	})
}

// dropHeaders removes all headers of the given names. Source: DropHeaders.
type dropHeaders struct{ names []string }

func (t *dropHeaders) drops(h batch.Header) bool { return slices.Contains(t.names, h.Key) }

func (t *dropHeaders) effect() smt.Effect { return smt.Effect{Headers: smt.Reads | smt.Writes} }

func (t *dropHeaders) record(r smt.Record) (smt.Record, bool, error) {
	if slices.ContainsFunc(r.Headers, t.drops) {
		r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), t.drops)
	}
	return r, true, nil
}

func (t *dropHeaders) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	if drops := func(c batch.HeaderColumn) bool { return slices.Contains(t.names, c.Key) }; slices.ContainsFunc(b.Headers.Columns, drops) {
		b.Headers.Columns = slices.DeleteFunc(slices.Clone(b.Headers.Columns), drops)
	}
	if !slices.ContainsFunc(b.Headers.Entries, t.drops) {
		return nil, true
	}
	if b.Headers.Offsets == nil {
		b.Headers.Entries = slices.DeleteFunc(slices.Clone(b.Headers.Entries), t.drops)
		return nil, true
	}
	h := batch.Headers{
		Offsets: mem.Alloc[int32](&b.Arena, b.Len()+1),
		Entries: make([]batch.Header, 0, len(b.Headers.Entries)-1),
		Columns: b.Headers.Columns,
	}
	h.Offsets[0] = 0
	for i := range b.Len() {
		for _, e := range b.Headers.List(i) {
			if !t.drops(e) {
				h.Entries = append(h.Entries, e)
			}
		}
		h.Offsets[i+1] = int32(len(h.Entries))
	}
	b.Headers = h
	return nil, true
}
