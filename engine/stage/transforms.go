package stage

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/smt/plan"
)

// Transforms is a connector's transforms and predicates as a stage runs them.
type Transforms interface {
	// Run applies the transforms to the live rows of b and returns the batches that rows are in
	// afterwards: b itself, unless it has no live row left, and forks. Ownership of b goes in and comes
	// back with the result; the slice is borrowed until the next Run. Rows that fail leave the selections
	// and are appended to failed.
	//
	// Errors: no row could be tried; the batches are released.
	Run(b *batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error)
	// Projection says what of key and value the transforms need, when what follows reads key and value.
	Projection(key, value *batch.Projection) (k, v *batch.Projection)
	// PassesValue says that no transform so much as looks at values.
	PassesValue() bool
	Close() error
}

// Step is one transform of a chain.
type Step = plan.Step

// Chain applies transforms in order; neighbours that a plan merges, together. Source: TransformationChain.
type Chain struct {
	Steps   []Step  // complete before the first Run
	Attempt Attempt // nil: nothing is tried again
	// Unfused runs every step by itself and reads everything: the twin, for tests.
	Unfused bool

	plan *plan.Plan // made by Plan

	// Of the batch in work.
	work, next []*batch.Batch // what rows are in before and after a step
	yes, no    batch.Selection
}

// Attempt runs an operation until it succeeds or may not be tried again.
// Source: RetryWithToleranceOperator.execAndRetry.
type Attempt func(op func() error) error

var _ Transforms = (*Chain)(nil)

// Plan is what the steps were compiled to.
func (c *Chain) Plan() *plan.Plan {
	if c.plan == nil {
		c.plan = plan.Compile(c.Steps)
	}
	return c.plan
}

// Projection implements Transforms.
func (c *Chain) Projection(key, value *batch.Projection) (*batch.Projection, *batch.Projection) {
	if c.Unfused && len(c.Steps) > 0 {
		return nil, nil
	}
	return c.Plan().Projection(key, value)
}

// PassesValue implements Transforms.
func (c *Chain) PassesValue() bool {
	return len(c.Steps) == 0 || !c.Unfused && c.Plan().PassesValue()
}

// Close closes all transforms and predicates.
func (c *Chain) Close() error {
	var first error
	for _, s := range c.Steps {
		err := s.Transform.Close()
		if s.Predicate != nil {
			if perr := s.Predicate.Close(); err == nil {
				err = perr
			}
		}
		if first == nil {
			first = err
		}
	}
	return first
}
