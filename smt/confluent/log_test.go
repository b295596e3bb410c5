package confluent

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

func TestTombstoneHandler_TellsOfTombstones(t *testing.T) {
	for behavior, want := range map[string]string{
		"warn": "level=WARN msg=\"tombstones dropped\" topic=t records=2\n", "ignore": "level=DEBUG msg=\"tombstones dropped\" topic=t records=2\n",
		"fail": "level=DEBUG msg=\"tombstones refused\" topic=t records=2\n",
	} {
		c, err := smt.NewSet(Classes()...).Find(classPrefix + "TombstoneHandler")
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		tr, err := c.New(map[string]string{"behavior": behavior}, smt.Context{Logger: log})
		if err != nil {
			t.Fatal(err)
		}
		b := batchtest.Parse(t, mem.Checked(t), "@topic, @value int64?\nt, null\nt, 1\nt, null\n")
		for range 2 { // the second batch is within the minute
			f := b.Fork(nil)
			if _, err := tr.Apply(f); err != nil {
				t.Fatal(err)
			}
			f.Release()
		}
		b.Release()
		if got := out.String(); !strings.HasSuffix(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: got %s, want %s", behavior, got, want)
		}
	}
}
