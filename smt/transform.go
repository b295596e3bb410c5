// Package smt is the contract of single message transforms and predicates, batch-wise.
//
// A Transform rewrites whole batches: it replaces column references, schemas, topics or the selection,
// and never writes a column that it was given. Implementations live in the subfolders; a transform
// written for one record at a time is adapted by Rows.
package smt

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
)

// Class describes a transform or predicate class: how it is named and configured.
type Class struct {
	Name    string // Java class name
	Aliases []string
	Version string
	Def     *config.Def
	// Independent says that what becomes of a record comes from the record and the properties alone: not from records
	// before it, from a clock or from anything outside. Several instances may then share the records of a task.
	Independent bool
	// Exactly one of the two is set.
	New          func(props map[string]string, c Context) (Transform, error)
	NewPredicate func(props map[string]string, c Context) (Predicate, error)
}

// Transform is a configured transform.
// Source: org.apache.kafka.connect.transforms.Transformation.
type Transform interface {
	// Apply transforms the live rows of b: those in b.Sel that have not failed.
	//
	// It may replace b's columns, topics, timestamps, partitions, headers and selection (to drop
	// rows). Rows that end under another schema than the rest leave b's selection and are returned as
	// more: forks of b, over the same rows, with disjoint selections. The caller owns those.
	// Errors: a row that Java would refuse fails in b.Status; a returned error fails the task.
	Apply(b *batch.Batch) (more []*batch.Batch, err error)
	// Close releases what the transform holds.
	Close() error
}

// Predicate is a configured predicate.
// Source: org.apache.kafka.connect.transforms.predicates.Predicate.
type Predicate interface {
	// Test splits the live rows of b: match gets those for which the predicate holds, appended to
	// yes; the others are appended to no. A row for which it throws fails in b.Status and is in neither.
	Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error)
	Close() error
}
