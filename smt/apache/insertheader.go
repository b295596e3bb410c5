package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

func insertHeaderClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "header", Type: config.String, Required: true, Validator: config.NonNullValidator{}, Importance: config.High,
			Doc: "The name of the header.",
		}).
		Define(config.Key{
			Name: "value.literal", Type: config.String, Required: true, Validator: config.NonNullValidator{}, Importance: config.High,
			Doc: "The literal value that is to be set as the header value on all records.",
		})
	return single("InsertHeader", def, func(v *config.Values) (smt.Transform, error) {
		t := &insertHeader{batch.Header{Key: v.String("header"), Decoded: true}}
		t.header.Schema, t.header.Value = literal.Parse(v.String("value.literal"))
		return transform(t), nil
	})
}

// insertHeader appends one header to every record. Source: InsertHeader.
type insertHeader struct{ header batch.Header }

func (t *insertHeader) effect() smt.Effect { return smt.Effect{Headers: smt.Writes} }

func (t *insertHeader) record(r smt.Record) (smt.Record, bool, error) {
	r.Headers = append(r.Headers[:len(r.Headers):len(r.Headers)], t.header)
	return r, true, nil
}

func (t *insertHeader) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	b.AddHeader(t.header.Key, t.header.Schema, t.header.Value)
	return nil, true
}
