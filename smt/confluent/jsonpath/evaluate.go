package jsonpath

import (
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// workMax bounds how many values one selection visits.
const workMax = 1_000_000

// evaluation is one run of a path over a document. Source: EvaluationContextImpl.
type evaluation struct {
	root    batch.Value
	work    int
	require bool // a missing leaf is an error: Option.REQUIRE_PROPERTIES
	found   []batch.Value
}

// list returns what p finds from doc on.
func (e *evaluation) list(p *Path, doc batch.Value) ([]batch.Value, error) {
	outer := e.found
	e.found = nil
	err := e.run(p.steps, doc)
	found := e.found
	e.found = outer
	if err != nil {
		return nil, err
	}
	if p.definite {
		if len(found) == 0 {
			return nil, notFound("No results for path: " + p.text)
		}
		return found[len(found)-1:], nil
	}
	return found, nil
}

func (e *evaluation) visit() error {
	if e.work++; e.work > workMax {
		return broken(jsonPathException, fmt.Sprintf("the path visits more than %d values of one record", workMax))
	}
	return nil
}

// run evaluates steps on v. Source: PathToken.evaluate of each kind.
func (e *evaluation) run(steps []step, v batch.Value) error {
	if err := e.visit(); err != nil {
		return err
	}
	if len(steps) == 0 {
		e.found = append(e.found, v)
		return nil
	}
	s, rest := &steps[0], steps[1:]
	switch s.kind {
	case stepProperty:
		return e.property(s, rest, v)
	case stepWildcard:
		return e.wildcard(rest, v)
	case stepIndex, stepSlice:
		return e.array(s, rest, v)
	case stepFilter:
		return e.filter(s, rest, v)
	case stepScan:
		return e.scan(rest, v)
	}
	result, err := call(s.function, v)
	if err != nil {
		return err
	}
	return e.run(rest, result)
}

func (e *evaluation) property(s *step, rest []step, v batch.Value) error {
	if !isObject(v) {
		if !s.upstream {
			return nil
		}
		return notFound(fmt.Sprintf("Expected to find an object with property %q but found '%s'", s.names, v.Tag().JavaClass()))
	}
	if len(s.names) > 1 && len(rest) == 0 {
		return e.merged(s.names, v)
	}
	for _, name := range s.names {
		child, ok := member(v, name)
		if !ok {
			if !e.require && (len(rest) == 0 || !s.upstream || !s.definite) {
				continue
			}
			return notFound(fmt.Sprintf("Missing property in path [%q]", name))
		}
		if err := e.run(rest, child); err != nil {
			return err
		}
	}
	return nil
}

// merged finds an object of the named members that are there.
func (e *evaluation) merged(names []string, v batch.Value) error {
	m := &batch.MapValue{}
	for _, name := range names {
		child, ok := member(v, name)
		if ok {
			m.Put(batch.StringValue(name), child)
		} else if e.require {
			return notFound(fmt.Sprintf("Missing property in path [%q]", name))
		}
	}
	return e.run(nil, batch.MapValueOf(m))
}

func (e *evaluation) wildcard(rest []step, v batch.Value) error {
	for _, child := range children(v) {
		err := e.run(rest, child)
		if err != nil && (v.Tag() != batch.TagArray || e.require || !IsMissing(err)) {
			return err
		}
	}
	return nil
}

func (e *evaluation) array(s *step, rest []step, v batch.Value) error {
	if v.Tag() != batch.TagArray {
		if !s.upstream {
			return nil
		}
		return notFound("an index or slice can only be applied to arrays, found '" + v.Tag().JavaClass() + "'")
	}
	elements := v.Array()
	if s.kind == stepIndex {
		for _, i := range s.indexes {
			if err := e.element(elements, i, rest); err != nil {
				return err
			}
		}
		return nil
	}
	n := len(elements)
	from, to := s.from, n
	if s.hasTo {
		to = s.to
		if to < 0 && !s.hasFrom {
			to += n
		}
		to = min(n, to)
	} else if from < 0 {
		from = max(0, n+from)
	}
	for i := from; i < to && n > 0; i++ {
		if err := e.element(elements, i, rest); err != nil {
			return err
		}
	}
	return nil
}

// element goes on with element i, from the end if negative.
func (e *evaluation) element(elements []batch.Value, i int, rest []step) error {
	if i < 0 {
		i += len(elements)
	}
	if i < 0 || i >= len(elements) {
		return e.visit()
	}
	return e.run(rest, elements[i])
}

func (e *evaluation) filter(s *step, rest []step, v batch.Value) error {
	switch {
	case isObject(v):
		ok, err := e.accepts(s.filter, v)
		if err != nil || !ok {
			return err
		}
		return e.run(rest, v)
	case v.Tag() == batch.TagArray:
		for _, child := range v.Array() {
			ok, err := e.accepts(s.filter, child)
			if err == nil && ok {
				err = e.run(rest, child)
			}
			if err != nil {
				return err
			}
		}
		return nil
	case s.upstream:
		return &pathError{java.Exception{
			Class: InvalidPathException, Message: "a filter can not be applied to primitives, found '" + v.Tag().JavaClass() + "'",
		}, v.IsNull()}
	}
	return nil
}

// accepts reports whether a filter holds for v. What is invalid about the comparison of one value makes it
// false. Source: PredicatePathToken.accept.
func (e *evaluation) accepts(x *expression, v batch.Value) (bool, error) {
	if err := e.visit(); err != nil {
		return false, err
	}
	require := e.require
	ok, err := e.holds(x, v)
	e.require = require
	if _, is := asPathError(err); is {
		return false, nil
	}
	return ok, err
}

// scan evaluates steps on v and everything below it. Source: ScanPathToken.
func (e *evaluation) scan(steps []step, v batch.Value) error {
	if err := e.visit(); err != nil {
		return err
	}
	below := children(v)
	if below == nil && !isObject(v) {
		return nil
	}
	matches, err := e.scanMatches(&steps[0], v)
	if err != nil {
		return err
	}
	if matches {
		if err := e.run(steps, v); err != nil {
			return err
		}
	}
	for _, child := range below {
		if err := e.scan(steps, child); err != nil {
			return err
		}
	}
	return nil
}

// scanMatches reports whether the step behind a scan is tried on v.
func (e *evaluation) scanMatches(s *step, v batch.Value) (bool, error) {
	switch s.kind {
	case stepProperty:
		if !isObject(v) || !s.definite {
			return isObject(v), nil
		}
		for _, name := range s.names {
			if _, ok := member(v, name); !ok {
				return false, nil
			}
		}
		return true, nil
	case stepIndex, stepSlice:
		return v.Tag() == batch.TagArray, nil
	case stepFilter:
		return e.accepts(s.filter, v)
	}
	return s.kind == stepWildcard, nil
}
