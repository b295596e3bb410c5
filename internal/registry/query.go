package registry

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// entity is a schema in an answer, members in the original's order. Source: rest.entities.Schema.
type entity struct {
	Subject    string          `json:"subject,omitempty"`
	Version    int             `json:"version,omitempty"`
	ID         int             `json:"id,omitempty"`
	GUID       string          `json:"guid,omitempty"`
	Type       string          `json:"schemaType,omitempty"`
	References []Reference     `json:"references,omitempty"`
	Metadata   *Metadata       `json:"metadata,omitempty"`
	Rules      json.RawMessage `json:"ruleSet,omitempty"`
	Text       string          `json:"schema"`
	Deleted    bool            `json:"deleted,omitempty"`
}

func (s *Store) entity(subject string, v version) entity {
	at := s.schemas[v.id]
	return entity{Subject: subject, Version: v.number, ID: v.id, GUID: at.guid(), Type: at.Type, References: at.References,
		Metadata: at.Metadata, Rules: at.Rules, Text: at.Text, Deleted: v.deleted}
}

// lookup finds a schema under a subject.
func (s *Store) lookup(subject string, r *request, normalize, all bool) (entity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	config := s.config(subject)
	list := s.subjects[subject]
	if len(live(list, all)) == 0 {
		return entity{}, noSubject(subject)
	}
	schema, kind, err := s.parse(&r.Schema, normalize || config.Normalize != nil && *config.Normalize)
	if err != nil {
		return entity{}, err
	}
	v := s.same(list, schema, kind, all)
	if v == nil {
		return entity{}, noSchema()
	}
	return s.entity(subject, *v), nil
}

// list returns the names of subjects, sorted.
func (s *Store) list(prefix string, all, only bool) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.subjects)) {
		alive := len(live(s.subjects[name], false)) > 0
		if strings.HasPrefix(name, prefix) && (all || alive != only) {
			names = append(names, name)
		}
	}
	return names
}

// versions returns the numbers of a subject.
func (s *Store) versions(subject string, all, only bool) ([]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers := []int{}
	for _, v := range s.subjects[subject] {
		if all || v.deleted == only {
			numbers = append(numbers, v.number)
		}
	}
	if len(numbers) == 0 {
		return nil, noSubject(subject)
	}
	return numbers, nil
}

// at finds a version by its text: a number, -1 or latest.
func (s *Store) at(subject, text string, all bool) (version, error) {
	number, err := strconv.Atoi(text)
	if text == "latest" {
		number, err = -1, nil
	}
	if err != nil || number != -1 && number < 1 {
		return version{}, invalidVersion(text)
	}
	list := live(s.subjects[subject], all)
	if len(list) == 0 {
		return version{}, noSubject(subject)
	}
	if number == -1 {
		return list[len(list)-1], nil
	}
	if i := find(list, number); i >= 0 {
		return list[i], nil
	}
	return version{}, noVersion(number)
}

func (s *Store) version(subject, text string, all bool) (entity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.at(subject, text, all)
	if err != nil {
		return entity{}, err
	}
	return s.entity(subject, v), nil
}

// withMetadata returns the newest version whose metadata has all the given properties.
func (s *Store) withMetadata(subject string, keys, values []string, all bool) (entity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := live(s.subjects[subject], all)
	if len(list) == 0 {
		return entity{}, noSubject(subject)
	}
	for i := len(list) - 1; i >= 0; i-- {
		m, has := s.schemas[list[i].id].Metadata, true
		for n, k := range keys {
			has = has && n < len(values) && m != nil && m.Properties[k] == values[n]
		}
		if has {
			return s.entity(subject, list[i]), nil
		}
	}
	return entity{}, noSchema()
}

// byID returns a schema by id, without subject; guid beside it.
func (s *Store) byID(id int) (entity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.schemas[id] == nil || len(s.uses(id, true)) == 0 {
		return entity{}, noSchemaOf(id)
	}
	e := s.entity("", version{id: id})
	e.ID = 0
	return e, nil
}

// byGUID returns the id that a GUID has here.
func (s *Store) byGUID(guid string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.schemas)) {
		if s.schemas[id].guid() == guid && len(s.uses(id, true)) > 0 {
			return id, nil
		}
	}
	return 0, noSchemaOf(guid)
}

// use is a version that has an id. Source: rest.entities.SubjectVersion.
type use struct {
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// uses are the versions that have an id, by subject.
func (s *Store) uses(id int, all bool) []use {
	found := []use{}
	for _, name := range slices.Sorted(maps.Keys(s.subjects)) {
		for _, v := range s.subjects[name] {
			if v.id == id && (all || !v.deleted) {
				found = append(found, use{name, v.number})
			}
		}
	}
	return found
}

// all returns every version of the subjects with a prefix.
func (s *Store) all(prefix string, deleted, latest bool) []entity {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []entity{}
	for _, name := range slices.Sorted(maps.Keys(s.subjects)) {
		list := live(s.subjects[name], deleted)
		if !strings.HasPrefix(name, prefix) || len(list) == 0 {
			continue
		}
		if latest {
			list = list[len(list)-1:]
		}
		for _, v := range list {
			found = append(found, s.entity(name, v))
		}
	}
	return found
}
