// Package suffix is a transform that appends a text to the topic of every record.
package suffix

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

// Class returns the transform class.
func Class() *smt.Class {
	def := config.NewDef().
		Define(config.Key{Name: "suffix", Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.High, Doc: "Text to append to the topic."})
	return &smt.Class{
		Name: "com.example.acme.TopicSuffix", Version: "1.0", Def: def,
		New: func(props map[string]string, _ smt.Context) (smt.Transform, error) {
			v, err := def.Parse(props)
			if err != nil {
				return nil, err
			}
			return transform{v.String("suffix")}, nil
		},
	}
}

type transform struct{ suffix string }

// Apply renames the few topics of the batch; its rows are not touched. Names may be shared with other
// batches, so they are copied first.
func (t transform) Apply(b *batch.Batch) ([]*batch.Batch, error) {
	b.Topics.Names = slices.Clone(b.Topics.Names)
	for i := range b.Topics.Names {
		b.Topics.Names[i] += t.suffix
	}
	return nil, nil
}

func (transform) Close() error { return nil }
