package apache

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/smttest"
)

// run applies a chain to b and all forks, dropping failed rows between, and returns what became of the rows.
func run(t *testing.T, chain []smt.Transform, b *batch.Batch) map[int32]string {
	t.Helper()
	work := []*batch.Batch{b}
	failures := map[int32]string{}
	for _, tr := range chain {
		for _, x := range work {
			more, err := tr.Apply(x)
			if err != nil {
				t.Fatal(err)
			}
			work = append(work, more...)
		}
		for _, x := range work {
			if err := x.Check(); err != nil {
				t.Fatal(err)
			}
			for _, e := range x.Status.Errors() {
				failures[e.Row] = e.Err.Error()
			}
			rows := batch.Selection{}
			for r := range x.Rows() {
				rows = append(rows, r.Index())
			}
			x.Sel = rows
			x.Status.Reset()
		}
	}
	out := smttest.Outcome(work[0], work[1:])
	for row, text := range failures {
		out[row] += "failed: " + text
	}
	release(work)
	return out
}

// What one transform leaves (constants, dictionaries, absent members, forks) the next one must read.
func TestChains_AgreeWithTheirTwins(t *testing.T) {
	for seed := range uint64(600) {
		r := batchtest.NewRandom(seed)
		var columns, plain []smt.Transform
		names := ""
		for range 2 + r.IntN(3) {
			c := configs[r.IntN(len(configs))]
			class := sides(c.class)[r.IntN(len(sides(c.class)))]
			if class == "Filter" {
				continue
			}
			names += class + " " + c.props + "; "
			columns = append(columns, made(t, class, c.props))
			plain = append(plain, made(t, class, c.props).Plain)
		}
		b := randomBatch(t, r, 16)
		want, got := run(t, plain, b.Fork(b.Sel)), run(t, columns, b.Fork(b.Sel))
		t.Run(fmt.Sprint(seed), func(t *testing.T) { compareRows(t, seed, names+"\n"+b.String(), want, got) })
		b.Release()
	}
}
