package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

const allowedPathsParam = "allowed.paths"

var errNotAllowed = errors.New("path is not below allowed.paths")

// allowedPaths bounds what providers may read. nil allows every path.
//
// A path must lie below an allowed one twice: as written, after ".." is resolved, and by its real path
// after symbolic links. Java checks only the first. Files are opened below the real allowed directory,
// so that a link put in between check and open leads nowhere. Source: AllowedPaths.
type allowedPaths struct {
	roots []allowedRoot
}

type allowedRoot struct {
	written string // cleaned
	target  string // links resolved
	dir     bool
}

// newAllowedPaths reads the parameter: absolute paths that exist, separated by commas. Empty allows all.
func newAllowedPaths(text string) (*allowedPaths, error) {
	if text == "" {
		return nil, nil
	}
	a := &allowedPaths{}
	text = strings.TrimRight(text, ",")
	if text == "" {
		return a, nil // only commas: nothing is allowed
	}
	for _, p := range strings.Split(text, ",") {
		p = filepath.Clean(p)
		if !filepath.IsAbs(p) {
			return nil, NewException(allowedPathsParam, "Path "+p+" is not absolute")
		}
		target, err := filepath.EvalSymlinks(p)
		if err != nil {
			return nil, NewException(allowedPathsParam, "Path "+p+" does not exist")
		}
		info, err := os.Stat(target)
		if err != nil {
			return nil, NewException(allowedPathsParam, "Path "+p+" does not exist")
		}
		a.roots = append(a.roots, allowedRoot{written: p, target: target, dir: info.IsDir()})
	}
	return a, nil
}

// below returns the rest of path under dir; "." for dir itself.
func below(dir, path string) (string, bool) {
	rest, err := filepath.Rel(dir, path)
	if err != nil || rest != "." && !filepath.IsLocal(rest) {
		return "", false
	}
	return rest, true
}

// resolve returns the real path of an allowed one, or path itself where all are allowed.
func (a *allowedPaths) resolve(path string) (string, error) {
	if a == nil {
		return path, nil
	}
	target, _, err := a.find(path)
	return target, err
}

func (a *allowedPaths) find(path string) (target string, root allowedRoot, err error) {
	path = filepath.Clean(path)
	written := false
	for _, r := range a.roots {
		if _, ok := below(r.written, path); ok && filepath.IsAbs(path) {
			written = true
		}
	}
	if !written {
		return "", allowedRoot{}, errNotAllowed
	}
	if target, err = filepath.EvalSymlinks(path); err != nil {
		return "", allowedRoot{}, err
	}
	for _, r := range a.roots {
		if _, ok := below(r.target, target); ok {
			return target, r, nil
		}
	}
	return "", allowedRoot{}, errNotAllowed
}

// open opens an allowed file for reading.
func (a *allowedPaths) open(path string) (*os.File, error) {
	if a == nil {
		return os.Open(path)
	}
	target, r, err := a.find(path)
	if err != nil {
		return nil, err
	}
	dir := r.target
	if !r.dir {
		dir = filepath.Dir(r.target)
	}
	rest, ok := below(dir, target)
	if !ok {
		return nil, errNotAllowed
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(rest)
	if err != nil {
		return nil, err
	}
	// The real path has no link in it: if its last part is one now, somebody has exchanged it.
	opened, err1 := f.Stat()
	named, err2 := root.Lstat(rest)
	if err1 != nil || err2 != nil || !os.SameFile(opened, named) {
		_ = f.Close()
		return nil, errNotAllowed
	}
	return f, nil
}
