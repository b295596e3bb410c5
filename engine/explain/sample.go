package explain

import (
	"context"
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
)

// Sample is what a set of records shows of a chain.
type Sample struct {
	Records int           `json:"records"`
	Start   Schemas       `json:"start"`
	Steps   []SampledStep `json:"steps"`
	Failed  []string      `json:"failed,omitempty"` // distinct failures, in order of appearance
}

// Schemas are the distinct schemas of keys and values, in order of appearance; none is schemaless.
type Schemas struct {
	Key   []string `json:"key"`
	Value []string `json:"value"`
}

// SampledStep is what a transform did over the sample.
type SampledStep struct {
	Name string `json:"name"`
	Schemas
	Outcomes map[Outcome]int `json:"outcomes"`
	// Writes are the members whose values it wrote, one a record; a transform that wrote none works on
	// schemas and column references, once a batch.
	Writes []string `json:"writes,omitempty"`
}

// Sample takes records through r.
//
// Errors: as Runner.Run.
func (r *Runner) Sample(ctx context.Context, records []*Record) (*Sample, error) {
	s := &Sample{Records: len(records)}
	for i := range r.pipe.Chain.Steps {
		s.Steps = append(s.Steps, SampledStep{Name: r.pipe.Chain.Steps[i].Alias, Outcomes: map[Outcome]int{}})
	}
	for _, rec := range records {
		t, err := r.Run(ctx, rec)
		if err != nil {
			return nil, err
		}
		s.Start.note(t.Start)
		for i, st := range t.Steps {
			s.Steps[i].note(st.After)
			s.Steps[i].Outcomes[st.Outcome]++
			for _, w := range st.Writes {
				s.Steps[i].Writes = appendNew(s.Steps[i].Writes, w)
			}
		}
		if t.Failure != nil {
			s.Failed = appendNew(s.Failed, t.Failure.String())
		}
	}
	return s, nil
}

func (s *Schemas) note(st *State) {
	if st == nil {
		return
	}
	s.Key = appendNew(s.Key, schemaOf(st.KeySchema, st.Key))
	s.Value = appendNew(s.Value, schemaOf(st.ValueSchema, st.Value))
}

// schemaOf is a schema, or, of schemaless data, the kind of the value.
func schemaOf(s *batch.Schema, v batch.Value) string {
	switch {
	case s != nil:
		return typeText(s)
	case v.IsNull():
		return "null"
	case v.Tag() == batch.TagMap:
		return "schemaless object"
	}
	return "schemaless " + strings.ToLower(tagName(v.Tag()))
}

// tagName is the name of a schemaless value's class.
func tagName(t batch.Tag) string {
	if t >= batch.TagInt8 && t <= batch.TagStruct {
		return batch.Kind(t - batch.TagInt8).String()
	}
	if t == batch.TagDecimal {
		return "decimal"
	}
	return "date"
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
