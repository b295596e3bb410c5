package jsonpath

import (
	"errors"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// Java classes of the errors of this package.
const (
	InvalidPathException  = "com.jayway.jsonpath.InvalidPathException"
	PathNotFoundException = "com.jayway.jsonpath.PathNotFoundException"
	jsonPathException     = "com.jayway.jsonpath.JsonPathException"
	numberFormatException = "java.lang.NumberFormatException"
	classCastException    = "java.lang.ClassCastException"
)

// Path is a compiled JSON path. Source: CompiledPath.
type Path struct {
	text     string
	fromRoot bool // $, not @
	steps    []step
	definite bool // leads to one value at most
}

// stepKind is what a step of a path does.
type stepKind uint8

const (
	stepProperty stepKind = iota
	stepWildcard
	stepIndex
	stepSlice
	stepFilter
	stepScan
	stepFunction
)

// step is one token of a path. Source: PathToken.
type step struct {
	kind     stepKind
	names    []string // property
	indexes  []int    // index
	from, to int      // slice
	hasFrom  bool
	hasTo    bool
	filter   *expression
	function string

	definite bool // this step leads to one value at most
	upstream bool // so do all before it
}

// String returns the text that the path was compiled from.
func (p *Path) String() string { return p.text }

// Names returns the names of a path of plain property steps alone, as `$.a['b']`; ok is false for others.
func (p *Path) Names() (names []string, ok bool) {
	for i := range p.steps {
		s := &p.steps[i]
		if s.kind != stepProperty || len(s.names) != 1 {
			return nil, false
		}
		names = append(names, s.names[0])
	}
	return names, true
}

// Select returns the values that the path finds in doc: one for a definite path, any number for others.
//
// Errors: PathNotFoundException where a definite step is missing; see IsMissing. Source: JsonPath.read with
// ALWAYS_RETURN_LIST.
func (p *Path) Select(doc batch.Value) ([]batch.Value, error) {
	e := evaluation{root: doc}
	return e.list(p, doc)
}

// seal fills in what the steps know of each other.
func (p *Path) seal() {
	upstream := true
	for i := range p.steps {
		s := &p.steps[i]
		leaf := i == len(p.steps)-1
		s.upstream = upstream
		switch s.kind {
		case stepProperty:
			s.definite = len(s.names) == 1 || leaf
		case stepIndex:
			s.definite = len(s.indexes) == 1
		case stepFunction:
			s.definite = true
		}
		upstream = upstream && s.definite
	}
	p.definite = upstream
}

// pathError is an exception of this package that knows whether something was missing.
type pathError struct {
	java.Exception
	missing bool
}

// IsMissing reports whether err says that a step of the path does not exist in the document, or is null where
// the path goes on.
func IsMissing(err error) bool {
	e, ok := asPathError(err)
	return ok && e.missing
}

func asPathError(err error) (*pathError, bool) {
	if err == nil {
		return nil, false
	}
	return errors.AsType[*pathError](err)
}

func invalid(text string) error {
	return &pathError{java.Exception{Class: InvalidPathException, Message: text}, false}
}

func notFound(text string) error {
	return &pathError{java.Exception{Class: PathNotFoundException, Message: text}, true}
}

func broken(class, text string) error { return &java.Exception{Class: class, Message: text} }
