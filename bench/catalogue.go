package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec/codectest"
)

// Catalogue finds the cases in process by their names. It keeps what the last one was made of: cases of one data set are asked for
// one after the other. The zero value is ready; it is for one goroutine.
type Catalogue struct {
	cases   []Case
	end     func()             // of those cases; nil for nothing
	schemas *codectest.Schemas // of the formats with a registry; nil until one is asked for
}

// ErrNoCase says that no case has a name.
var ErrNoCase = errors.New("no such case")

// CaseNames returns the names of all cases in process, in the order in which a Catalogue makes them at least cost.
func CaseNames() ([]string, error) {
	var names []string
	for _, spec := range pipelineSpecs() {
		names = append(names, spec.name)
	}
	names = append(names, registryNames()...)
	for _, set := range records.Sets() {
		of, err := caseNames(set)
		if err != nil {
			return nil, err
		}
		names = append(names, of...)
	}
	return names, nil
}

// Find returns a case. Errors: ErrNoCase.
func (c *Catalogue) Find(name string) (Case, error) {
	is := func(of Case) bool { return of.Name == name }
	if at := slices.IndexFunc(c.cases, is); at >= 0 {
		return c.cases[at], nil
	}
	c.drop()
	cases, err := c.beside(name)
	if err != nil {
		return Case{}, err
	}
	at := slices.IndexFunc(cases, is)
	if at < 0 {
		return Case{}, fmt.Errorf("%w: %q", ErrNoCase, name)
	}
	c.cases = cases
	return cases[at], nil
}

// drop ends what the last cases have used.
func (c *Catalogue) drop() {
	if c.end != nil {
		c.end()
	}
	c.cases, c.end = nil, nil
}

// Close ends what cases have used.
func (c *Catalogue) Close() {
	c.drop()
	if c.schemas != nil {
		c.schemas.Close()
	}
}

// beside returns the cases that are made with the one of that name, none where there is no such case.
func (c *Catalogue) beside(name string) ([]Case, error) {
	if slices.Contains(registryNames(), name) {
		if c.schemas == nil {
			c.schemas = codectest.NewSchemas()
		}
		format, _, _ := strings.Cut(name, "/")
		return RegistryCases(c.schemas, func(other string) bool { return strings.HasPrefix(other, format+"/") })
	}
	for _, spec := range pipelineSpecs() {
		if spec.name == name {
			one, end, err := pipelineCase(spec)
			c.end = end
			return []Case{one}, err
		}
	}
	for _, set := range records.Sets() {
		names, err := caseNames(set)
		if err != nil {
			return nil, err
		}
		if slices.Contains(names, name) {
			return casesOf(set)
		}
	}
	return nil, nil
}

// casesOf returns all cases of a data set in process.
func casesOf(set records.Set) (all []Case, err error) {
	for _, of := range []func(records.Set) ([]Case, error){FloorCases, ConverterCases, ChainCases, TransformCases} {
		cases, err := of(set)
		if err != nil {
			return nil, err
		}
		all = append(all, cases...)
	}
	return all, nil
}

// caseNames are the names of what casesOf returns.
func caseNames(set records.Set) (names []string, err error) {
	specs, err := transformSpecs()
	if err != nil {
		return nil, err
	}
	plain := !strings.Contains(set.Name, "/")
	if plain {
		names = append(names, caseName(floorStep, set))
	}
	for k, step := range converterSteps {
		if plain || k < 2 {
			names = append(names, caseName(step, set))
		}
	}
	if plain {
		for _, step := range chainSteps {
			names = append(names, caseName(step, set))
		}
	}
	for _, s := range specs {
		if s.isFor(set.Name) {
			names = append(names, s.caseName(set))
		}
	}
	return names, nil
}

func registryNames() (names []string) {
	for _, f := range registryFormats {
		for _, step := range registrySteps {
			names = append(names, f.name+"/"+step)
		}
	}
	return names
}
