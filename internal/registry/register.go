package registry

import (
	"fmt"
	"strings"
)

// request is the body that registers or looks up a schema. Source: RegisterSchemaRequest.
type request struct {
	Version int  `json:"version"`
	ID      *int `json:"id"`
	Schema
}

// parse resolves the references of a schema and puts its text into canonical form.
func (s *Store) parse(r *Schema, normalize bool) (*Schema, *Kind, error) {
	if r.Type == "" {
		r.Type = "AVRO"
	}
	k := s.kind(r.Type)
	if k == nil {
		return nil, nil, unprocessable(42201, "Invalid schema type %s", r.Type)
	}
	p, err := s.resolved(r)
	if err != nil {
		return nil, nil, err
	}
	text := ""
	if strings.TrimSpace(r.Text) == "" {
		err = fmt.Errorf("Empty schema") //nolint:staticcheck // the original's text
	} else {
		text, err = k.Canonical(p, normalize)
	}
	if err != nil {
		return nil, nil, unprocessable(42201, "Invalid schema %s of type %s, details: %s", r.Text, r.Type, err)
	}
	return &Schema{Type: r.Type, References: r.References, Metadata: r.Metadata, Rules: r.Rules, Text: text}, k, nil
}

// Bounds of what a schema may refer to.
const (
	referenceDepthMax = 64
	referencesMax     = 10_000
)

// resolved returns a schema with all that it refers to.
func (s *Store) resolved(of *Schema) (Parsed, error) {
	p := Parsed{Text: of.Text}
	seen := map[string]bool{}
	var walk func(*Schema, int) error
	walk = func(of *Schema, depth int) error {
		if depth > referenceDepthMax || len(p.References) > referencesMax {
			return unprocessable(42201, "Invalid schema: it refers to more than %d others, or deeper than %d", referencesMax, referenceDepthMax)
		}
		for _, r := range of.References {
			if seen[r.Name] {
				continue
			}
			seen[r.Name] = true
			i := find(s.subjects[r.Subject], r.Version)
			if i < 0 {
				return unprocessable(42201, "Invalid schema: no schema reference found for subject \"%s\" and version %d", r.Subject, r.Version)
			}
			to := s.schemas[s.subjects[r.Subject][i].id]
			if err := walk(to, depth+1); err != nil {
				return err
			}
			p.References = append(p.References, Resolved{r.Name, to.Text})
		}
		return nil
	}
	err := walk(of, 0)
	return p, err
}

// register adds a schema to a subject, or finds it there. Source: KafkaSchemaRegistry.register.
func (s *Store) register(subject string, r *request, normalize bool) (entity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mode := s.mode(subject)
	given := r.ID != nil && *r.ID >= 0
	switch {
	case given && mode != "IMPORT":
		return entity{}, notPermitted("Subject %s in context %s is not in import mode", subject, contextOf(subject))
	case !given && mode != "READWRITE":
		return entity{}, notPermitted("Subject %s in context %s is not in read-write mode", subject, contextOf(subject))
	}
	config := s.config(subject)
	schema, kind, err := s.parse(&r.Schema, normalize || config.Normalize != nil && *config.Normalize)
	if err != nil {
		return entity{}, err
	}
	list := s.subjects[subject]
	if v := s.same(list, schema, kind, false); v != nil && r.Version == 0 && (!given || *r.ID == v.id) {
		return s.entity(subject, *v), nil
	}
	if !given {
		if why := s.incompatible(config, live(list, false), schema, kind); len(why) > 0 {
			return entity{}, &Error{409, 40901, fmt.Sprintf("Schema being registered is incompatible with an earlier schema for subject \"%s\", details: [%s]",
				subject, strings.Join(why, ", "))}
		}
	}
	next := 1
	if n := len(list); n > 0 {
		next = list[n-1].number + 1
	}
	e := &registered{Subject: subject, Version: next, Schema: schema}
	switch {
	case r.Version > 0 && r.Version != next && !given:
		return entity{}, unprocessable(42201, "Version is not one more than previous version")
	case r.Version > 0:
		e.Version = r.Version
	}
	id, known := s.ids[schema.identity()]
	switch {
	case given:
		e.ID = *r.ID
		if at := s.schemas[e.ID]; at != nil && at.identity() != schema.identity() {
			return entity{}, notPermitted("Overwrite new schema with id %d is not permitted.", e.ID)
		}
	case known:
		e.ID = id
	default:
		e.ID = s.lastID + 1
	}
	if s.schemas[e.ID] != nil {
		e.Schema = nil
	}
	if err := s.change(event{Register: e}); err != nil {
		return entity{}, err
	}
	return s.entity(subject, version{number: e.Version, id: e.ID}), nil
}

// same returns the version that holds a schema, the newest first; nil where none does.
func (s *Store) same(list []version, schema *Schema, kind *Kind, all bool) *version {
	identity := schema.identity()
	for _, alike := range []bool{false, true} {
		for i := len(list) - 1; i >= 0; i-- {
			v, at := &list[i], s.schemas[list[i].id]
			if v.deleted && !all {
				continue
			}
			if !alike && at.identity() == identity || alike && s.alike(at, schema, kind) {
				return v
			}
		}
	}
	return nil
}

// alike asks the format whether two schemas of different text are one. Source: ParsedSchema.canLookup.
func (s *Store) alike(a, b *Schema, kind *Kind) bool {
	if kind.Same == nil || a.Type != b.Type || len(a.References) != len(b.References) {
		return false
	}
	x, errA := s.resolved(a)
	y, errB := s.resolved(b)
	return errA == nil && errB == nil && kind.Same(x, y)
}

// incompatible says why a schema does not fit the versions of its subject. Source: CompatibilityChecker.
func (s *Store) incompatible(config configuration, list []version, schema *Schema, kind *Kind) []string {
	if config.Level == "NONE" || len(list) == 0 || kind.Compatible == nil {
		return nil
	}
	level, transitive := strings.CutSuffix(config.Level, "_TRANSITIVE")
	if !transitive {
		list = list[len(list)-1:]
	}
	fresh, err := s.resolved(schema)
	if err != nil {
		return []string{err.Error()}
	}
	for i := len(list) - 1; i >= 0; i-- {
		old := s.schemas[list[i].id]
		var why []string
		if earlier, err := s.resolved(old); err != nil {
			why = []string{err.Error()}
		} else if old.Type != schema.Type {
			why = []string{"Incompatible because of different schema type"}
		} else {
			if level != "FORWARD" {
				why = kind.Compatible(fresh, earlier)
			}
			if level != "BACKWARD" && len(why) == 0 {
				why = kind.Compatible(earlier, fresh)
			}
		}
		if len(why) > 0 {
			return append(why, fmt.Sprintf("{oldSchemaVersion: %d}", list[i].number), fmt.Sprintf("{oldSchema: '%s'}", old.Text),
				fmt.Sprintf("{validateFields: 'false', compatibility: '%s'}", config.Level))
		}
	}
	return nil
}

// contextOf is the context in the name of a subject.
func contextOf(subject string) string {
	if rest, ok := strings.CutPrefix(subject, ":."); ok {
		if name, _, ok := strings.Cut(rest, ":"); ok {
			return "." + name
		}
	}
	return "."
}
