package smttest

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

// CheckRandom runs Check with batches of any shape, one for each seed from 0 on.
func CheckRandom(t TB, make func() smt.Transform, seeds int) {
	t.Helper()
	for seed := range uint64(seeds) {
		b := batchtest.NewRandom(seed).Batch(mem.Checked(t), 20)
		Check(t, make, b)
		b.Release()
	}
}

// Check runs a transform over b's live rows in every way that must make no difference. make returns a new
// transform with the same config; b is borrowed, and must be as it was afterwards.
func Check(t TB, make func() smt.Transform, b *batch.Batch) {
	t.Helper()
	c := checker{t: t, b: b, make: make, rows: liveRows(b)}
	before := c.input()
	want := c.whole()
	c.again(want)
	c.selected(want)
	c.single(want)
	c.reversed(want)
	if after := c.input(); after != before {
		t.Errorf("smttest: the input was changed:\nwas %s\n is %s", before, after)
	}
	if err := b.Check(); err != nil {
		t.Errorf("smttest: the input: %v", err)
	}
}

// checker is one Check.
type checker struct {
	t    TB
	b    *batch.Batch
	make func() smt.Transform
	rows []int32
}

func liveRows(b *batch.Batch) []int32 {
	rows := []int32{}
	for r := range b.Rows() {
		rows = append(rows, r.Index())
	}
	return rows
}

// input is the whole of b as text.
func (c *checker) input() string {
	out := ""
	for i := range int32(c.b.Len()) {
		out += Record(c.b.Row(i)) + "\n"
	}
	return out
}

// apply runs tr over f, which it releases, and returns what became of the rows.
func (c *checker) apply(tr smt.Transform, f *batch.Batch, how string) map[int32]string {
	c.t.Helper()
	more, err := tr.Apply(f)
	if err != nil {
		c.t.Errorf("smttest: %s: task failed: %v", how, err)
	}
	for _, x := range append([]*batch.Batch{f}, more...) {
		if err := x.Check(); err != nil {
			c.t.Errorf("smttest: %s: %v", how, err)
		}
	}
	out := Outcome(f, more)
	for _, x := range append(more, f) {
		x.Release()
	}
	return out
}

func (c *checker) close(tr smt.Transform) {
	if err := tr.Close(); err != nil {
		c.t.Errorf("smttest: close: %v", err)
	}
}

// compare demands the same outcome of the given rows, and nothing of others. at maps a row to the one of b.
func (c *checker) compare(how string, want, got map[int32]string, rows []int32, at func(int32) int32) {
	c.t.Helper()
	expected := map[int32]bool{}
	for _, r := range rows {
		i := at(r)
		expected[i] = true
		if w, g := want[r], got[i]; w != g {
			c.t.Errorf("smttest: %s, row %d:\nwant %s\n got %s\n  of %s", how, r, orDropped(w), orDropped(g), Record(c.b.Row(r)))
		}
	}
	for i, g := range got {
		if !expected[i] {
			c.t.Errorf("smttest: %s: row %d, which was not to be transformed, is %s", how, i, g)
		}
	}
}

func orDropped(s string) string {
	if s == "" {
		return "dropped"
	}
	return s
}

func itself(r int32) int32 { return r }

// fork returns the rows of b that are given.
func (c *checker) fork(rows []int32) *batch.Batch {
	return c.b.Fork(append(batch.Selection{}, rows...))
}

func (c *checker) whole() map[int32]string {
	tr := c.make()
	defer c.close(tr)
	got := c.apply(tr, c.fork(c.rows), "all rows")
	for i := range got {
		if !slices.Contains(c.rows, i) {
			c.t.Errorf("smttest: all rows: row %d is not live and was transformed", i)
		}
	}
	return got
}

func (c *checker) again(want map[int32]string) {
	tr := c.make()
	defer c.close(tr)
	c.apply(tr, c.fork(c.rows), "first of two")
	c.compare("the same transform twice", want, c.apply(tr, c.fork(c.rows), "second of two"), c.rows, itself)
}

func (c *checker) selected(want map[int32]string) {
	tr := c.make()
	defer c.close(tr)
	for first := range 2 {
		var rows []int32
		for i := first; i < len(c.rows); i += 2 {
			rows = append(rows, c.rows[i])
		}
		c.compare("every second row", want, c.apply(tr, c.fork(rows), "every second row"), rows, itself)
	}
}

func (c *checker) single(want map[int32]string) {
	tr := c.make()
	defer c.close(tr)
	for _, r := range c.rows {
		got := c.apply(tr, c.b.Take([]int32{r}), "one by one")
		c.compare("one by one", want, got, []int32{r}, func(int32) int32 { return 0 })
	}
}

func (c *checker) reversed(want map[int32]string) {
	tr := c.make()
	defer c.close(tr)
	rows := slices.Clone(c.rows)
	slices.Reverse(rows)
	got := c.apply(tr, c.b.Take(rows), "in reverse")
	c.compare("in reverse", want, got, rows, func(r int32) int32 { return int32(slices.Index(rows, r)) })
}
