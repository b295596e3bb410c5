package plan

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
)

// Editor is a transform that may edit structs field by field, so that neighbours can be run as one.
type Editor interface {
	// Editing is what it does so, nil where it does not.
	Editing() *Editing
}

// Editing is a transform's work on structs of one side, compiled for each schema.
type Editing struct {
	Key bool // the side
	// Edit is what becomes of structs of schema s; nil where they are not edited field by field.
	Edit func(s *batch.Schema) *Edit
}

// Edit is the work on structs of one schema.
type Edit struct {
	Schema *batch.Schema // of the result
	Err    error         // fails every struct; nothing else is in use then
	// Columns appends the columns of the result's fields to out.
	//
	// Shape: in is the columns of the fields as they are; rows, nil all, are those to work on, and all of
	// them have a struct; valid, nil all, marks the rows of b that have one. Nothing of in is written.
	// Errors: rows fail in b.Status as they do one by one; their values may be anything then.
	Columns func(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, in, out []*batch.Column) []*batch.Column
}
