package lint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the folder of go.mod above this package.
func root(t *testing.T) string {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatalf("lint: %v: the test must run inside the repository", err)
	}
	return dir
}

func TestRepository_KeepsTheRules(t *testing.T) {
	tree, err := Load(os.DirFS(root(t)))
	if err != nil {
		t.Fatal(err)
	}
	// A check of nothing passes: this file and its imports must have been seen.
	if !seesItself(tree) {
		t.Fatal("lint: internal/lint/lint_test.go was not read")
	}
	for _, f := range Check(tree, Exceptions) {
		t.Error(f)
	}
}

func seesItself(tree *Tree) bool {
	for _, f := range tree.Files {
		if f.Path == "internal/lint/lint_test.go" && f.Test && f.Go != nil && len(f.Go.Imports) > 0 {
			return true
		}
	}
	return false
}

func TestArchitecture_QuotesTheTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rows {
		if !strings.Contains(string(text), "    "+r.Why+"\n") {
			t.Errorf("docs/ARCHITECTURE.md lacks the line %q: the document and lint.Rows say the same", "    "+r.Why)
		}
	}
}

// A leaf that a row names and nobody has written lets through what the sentence does not mean.
func TestRows_NameLeavesThatAreThere(t *testing.T) {
	for _, r := range Rows {
		for _, pattern := range append(append(r.May[:len(r.May):len(r.May)], r.Tests...), anyRow...) {
			folder := strings.TrimSuffix(pattern, "/**")
			if !strings.HasPrefix(folder, "internal/") || strings.Contains(folder, "*") {
				continue
			}
			if info, err := os.Stat(filepath.Join(root(t), filepath.FromSlash(folder))); err != nil || !info.IsDir() {
				t.Errorf("%q names %s, which is no folder", r.Why, folder)
			}
		}
	}
}
