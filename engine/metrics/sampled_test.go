package metrics

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestSampled_JavaVectors compares what was recorded and measured by Java's classes, step by step.
func TestSampled_JavaVectors(t *testing.T) {
	var s sampled
	var w window
	measured := 0
	for n, f := range lines(t, "testdata/sampled.txt", strings.Fields) {
		switch f[0] {
		case "config":
			s, w = sampled{}, window{ms: int64(number(t, f[1])), n: int(number(t, f[2]))}
		case "record":
			s.record(w, number(t, f[2]), int64(number(t, f[1])))
		case "measure":
			now := int64(number(t, f[1]))
			got := []float64{s.rate(w, now), s.avg(w, now), s.max(w, now), s.min(w, now), 0, 0}
			got[4], got[5] = s.share(w, now)
			for i, v := range got {
				if want := number(t, f[2+i]); !same(v, want) {
					t.Fatalf("step %d: value %d is %v, Java has %v", n, i, v, want)
				}
			}
			measured++
		}
	}
	if measured < 50 {
		t.Fatalf("only %d measures in the file", measured)
	}
}

func TestSampled_RecordDoesNotAllocate(t *testing.T) {
	var s sampled
	w, now := window{ms: 10, n: 2}, int64(0)
	for range 4 { // all samples exist
		now += 10
		s.record(w, 1, now)
	}
	if n := testing.AllocsPerRun(100, func() { now += 3; s.record(w, 1, now) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func same(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9*max(math.Abs(a), math.Abs(b))
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// lines returns the lines of a file without comments, each cut into fields.
func lines(t *testing.T, file string, cut func(string) []string) [][]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for l := range strings.Lines(string(data)) {
		if l = strings.TrimRight(l, "\n"); l != "" && l[0] != '#' {
			out = append(out, cut(l))
		}
	}
	return out
}
