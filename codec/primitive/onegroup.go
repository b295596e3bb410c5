package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

// oneGroup is the Group method of decoders whose rows all have one schema.
type oneGroup struct{}

// Group puts all rows into one group.
func (oneGroup) Group(_ *batch.Batch, _ *codec.Input, g *codec.Groups, _ *batch.Status) error {
	g.N, g.Row = 1, nil
	return nil
}
