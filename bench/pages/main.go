// Pages writes docs/benchmarks.md, the pictures in docs/tuning and the tables of docs/tuning.md from the results in
// bench/results.jsonl ("make bench-docs"). It is run in the root of the repository.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace/millrace/bench"
	"github.com/millrace/millrace/bench/plot"
)

// Where things are.
const (
	resultsFile = "bench/results.jsonl"
	reasonsFile = "bench/reasons.txt"
	pageFile    = "docs/benchmarks.md"
	tuningFile  = "docs/tuning.md"
	pictures    = "docs/tuning"
)

func main() {
	files, err := files(".")
	if err == nil {
		err = write(files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-docs:", err)
		os.Exit(1)
	}
}

func write(files map[string][]byte) error {
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		return err
	}
	for path, text := range files {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// files returns what is to be written, by path below root.
func files(root string) (map[string][]byte, error) {
	runs, err := bench.ReadFile(filepath.Join(root, resultsFile))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, reasonsFile))
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	var page bytes.Buffer
	if err := bench.WritePage(&page, runs, reasons(string(text))); err != nil {
		return nil, err
	}
	out[pageFile] = page.Bytes()
	tuning, err := os.ReadFile(filepath.Join(root, tuningFile))
	if err != nil {
		return nil, err
	}
	for _, c := range bench.TuningCurves(runs) {
		name := filepath.Base(c.Name)
		var picture bytes.Buffer
		if err := plot.Write(&picture, c.Panels()...); err != nil {
			return nil, err
		}
		out[filepath.Join(pictures, name+".svg")] = picture.Bytes()
		if tuning, err = replaced(tuning, name, c.Table()); err != nil {
			return nil, err
		}
	}
	out[tuningFile] = tuning
	return out, nil
}

// reasons reads lines of "case: text".
func reasons(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if name, why, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			all[name] = why
		}
	}
	return all
}

// replaced puts a table between the marks of a curve.
func replaced(page []byte, name string, table []string) ([]byte, error) {
	begin, end := []byte("<!-- measured: "+name+" -->\n"), []byte("<!-- end -->\n")
	before, rest, ok := bytes.Cut(page, begin)
	_, after, ended := bytes.Cut(rest, end)
	if !ok || !ended {
		return nil, fmt.Errorf("%s: no place for the curve %q: lines %q and %q", tuningFile, name, begin, end)
	}
	return bytes.Join([][]byte{before, begin, []byte(strings.Join(table, "\n") + "\n"), end, after}, nil), nil
}
