package stage

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/smt/plan"
)

// Run implements Transforms.
func (c *Chain) Run(b *batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	c.work = append(c.work[:0], b)
	if c.Unfused {
		failed, err := c.steps(0, len(c.Steps), failed)
		return c.work, failed, err
	}
	var err error
	for _, g := range c.Plan().Groups {
		switch {
		case g.Merged == nil:
			failed, err = c.steps(g.First, g.End, failed)
		case len(c.work) == 1:
			failed, err = c.merged(g, failed)
		default:
			failed, err = c.mergedEach(g, failed)
		}
		if err != nil || len(c.work) == 0 {
			return nil, failed, err
		}
	}
	return c.work, failed, nil
}

// merged runs the steps of a group over the one batch of c.work: as one as far as that goes.
func (c *Chain) merged(g plan.Group, failed []errant.RowError) ([]errant.RowError, error) {
	b := c.work[0]
	next := g.First + g.Merged.Run(b)
	if b.Status.Any() {
		failed = drain(b, errant.Transformation, c.Steps[next-1].Class, failed)
	}
	if b.Live() == 0 {
		b.Release()
		c.work = c.work[:0]
	}
	return c.steps(next, g.End, failed)
}

// mergedEach is merged for several batches.
func (c *Chain) mergedEach(g plan.Group, failed []errant.RowError) (_ []errant.RowError, err error) {
	var out []*batch.Batch
	list := slices.Clone(c.work)
	for k, b := range list {
		c.work = append(c.work[:0], b)
		if failed, err = c.merged(g, failed); err != nil {
			releaseAll(out)
			releaseAll(list[k+1:])
			return failed, err
		}
		out = append(out, c.work...)
	}
	c.work = append(c.work[:0], out...)
	return failed, nil
}

// steps runs steps one after the other over each batch of c.work. On error c.work is empty.
func (c *Chain) steps(first, end int, failed []errant.RowError) (_ []errant.RowError, err error) {
	for i := first; i < end && len(c.work) > 0; i++ {
		c.next = c.next[:0]
		for k, b := range c.work {
			if failed, err = c.step(&c.Steps[i], b, failed); err != nil {
				releaseAll(c.next)
				releaseAll(c.work[k+1:])
				c.work = nil
				return failed, err
			}
		}
		c.work, c.next = c.next, c.work
	}
	return failed, nil
}
