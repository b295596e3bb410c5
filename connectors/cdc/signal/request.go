package signal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/java/regex"
)

// Request is what the data of execute-snapshot and stop-snapshot ask for.
type Request struct {
	Tables       []string // expressions, each for whole names of tables
	Conditions   []Condition
	SurrogateKey string // column that orders chunks in place of the key
	Blocking     bool   // the stream waits for the snapshot
}

// Condition is a filter for the rows of some tables.
type Condition struct {
	Tables *regex.Pattern
	Text   string // the expression of Tables
	Filter string
}

// document is the data of a signal.
type document struct {
	Type        string    `json:"type"`
	Collections []any     `json:"data-collections"`
	Conditions  []clauses `json:"additional-conditions"`
	Surrogate   string    `json:"surrogate-key"`
	Message     string    `json:"message"`
}

type clauses struct {
	Collection string `json:"data-collection"`
	Filter     string `json:"filter"`
}

func (s *Signal) document() (d document, err error) {
	if s.Data == "" {
		return d, nil
	}
	if err := json.Unmarshal([]byte(s.Data), &d); err != nil {
		return d, fmt.Errorf("signal %q: its data %q is not valid: %w", s.ID, s.Data, err)
	}
	return d, nil
}

// Request reads the data of execute-snapshot or stop-snapshot. Source: ExecuteSnapshot, StopSnapshot.
//
// Errors: what is wrong with it.
func (s *Signal) Request() (*Request, error) {
	d, err := s.document()
	if err != nil {
		return nil, err
	}
	r := &Request{}
	switch strings.ToLower(d.Type) {
	case "", "incremental":
	case "blocking":
		r.Blocking = true
	default:
		return nil, fmt.Errorf("signal %q: unknown type of snapshot %q: incremental and blocking are", s.ID, d.Type)
	}
	for _, name := range d.Collections {
		text, ok := name.(string)
		if !ok {
			return nil, fmt.Errorf("signal %q: data-collections holds %v, which is no text", s.ID, name)
		}
		r.Tables = append(r.Tables, strings.TrimSpace(text))
	}
	if len(r.Tables) == 0 && s.Type == ExecuteSnapshot {
		return nil, fmt.Errorf("signal %q: data-collections is missing or empty", s.ID)
	}
	for _, c := range d.Conditions {
		p, err := regex.Compile("(?i)" + c.Collection)
		if err != nil {
			return nil, fmt.Errorf("signal %q: additional-conditions: data-collection %q: %w", s.ID, c.Collection, err)
		}
		r.Conditions = append(r.Conditions, Condition{Tables: p, Text: c.Collection, Filter: c.Filter})
	}
	if strings.TrimSpace(d.Surrogate) != "" {
		r.SurrogateKey = d.Surrogate
	}
	return r, nil
}

// Message reads the data of log.
func (s *Signal) Message() (string, error) {
	d, err := s.document()
	if err == nil && d.Message == "" {
		err = fmt.Errorf("signal %q: message is missing or empty", s.ID)
	}
	return d.Message, err
}

// Filter returns the filter for the rows of a table, "" for none: that of the first condition that names it.
func (r *Request) Filter(table string) (string, error) {
	for _, c := range r.Conditions {
		if ok, err := c.Tables.Matches(table); ok || err != nil {
			return c.Filter, err
		}
	}
	return "", nil
}

// Matches reports whether an expression of the request matches one of the names that a table has.
func (r *Request) Matches(names ...string) (bool, error) {
	for _, text := range r.Tables {
		p, err := regex.Compile(text)
		if err != nil {
			return false, fmt.Errorf("data-collections: %q: %w", text, err)
		}
		for _, name := range names {
			if ok, err := p.Matches(name); ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}

// Expand returns the names among all that an expression matches, in their order, or else the expression itself; each once.
// Source: AbstractIncrementalSnapshotChangeEventSource.expandAndDedupeDataCollectionIds.
func Expand(expressions, all []string) (out []string, err error) {
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, text := range expressions {
		p, err := regex.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("data-collections: %q: %w", text, err)
		}
		found := false
		for _, name := range all {
			ok, err := p.Matches(name)
			if err != nil {
				return nil, fmt.Errorf("data-collections: %q: %w", text, err)
			}
			if ok {
				add(name)
				found = true
			}
		}
		if !found {
			add(text)
		}
	}
	return out, nil
}
