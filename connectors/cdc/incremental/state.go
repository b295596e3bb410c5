package incremental

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java/javaser"
)

// State is a Context as members of a source offset, in Debezium's form. It does not change once made.
type State struct {
	Collections string // JSON
	Correlation string // "": null
	Sent        string // an Object[] of Java, in hexadecimal
	Maximum     string
}

// Members of the offset.
const (
	memberCollections = "incremental_snapshot_collections"
	memberCorrelation = "incremental_snapshot_correlation_id"
	memberSent        = "incremental_snapshot_primary_key"
	memberMaximum     = "incremental_snapshot_maximum_key"
)

// entry is a member of the JSON array in Collections.
type entry struct {
	ID        string  `json:"incremental_snapshot_collections_id"`
	Condition *string `json:"incremental_snapshot_collections_additional_condition"`
	Surrogate *string `json:"incremental_snapshot_collections_surrogate_key"`
}

// State returns the context's state, nil where no snapshot runs. Source: AbstractIncrementalSnapshotContext.store.
//
// Errors: a key with a value that Java's serialization does not know.
func (c *Context) State() (*State, error) {
	if !c.Running() {
		return nil, nil
	}
	entries := make([]entry, len(c.tables))
	for i, t := range c.tables {
		entries[i] = entry{ID: t.ID, Condition: optional(t.Condition), Surrogate: optional(t.SurrogateKey)}
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(entries); err != nil {
		return nil, err
	}
	s := &State{Collections: strings.TrimSuffix(text.String(), "\n"), Correlation: c.correlation}
	var err error
	if s.Sent, err = KeyText(c.sent); err != nil {
		return nil, err
	}
	s.Maximum, err = KeyText(c.maximum)
	return s, err
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// KeyText returns a key as offsets hold it.
func KeyText(k Key) (string, error) {
	b, err := javaser.AppendArray(nil, k)
	return hex.EncodeToString(b), err
}

// With returns the state after a row with a key was handed on.
func (s *State) With(sent string) *State {
	out := *s
	out.Sent = sent
	return &out
}

// Put adds the members of an offset.
func (s *State) Put(m *batch.MapValue) {
	if s == nil {
		return
	}
	text := func(name, v string) { m.Put(batch.StringValue(name), batch.StringValue(v)) }
	text(memberSent, s.Sent)
	text(memberMaximum, s.Maximum)
	text(memberCollections, s.Collections)
	if s.Correlation == "" {
		m.Put(batch.StringValue(memberCorrelation), batch.Null())
	} else {
		text(memberCorrelation, s.Correlation)
	}
}

// Take takes a member of an offset; *s is made where there is none. known: it is one of a state; ok: and as it should be.
func Take(s **State, name string, v batch.Value) (known, ok bool) {
	var to func(*State) *string
	switch name {
	case memberCollections:
		to = func(s *State) *string { return &s.Collections }
	case memberCorrelation:
		to = func(s *State) *string { return &s.Correlation }
	case memberSent:
		to = func(s *State) *string { return &s.Sent }
	case memberMaximum:
		to = func(s *State) *string { return &s.Maximum }
	default:
		return false, true
	}
	if v.IsNull() {
		return true, true
	}
	if *s == nil {
		*s = &State{}
	}
	*to(*s) = v.Str()
	return true, v.Tag() == batch.TagString
}

// Load returns the context of a stored state: the next chunk begins behind the last row that was handed on.
// Source: AbstractIncrementalSnapshotContext.init.
func Load(s *State) (*Context, error) {
	c := &Context{}
	if s == nil || s.Collections == "" {
		return c, nil
	}
	var entries []entry
	if err := json.Unmarshal([]byte(s.Collections), &entries); err != nil {
		return nil, fmt.Errorf("offset: %s: %w", memberCollections, err)
	}
	value := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	for _, e := range entries {
		c.tables = append(c.tables, Collection{ID: e.ID, Condition: Condition(value(e.Condition)), SurrogateKey: value(e.Surrogate)})
	}
	c.correlation = s.Correlation
	var err error
	if c.sent, err = parseKey(memberSent, s.Sent); err != nil {
		return nil, err
	}
	c.end = c.sent
	c.maximum, err = parseKey(memberMaximum, s.Maximum)
	return c, err
}

func parseKey(member, text string) (Key, error) {
	if text == "" {
		return nil, nil
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("offset: %s: %w", member, err)
	}
	k, err := javaser.ReadArray(b)
	if err != nil {
		return nil, fmt.Errorf("offset: %s: %w", member, err)
	}
	return k, nil
}
