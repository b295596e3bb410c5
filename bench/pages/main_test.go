package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The pages are those of the results that lie beside them.
func TestPages_AreThoseOfTheResults(t *testing.T) {
	root := filepath.Join("..", "..")
	want, err := files(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range want {
		have, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || !bytes.Equal(have, text) {
			t.Errorf("%s is not what %s and %s come to (%v): run make bench-docs", path, resultsFile, reasonsFile, err)
		}
	}
}

// Every picture of the tuning page is drawn from a curve, whose table stands in the page.
func TestTuning_EveryPlaceHasItsCurve(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", tuningFile))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "![](tuning/")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, ".svg)")
		if _, err := os.Stat(filepath.Join("..", "..", pictures, name+".svg")); err != nil {
			t.Error(err)
		}
		if !bytes.Contains(text, []byte("<!-- measured: "+name+" -->\n| ")) {
			t.Errorf("no table of the curve %q", name)
		}
	}
}

func TestReplaced(t *testing.T) {
	page := []byte("a\n<!-- measured: x -->\nold\n<!-- end -->\nb\n<!-- measured: y -->\n<!-- end -->\n")
	got, err := replaced(page, "x", []string{"1", "2"})
	if err != nil || string(got) != "a\n<!-- measured: x -->\n1\n2\n<!-- end -->\nb\n<!-- measured: y -->\n<!-- end -->\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := replaced(page, "z", nil); err == nil {
		t.Error("a curve without a place was taken")
	}
}
