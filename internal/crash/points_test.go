package crash

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPoints_StandInOnePlaceEach reads the sources of the program: a point that nobody passes, that two places share, or
// that Points lacks makes a test of all points worth less than it says.
func TestPoints_StandInOnePlaceEach(t *testing.T) {
	declared := map[string]string{} // name of the constant to that of the point
	own, err := parser.ParseFile(token.NewFileSet(), "points.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(own, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && len(s.Values) == 1 {
			if lit, ok := s.Values[0].(*ast.BasicLit); ok {
				declared[s.Names[0].Name] = strings.Trim(lit.Value, `"`)
			}
		}
		return true
	})
	var names []string
	for _, s := range Points {
		names = append(names, string(s.Point))
		if s.Here == "" {
			t.Errorf("%s: what is done and what is not?", s.Point)
		}
	}
	if all := slices.Sorted(maps.Values(declared)); !slices.Equal(all, slices.Sorted(slices.Values(names))) {
		t.Errorf("points are declared\n%q, and Points has\n%q", all, names)
	}
	for constant, n := range places(t, "../..") {
		if _, ok := declared[constant]; !ok || n != 1 {
			t.Errorf("%s stands in %d places", constant, n)
		}
		delete(declared, constant)
	}
	for constant := range declared {
		t.Errorf("%s stands in no place", constant)
	}
}

// places counts the calls of At outside of tests, by the constant that they are given.
func places(t *testing.T, root string) map[string]int {
	t.Helper()
	count := map[string]int{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for rest := string(text); ; {
			_, after, ok := strings.Cut(rest, "crash.At(crash.")
			if !ok {
				return nil
			}
			constant, _, _ := strings.Cut(after, ")")
			count[constant]++
			rest = after
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}
