package stage

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// retry tries the rows again whose failures, from failed[n:], are retriable: each alone, so that one that
// goes on failing delays no result of another. origin is the batch as the transform got it. The batches
// that come of it go to live, what fails for good stays in failed.
// Source: RetryWithToleranceOperator.execAndRetry around TransformationStage.apply.
func (c *Chain) retry(s *Step, origin *batch.Batch, failed []errant.RowError, n int, live []*batch.Batch) ([]*batch.Batch, []errant.RowError) {
	final := failed[:n]
	for _, e := range failed[n:] {
		if !connectors.IsRetriable(e.Err) {
			final = append(final, e)
			continue
		}
		var out []*batch.Batch
		err := c.Attempt(errant.After(e.Err, func() (err error) {
			out, err = again(s, origin, e.Row)
			return err
		}))
		if err != nil {
			e.Err = err
			final = append(final, e)
		}
		live = append(live, out...)
	}
	return live, final
}

// retest asks the predicate again about the rows of b whose failures are retriable, each alone. Rows that it answers
// for now go to c.yes or c.no, what fails for good stays in b's status.
func (c *Chain) retest(s *Step, b *batch.Batch) {
	errs := slices.Clone(b.Status.Errors())
	b.Status.Reset()
	for _, e := range errs {
		err := e.Err
		if connectors.IsRetriable(err) {
			err = c.Attempt(errant.After(err, func() (err error) {
				one := b.Fork(copySelection(b, batch.Selection{e.Row}))
				defer one.Release()
				yes, no, err := s.Predicate.Test(one, nil, nil)
				if errs := one.Status.Errors(); err == nil && len(errs) > 0 {
					err = errs[0].Err
				}
				if err == nil {
					c.yes, c.no = append(c.yes, yes...), append(c.no, no...)
				}
				return err
			}))
		}
		if err != nil {
			b.Status.Fail(e.Row, b.Len(), err)
		}
	}
	slices.Sort(c.yes)
	slices.Sort(c.no)
}

// again applies the transform to one row of origin. It fails if the row does.
func again(s *Step, origin *batch.Batch, row int32) ([]*batch.Batch, error) {
	one := origin.Fork(copySelection(origin, batch.Selection{row}))
	more, err := s.Transform.Apply(one)
	out := append([]*batch.Batch{one}, more...)
	for _, o := range out {
		if errs := o.Status.Errors(); err == nil && len(errs) > 0 {
			err = errs[0].Err
		}
	}
	if err != nil {
		releaseAll(out)
		return nil, err
	}
	return slices.DeleteFunc(out, func(o *batch.Batch) bool {
		if o.Live() > 0 {
			return false
		}
		o.Release()
		return true
	}), nil
}
