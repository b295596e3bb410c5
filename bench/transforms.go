package bench

import (
	"bytes"
	_ "embed" // the list of cases
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/apache"
)

//go:embed transforms.txt
var transformList []byte

const transformPackage = "org.apache.kafka.connect.transforms."

// transformSpec is a line of the list.
type transformSpec struct {
	name  string
	only  string // the shape or form of data it is for; "" both plain sets
	chain []transformConfig
}

type transformConfig struct {
	class string
	props map[string]string
}

// transformSpecs reads the list, which bench/java reads too.
func transformSpecs() (specs []transformSpec, err error) {
	for line := range bytes.Lines(transformList) {
		text := strings.TrimSpace(string(line))
		if text == "" || text[0] == '#' {
			continue
		}
		name, chain, ok := strings.Cut(text, ": ")
		s := transformSpec{name: name}
		if n, rest, only := strings.Cut(name, " ("); only {
			s.name, s.only = n, strings.TrimSuffix(rest, ")")
		}
		for one := range strings.SplitSeq(chain, ";") {
			words := strings.Fields(one)
			if len(words) == 0 {
				return nil, fmt.Errorf("transforms.txt: %q", text)
			}
			c := transformConfig{words[0], map[string]string{}}
			for _, w := range words[1:] {
				k, v, _ := strings.Cut(w, "=")
				c.props[k] = v
			}
			s.chain = append(s.chain, c)
		}
		if !ok || s.chain == nil {
			return nil, fmt.Errorf("transforms.txt: %q is no case", text)
		}
		specs = append(specs, s)
	}
	return specs, nil
}

// isFor reports whether the case is for records of a set.
func (s *transformSpec) isFor(set string) bool {
	switch s.only {
	case "":
		return !strings.Contains(set, "/")
	case "envelope", "schemaless":
		return set == s.only
	}
	return strings.HasPrefix(set, s.only+"/")
}

func (s *transformSpec) caseName(set records.Set) string {
	return "transform/" + s.name + "/" + set.Name
}

// TransformCases returns the cases of transforms over one data set: its records, decoded before, through each
// chain of the list. Steps that run as one do so here too.
func TransformCases(set records.Set) ([]Case, error) {
	specs, err := transformSpecs()
	if err != nil {
		return nil, err
	}
	specs = slices.DeleteFunc(specs, func(s transformSpec) bool { return !s.isFor(set.Name) })
	if len(specs) == 0 {
		return nil, nil
	}
	c, err := newConverterCases(set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	in, err := c.batches()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	var all []Case
	for _, s := range specs {
		chain, err := newChain(s.chain)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		all = append(all, Case{Name: s.caseName(set), Records: set.Rows, BytesPerRecord: c.bytes, Pass: func() error {
			for _, b := range in {
				if err := through(chain, b); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	return all, nil
}

func newChain(steps []transformConfig) (*stage.Chain, error) {
	set, chain := smt.NewSet(apache.Classes()...), &stage.Chain{}
	for _, c := range steps {
		class, err := set.Find(transformPackage + c.class)
		if err != nil {
			return nil, err
		}
		t, err := class.New(c.props, smt.Context{})
		if err != nil {
			return nil, err
		}
		chain.Steps = append(chain.Steps, stage.Step{Alias: c.class, Class: class.Name, Transform: t})
	}
	return chain, nil
}

// through sends a batch through a chain; b itself stays as it was.
func through(chain *stage.Chain, b *batch.Batch) error {
	out, failed, err := chain.Run(b.Fork(b.Sel), nil)
	for _, x := range out {
		x.Release()
	}
	if err == nil && len(failed) > 0 {
		err = failed[0].Err
	}
	return err
}

// batches returns all records as batches that a sink's task has consumed and decoded. They live as long as
// the process.
func (c *converterCases) batches() (all []*batch.Batch, err error) {
	offset := int64(0)
	for i := range c.in {
		b, err := c.decoded(i)
		if err != nil {
			return nil, err
		}
		if len(c.parts) != 1 {
			return nil, fmt.Errorf("batch %d has %d schemas", i, len(c.parts))
		}
		n := b.Len()
		b.Value, b.Key, b.Sel = c.parts[0].column, b.NullColumn(n), c.parts[0].sel
		b.Offsets, b.Timestamps = make([]int64, n), make([]int64, n)
		for k := range n {
			b.Offsets[k], b.Timestamps[k] = offset, 1_700_000_000_000+offset
			offset++
		}
		all = append(all, b)
	}
	return all, nil
}
