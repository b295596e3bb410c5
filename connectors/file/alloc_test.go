//go:build !invariants && !race

package file_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// A poll allocates its answer and its positions, no line anything.
func TestSource_AllocatesNothingPerLine(t *testing.T) {
	const lines, polls = 2000, 20
	name := writeTo(t, filepath.Join(t.TempDir(), "in"), strings.Repeat(strings.Repeat("x", 99)+"\n", lines*(polls+10)))
	s := start(t, batch.NewPool(mem.NewPool()), -1, map[string]string{"file": name})
	rows := 0
	took := func() {
		batches, err := s.Poll(t.Context())
		if err != nil || len(batches) != 1 {
			t.Fatal(batches, err)
		}
		rows += batches[0].Len()
		batches[0].Release()
	}
	for range 5 {
		took()
	}
	rows = 0
	if n := testing.AllocsPerRun(polls, took); n > 2 {
		t.Fatalf("%v allocations a poll of %d lines", n, rows/(polls+1))
	}
	if rows < lines*polls/4 {
		t.Fatalf("%d lines in %d polls", rows, polls)
	}
}

func TestSink_AllocatesNothingForTexts(t *testing.T) {
	task := startSink(t, os.DevNull)
	b := texts(t, mem.Checked(t), 2000)
	defer b.Release()
	list := []*batch.Batch{b}
	if n := testing.AllocsPerRun(20, func() {
		if err := task.Put(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Fatalf("%v allocations for 2,000 rows", n)
	}
}
