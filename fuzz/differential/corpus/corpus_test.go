package corpus

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/fuzz/differential/judge"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// The committed answers must read, write back as the same line, and agree with themselves.
func TestSeeds_ReadBack(t *testing.T) {
	entries, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	items := map[string]int{}
	for _, e := range entries {
		items[e.Kind] += len(e.Items)
		stored := trial.AppendStored(nil, e.Trial, e.Want)
		again, want, err := trial.ReadStored(stored)
		if err != nil {
			t.Fatalf("%s: %v", e.File, err)
		}
		if !bytes.Equal(stored, trial.AppendStored(nil, again, want)) {
			t.Errorf("%s: does not write back", e.File)
		}
		if d := judge.Compare(e.Trial, e.Want, want).Differences; len(d) != 0 {
			t.Errorf("%s: differs from itself: %v", e.File, d[0])
		}
	}
	for _, kind := range []string{"json", "string", "bytes", "number", "header", "literal", "transform", "chain", "predicate", "debezium", "script"} {
		if items[kind] < 30 {
			t.Errorf("kind %s has %d cases", kind, items[kind])
		}
	}
}

func TestSave_SameTrialSameFile(t *testing.T) {
	dir := t.TempDir()
	tr := &trial.Trial{Kind: "literal", Op: trial.ParseValue, Items: []trial.Item{{Text: "\xed\xa0\x80"}}}
	want := trial.Outcome{Items: []trial.Answer{{Failure: &trial.Failure{Type: "DataException"}}}}
	first, err := Save(dir, tr, want)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Save(dir, tr, want)
	if err != nil || first != second {
		t.Fatalf("%q, then %q: %v", first, second, err)
	}
	entries, err := Load(dir)
	if err != nil || len(entries) != 1 || entries[0].Items[0].Text != "\xed\xa0\x80" {
		t.Fatalf("%v %v", entries, err)
	}
}

func TestLoad_NamesTheBadLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.jsonl")
	if err := os.WriteFile(path, []byte("{\"answers-of\":{}}\n{\"op\":\"nope\",\"items\":[{}]}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !bytes.Contains([]byte(err.Error()), []byte("x.jsonl:2")) {
		t.Fatalf("error %v", err)
	}
}
