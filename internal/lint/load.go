package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Tree is a repository read into memory.
type Tree struct {
	Module string // module path, from go.mod
	Files  []*File
	Top    []string // names at the root, workspaces left out
	fset   *token.FileSet
	broken []Finding
}

// File is one text file of a Tree.
type File struct {
	Path string // slash path below the root
	Dir  string // folder of Path, "" at the root
	Text []byte
	Go   *ast.File // nil for other files
	Test bool      // _test.go, or a package made for tests (its folder ends in "test")
}

// workspaces hold what tools leave behind; .gitignore names them too.
var workspaces = []string{".git", ".cache", "bin", "tmp"}

// built folders hold fetched or generated files below the root.
var built = []string{"node_modules", "target", "dist"}

// textEnds are the names that the text rules read; everything else is data.
var textEnds = []string{".go", ".s", ".md", ".sh", ".yml", ".yaml", ".java", ".xml", ".ts", ".tsx", ".css", ".html", ".properties", "Makefile", "go.mod", ".gitignore"}

// Load reads the tree below fsys: Go sources wherever they stand, and the texts beside them.
// testdata is data and is not read. A Go file that does not parse becomes a finding of Check.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p == "." {
			return nil
		}
		name := path.Base(p)
		top := !strings.Contains(p, "/")
		if d.IsDir() && (top && slices.Contains(workspaces, name) || slices.Contains(built, name) || name == "testdata") {
			return fs.SkipDir
		}
		if top && !ignoredFile(name) && name != ".git" { // .git is a file in a linked work tree
			t.Top = append(t.Top, name)
		}
		if !d.Type().IsRegular() || !isText(p) {
			return nil
		}
		return t.read(fsys, p)
	})
	if err != nil {
		return nil, fmt.Errorf("lint: read tree: %w", err)
	}
	if t.Module == "" {
		return nil, fmt.Errorf("lint: go.mod: no module line: start at the root of the repository")
	}
	return t, nil
}

func (t *Tree) read(fsys fs.FS, p string) error {
	text, err := fs.ReadFile(fsys, p)
	if err != nil {
		return err
	}
	f := &File{Path: p, Dir: path.Dir(p), Text: text}
	if f.Dir == "." {
		f.Dir = ""
	}
	if p == "go.mod" {
		for line := range strings.Lines(string(text)) {
			if m, ok := strings.CutPrefix(line, "module "); ok {
				t.Module = strings.TrimSpace(m)
			}
		}
	}
	if strings.HasSuffix(p, ".go") {
		f.Test = strings.HasSuffix(p, "_test.go") || strings.HasSuffix(f.Dir, "test")
		f.Go, err = parser.ParseFile(t.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.broken = append(t.broken, Finding{Rule: RuleParse, File: p, Text: err.Error()})
		}
	}
	t.Files = append(t.Files, f)
	return nil
}

// ignoredFile reports whether .gitignore keeps a file of this name out of the repository.
func ignoredFile(name string) bool {
	for _, end := range []string{".test", ".prof", ".out"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

func isText(p string) bool {
	if strings.HasPrefix(p, ".ci/") && path.Ext(p) == "" {
		return true
	}
	for _, end := range textEnds {
		if strings.HasSuffix(p, end) {
			return true
		}
	}
	return false
}

func (t *Tree) line(pos token.Pos) int { return t.fset.Position(pos).Line }

// lines counts as editors do: a last line without its newline counts.
func (f *File) lines() int {
	n := bytes.Count(f.Text, []byte{'\n'})
	if len(f.Text) > 0 && f.Text[len(f.Text)-1] != '\n' {
		n++
	}
	return n
}
