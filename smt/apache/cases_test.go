package apache

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/smttest"
)

var rewriting = flag.Bool("rewrite", false, "write the results of the case files")

func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.cases")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	set := smt.NewSet(Classes()...)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) { smttest.File(t, path, set, *rewriting) })
	}
}

func TestTransforms_EveryWayGivesTheSame(t *testing.T) {
	for _, c := range configs {
		for _, class := range sides(c.class) {
			t.Run(class+"/"+c.props, func(t *testing.T) {
				for seed := range uint64(6) {
					b := randomBatch(t, batchtest.NewRandom(seed), 12)
					smttest.Check(t, func() smt.Transform { return made(t, class, c.props) }, b)
					b.Release()
				}
			})
		}
	}
}
