package main

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// sources is a folder's files that a program is built of: those of Go without their tests, and what these embed.
type sources struct{ fs.FS }

// ReadDir implements fs.ReadDirFS: fs.WalkDir, and so os.CopyFS, see no other files.
func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool {
		if e.IsDir() {
			return e.Name() == "target" || e.Name() == "java" || e.Name() == "testdata" // no folder of these is a package
		}
		return strings.HasSuffix(e.Name(), "_test.go") || !slices.Contains([]string{".go", ".txt", ".mod", ".sum"}, path.Ext(e.Name()))
	}), err
}
