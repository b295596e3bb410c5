package registry

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"sync"
)

// Defaults of a registry.
const (
	defaultLevel = "BACKWARD"
	defaultMode  = "READWRITE"
)

// Store is the state of a registry.
type Store struct {
	kinds []Kind

	mu       sync.Mutex
	subjects map[string][]version // by version, ascending
	schemas  map[int]*Schema      // by id
	ids      map[string]int       // by Schema.identity
	lastID   int
	configs  map[string]configuration // by subject, "" = global
	modes    map[string]string
	journal  *journal // nil: memory only
}

// version is a schema under a subject.
type version struct {
	number, id int
	deleted    bool
}

// configuration is what PUT /config says. Source: rest.entities.Config.
type configuration struct {
	Alias      string          `json:"alias,omitempty"`
	Normalize  *bool           `json:"normalize,omitempty"`
	Level      string          `json:"compatibilityLevel,omitempty"`
	Group      string          `json:"compatibilityGroup,omitempty"`
	Defaults   json.RawMessage `json:"defaultMetadata,omitempty"`
	Overrides  json.RawMessage `json:"overrideMetadata,omitempty"`
	DefaultSet json.RawMessage `json:"defaultRuleSet,omitempty"`
	OverSet    json.RawMessage `json:"overrideRuleSet,omitempty"`
}

// event is one change, as the journal keeps it. Exactly one of its parts is set.
type event struct {
	Register *registered `json:"register,omitempty"`
	Delete   *deleted    `json:"delete,omitempty"`
	Config   *configured `json:"config,omitempty"`
	Mode     *modeSet    `json:"mode,omitempty"`
}

type registered struct {
	Subject string  `json:"subject"`
	Version int     `json:"version"`
	ID      int     `json:"id"`
	Schema  *Schema `json:"schema,omitempty"` // nil: known by ID
}

type deleted struct {
	Subject   string `json:"subject"`
	Version   int    `json:"version"`
	Permanent bool   `json:"permanent,omitempty"`
}

type configured struct {
	Subject string         `json:"subject"`
	Config  *configuration `json:"config,omitempty"` // nil: removed
}

type modeSet struct {
	Subject string `json:"subject"`
	Mode    string `json:"mode,omitempty"` // "": removed
}

// New returns an empty registry in memory.
func New(formats ...Kind) *Store {
	return &Store{
		kinds: kinds(formats), subjects: map[string][]version{}, schemas: map[int]*Schema{}, ids: map[string]int{},
		configs: map[string]configuration{}, modes: map[string]string{},
	}
}

// change writes an event down and applies it.
func (s *Store) change(e event) error {
	if s.journal != nil {
		if err := s.journal.append(e); err != nil {
			return &Error{500, 50001, "Error while registering the schema in the backend store: " + err.Error()}
		}
	}
	s.apply(e)
	return nil
}

// apply makes an event part of the state.
func (s *Store) apply(e event) {
	switch {
	case e.Register != nil:
		r := e.Register
		if r.Schema != nil {
			s.schemas[r.ID] = r.Schema
			if _, known := s.ids[r.Schema.identity()]; !known {
				s.ids[r.Schema.identity()] = r.ID
			}
			s.lastID = max(s.lastID, r.ID)
		}
		list := slices.DeleteFunc(s.subjects[r.Subject], func(v version) bool {
			return v.number == r.Version || v.deleted && v.id == r.ID && v.number < r.Version && !s.referenced(r.Subject, v.number, true)
		})
		list = append(list, version{number: r.Version, id: r.ID})
		slices.SortFunc(list, func(a, b version) int { return cmp.Compare(a.number, b.number) })
		s.subjects[r.Subject] = list
	case e.Delete != nil:
		d := e.Delete
		list := s.subjects[d.Subject]
		if d.Permanent {
			list = slices.DeleteFunc(list, func(v version) bool { return v.number == d.Version })
		} else if i := find(list, d.Version); i >= 0 {
			list[i].deleted = true
		}
		if s.subjects[d.Subject] = list; len(list) == 0 {
			delete(s.subjects, d.Subject)
		}
	case e.Config != nil && e.Config.Config != nil:
		s.configs[e.Config.Subject] = *e.Config.Config
	case e.Config != nil:
		delete(s.configs, e.Config.Subject)
	case e.Mode != nil && e.Mode.Mode != "":
		s.modes[e.Mode.Subject] = e.Mode.Mode
	case e.Mode != nil:
		delete(s.modes, e.Mode.Subject)
	}
}

// find returns the position of a version, -1 where there is none.
func find(list []version, number int) int {
	return slices.IndexFunc(list, func(v version) bool { return v.number == number })
}

// live returns the versions that are not deleted; all with them.
func live(list []version, all bool) []version {
	if all {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(v version) bool { return v.deleted })
}

// referenced reports whether a schema that is not deleted (or any) refers to a version.
func (s *Store) referenced(subject string, number int, all bool) bool {
	return len(s.referrers(subject, number, all)) > 0
}

// referrers are the ids of the schemas that refer to a version, ascending.
func (s *Store) referrers(subject string, number int, all bool) []int {
	found := map[int]bool{}
	for _, list := range s.subjects {
		for _, v := range list {
			if v.deleted && !all {
				continue
			}
			for _, r := range s.schemas[v.id].References {
				if r.Subject == subject && r.Version == number {
					found[v.id] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// kind returns the format of a schema.
func (s *Store) kind(name string) *Kind {
	for i := range s.kinds {
		if s.kinds[i].Name == name {
			return &s.kinds[i]
		}
	}
	return nil
}

// config returns what holds for a subject.
func (s *Store) config(subject string) configuration {
	c, own := s.configs[subject]
	global := s.configs[""]
	if !own {
		c = global
	}
	if c.Level == "" {
		c.Level = cmp.Or(global.Level, defaultLevel)
	}
	if c.Normalize == nil {
		c.Normalize = global.Normalize
	}
	return c
}

func (s *Store) mode(subject string) string {
	return cmp.Or(s.modes[subject], s.modes[""], defaultMode)
}
