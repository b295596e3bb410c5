package main

import (
	"strings"
	"testing"
)

func TestCount_Verdicts(t *testing.T) {
	for _, c := range []struct {
		name, stream            string
		passed, failed, skipped int
		prints                  string
	}{
		{"pass is quiet", `{"Action":"output","Package":"p","Test":"A","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p","Elapsed":1.5}`, 1, 0, 0, "ok   p 1.5s\n"},
		{"failure prints its output", `{"Action":"output","Package":"p","Test":"A","Output":"why\n"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, 0, 1, 0, "why\nFAIL p 0.0s\n"},
		{"build failure counts", `{"Action":"build-output","ImportPath":"p","Output":"syntax error\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}`, 0, 1, 0, "syntax error\nFAIL p 0.0s\n"},
		{"a test that never ended prints", `{"Action":"output","Package":"p","Test":"A","Output":"panic\n"}
{"Action":"fail","Package":"p"}`, 0, 1, 0, "panic\nFAIL p 0.0s\n"},
		{"skip is counted and shown", `{"Action":"output","Package":"p","Test":"A","Output":"no disk\n"}
{"Action":"skip","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`, 0, 0, 1, "no disk\nok   p 0.0s\n"},
		{"no test files", `{"Action":"skip","Package":"p"}`, 0, 0, 0, ""},
		{"long tests are named, longest first", `{"Action":"pass","Package":"p","Test":"A","Elapsed":10}
{"Action":"pass","Package":"p","Test":"B","Elapsed":9.9}
{"Action":"pass","Package":"p","Test":"C/part","Elapsed":30.4}
{"Action":"pass","Package":"p","Test":"C","Elapsed":30.4}`, 4, 0, 0, "slow C 30s\nslow A 10s\n"},
		{"words of the go command", "go: no such tool", 0, 0, 0, "go: no such tool"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			n := &count{out: &out, output: map[string][]string{}, failedIn: map[string]int{}}
			if err := n.read(strings.NewReader(c.stream)); err != nil {
				t.Fatal(err)
			}
			if n.passed != c.passed || n.failed != c.failed || n.skipped != c.skipped {
				t.Errorf("%d passed, %d failed, %d skipped; want %d, %d, %d", n.passed, n.failed, n.skipped, c.passed, c.failed, c.skipped)
			}
			if out.String() != c.prints {
				t.Errorf("printed %q, want %q", out.String(), c.prints)
			}
		})
	}
}
