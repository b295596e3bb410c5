package stage

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/errant"
)

// step runs one transform over the rows of b that its predicate selects. What b becomes is appended to c.next;
// on error it is released.
func (c *Chain) step(s *Step, b *batch.Batch, failed []errant.RowError) ([]errant.RowError, error) {
	if s.Predicate == nil {
		return c.apply(s, b, nil, failed)
	}
	if err := c.test(s, b); err != nil {
		b.Release()
		return failed, err
	}
	if c.Attempt != nil && b.Status.Any() {
		c.retest(s, b)
	}
	failed = drain(b, errant.Transformation, s.Class, failed)
	yes, no := c.yes, c.no
	if s.Negate {
		yes, no = no, yes
	}
	switch {
	case len(yes) == 0:
		b.Sel = keep(b, no)
		c.pass(b)
		return failed, nil
	case len(no) == 0:
		b.Sel = keep(b, yes)
		return c.apply(s, b, nil, failed)
	}
	rest := b.Fork(keep(b, no))
	b.Sel = keep(b, yes)
	return c.apply(s, b, rest, failed)
}

// test splits the live rows of b by the predicate, into c.yes and c.no.
func (c *Chain) test(s *Step, b *batch.Batch) (err error) {
	if c.Attempt == nil {
		c.yes, c.no, err = s.Predicate.Test(b, c.yes[:0], c.no[:0])
		return err
	}
	return c.Attempt(func() (err error) {
		c.yes, c.no, err = s.Predicate.Test(b, c.yes[:0], c.no[:0])
		return err
	})
}

// pass appends b to c.next, or releases it where no row of it is left.
func (c *Chain) pass(b *batch.Batch) {
	if b.Live() == 0 {
		b.Release()
		return
	}
	c.next = append(c.next, b)
}

// apply runs one transform over the live rows of b; rest, when there is one, goes along untouched.
func (c *Chain) apply(s *Step, b, rest *batch.Batch, failed []errant.RowError) ([]errant.RowError, error) {
	var origin *batch.Batch
	if c.Attempt != nil {
		origin = b.Fork(b.Sel)
		defer origin.Release()
	}
	more, err := c.transform(s, b)
	if err != nil {
		b.Release()
		releaseAll(more)
		if rest != nil {
			rest.Release()
		}
		return failed, err
	}
	first, before := len(c.next), len(failed)
	failed = drain(b, errant.Transformation, s.Class, failed)
	c.pass(b)
	for _, m := range more {
		failed = drain(m, errant.Transformation, s.Class, failed)
		c.pass(m)
	}
	if rest != nil {
		c.pass(rest)
	}
	if origin != nil {
		c.next, failed = c.retry(s, origin, failed, before, c.next)
	}
	if rest != nil && len(c.next)-first > 1 {
		c.next = c.next[:first+len(rejoin(c.next[first:]))]
	}
	return failed, nil
}

func (c *Chain) transform(s *Step, b *batch.Batch) (more []*batch.Batch, err error) {
	if c.Attempt == nil {
		return s.Transform.Apply(b)
	}
	err = c.Attempt(func() (err error) {
		more, err = s.Transform.Apply(b)
		return err
	})
	return more, err
}

// keep copies a selection into b's arena; one that names every row becomes nil.
func keep(b *batch.Batch, s batch.Selection) batch.Selection {
	if len(s) == b.Len() {
		return nil
	}
	return copySelection(b, s)
}
