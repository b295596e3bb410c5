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
	// back with the result. Rows that fail leave the selections and are appended to failed.
	//
	// Errors: no row could be tried; the batches are released.
	Run(b *batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error)
	// Projection says what of key and value the transforms need, when what follows reads key and value.
	Projection(key, value *batch.Projection) (k, v *batch.Projection)
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

	plan    *plan.Plan // made by Plan
	yes, no batch.Selection
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

// Run implements Transforms.
func (c *Chain) Run(b *batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	work := []*batch.Batch{b}
	if c.Unfused {
		return c.steps(0, len(c.Steps), work, failed)
	}
	var err error
	for _, g := range c.Plan().Groups {
		if g.Merged == nil {
			work, failed, err = c.steps(g.First, g.End, work, failed)
		} else {
			work, failed, err = c.merged(g, work, failed)
		}
		if err != nil || len(work) == 0 {
			return nil, failed, err
		}
	}
	return work, failed, nil
}

// merged runs the steps of a group over each batch of work, which it takes over: as one as far as that goes.
func (c *Chain) merged(g plan.Group, work []*batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	var out []*batch.Batch
	if len(work) == 1 {
		out = work[:0]
	}
	for k, b := range work {
		next := g.First + g.Merged.Run(b)
		if b.Status.Any() {
			failed = drain(b, errant.Transformation, c.Steps[next-1].Class, failed)
		}
		switch {
		case b.Live() == 0:
			b.Release()
		case next == g.End:
			out = append(out, b)
		default:
			more, f, err := c.steps(next, g.End, []*batch.Batch{b}, failed)
			if err != nil {
				releaseAll(out)
				releaseAll(work[k+1:])
				return nil, f, err
			}
			out, failed = append(out, more...), f
		}
	}
	return out, failed, nil
}

// steps runs steps one after the other over each batch of work, which it takes over.
func (c *Chain) steps(first, end int, work []*batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	for i := first; i < end && len(work) > 0; i++ {
		var next []*batch.Batch
		for k, w := range work {
			out, f, err := c.step(&c.Steps[i], w, failed)
			failed = f
			if err != nil {
				releaseAll(out)
				releaseAll(next)
				releaseAll(work[k+1:])
				return nil, failed, err
			}
			if next == nil {
				next = out
			} else {
				next = append(next, out...)
			}
		}
		work = next
	}
	return work, failed, nil
}

// step runs one transform over the rows that its predicate selects.
func (c *Chain) step(s *Step, b *batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	if s.Predicate == nil {
		return c.apply(s, b, nil, failed)
	}
	err := c.try(func() (err error) {
		c.yes, c.no, err = s.Predicate.Test(b, c.yes[:0], c.no[:0])
		return err
	})
	if err != nil {
		return []*batch.Batch{b}, failed, err
	}
	failed = drain(b, errant.Transformation, s.Class, failed)
	yes, no := c.yes, c.no
	if s.Negate {
		yes, no = no, yes
	}
	switch {
	case len(yes) == 0:
		b.Sel = keep(b, no)
		return own(b, failed)
	case len(no) == 0:
		b.Sel = keep(b, yes)
		return c.apply(s, b, nil, failed)
	}
	rest := b.Fork(keep(b, no))
	b.Sel = keep(b, yes)
	return c.apply(s, b, rest, failed)
}

// apply runs one transform over the live rows of b; rest, when there is one, goes along untouched.
func (c *Chain) apply(s *Step, b, rest *batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	var origin *batch.Batch
	if c.Attempt != nil {
		origin = b.Fork(b.Sel)
		defer origin.Release()
	}
	var more []*batch.Batch
	err := c.try(func() (err error) {
		more, err = s.Transform.Apply(b)
		return err
	})
	out := append([]*batch.Batch{b}, more...)
	if rest != nil {
		out = append(out, rest)
	}
	if err != nil {
		return out, failed, err
	}
	live, n := out[:0], len(failed)
	for _, o := range out {
		if o != rest {
			failed = drain(o, errant.Transformation, s.Class, failed)
		}
		if o.Live() == 0 {
			o.Release()
			continue
		}
		live = append(live, o)
	}
	if origin != nil {
		live, failed = c.retry(s, origin, failed, n, live)
	}
	if rest != nil && len(live) > 1 {
		live = rejoin(live)
	}
	return live, failed, nil
}

func (c *Chain) try(op func() error) error {
	if c.Attempt == nil {
		return op()
	}
	return c.Attempt(op)
}

// own returns b alone, or nothing when no row of it is left.
func own(b *batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	if b.Live() == 0 {
		b.Release()
		return nil, failed, nil
	}
	return []*batch.Batch{b}, failed, nil
}

// keep copies a selection into b's arena; one that names every row becomes nil.
func keep(b *batch.Batch, s batch.Selection) batch.Selection {
	if len(s) == b.Len() {
		return nil
	}
	return copySelection(b, s)
}
