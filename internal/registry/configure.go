package registry

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

var levels = []string{"NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"}

// configRequest is the body of PUT /config. Source: ConfigUpdateRequest.
type configRequest struct {
	Alias      *string         `json:"alias,omitempty"`
	Normalize  *bool           `json:"normalize,omitempty"`
	Level      *string         `json:"compatibility,omitempty"`
	Group      *string         `json:"compatibilityGroup,omitempty"`
	Defaults   json.RawMessage `json:"defaultMetadata,omitempty"`
	Overrides  json.RawMessage `json:"overrideMetadata,omitempty"`
	DefaultSet json.RawMessage `json:"defaultRuleSet,omitempty"`
	OverSet    json.RawMessage `json:"overrideRuleSet,omitempty"`
}

// refused names what of a config would have an effect in the original and has none here.
func (r *configRequest) refused() error {
	for _, k := range []struct {
		name string
		set  bool
	}{
		{"alias", r.Alias != nil && *r.Alias != ""}, {"compatibilityGroup", r.Group != nil && *r.Group != ""}, {"defaultMetadata", len(r.Defaults) > 0},
		{"overrideMetadata", len(r.Overrides) > 0}, {"defaultRuleSet", len(r.DefaultSet) > 0}, {"overrideRuleSet", len(r.OverSet) > 0},
	} {
		if k.set {
			return notPermitted("%s is not applied by this registry; compatibility and normalize are", k.name)
		}
	}
	return nil
}

// setConfig changes what holds for a subject, "" = all.
func (s *Store) setConfig(subject string, r *configRequest) error {
	if err := r.refused(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable(subject); err != nil {
		return err
	}
	c := s.configs[subject]
	if r.Level != nil {
		c.Level = strings.ToUpper(*r.Level)
		if !slices.Contains(levels, c.Level) {
			return invalidLevel()
		}
		*r.Level = c.Level
	}
	if r.Normalize != nil {
		c.Normalize = r.Normalize
	}
	return s.change(event{Config: &configured{subject, &c}})
}

// getConfig returns what holds for a subject, of its own or, with inherit, of all.
func (s *Store) getConfig(subject string, inherit bool) (configuration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, own := s.configs[subject]; !own && subject != "" && !inherit {
		return configuration{}, noLevel(subject)
	}
	return s.config(subject), nil
}

// dropConfig removes what a subject has of its own, and returns it.
func (s *Store) dropConfig(subject string) (configuration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, own := s.configs[subject]
	if !own && subject != "" {
		return c, noSubject(subject)
	}
	if err := s.writable(subject); err != nil {
		return c, err
	}
	c.Level = cmp.Or(c.Level, s.config(subject).Level)
	return c, s.change(event{Config: &configured{Subject: subject}})
}

// setMode changes the mode of a subject, "" = all.
func (s *Store) setMode(subject, mode string, force bool) (string, error) {
	mode = strings.ToUpper(mode)
	if !slices.Contains([]string{"READWRITE", "READONLY", "IMPORT"}, mode) {
		return "", invalidMode()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if mode == "IMPORT" && s.mode(subject) != "IMPORT" && !force && s.holds(subject) {
		return "", notPermitted("Cannot import since found existing subjects")
	}
	return mode, s.change(event{Mode: &modeSet{subject, mode}})
}

// holds reports whether a subject, "" = any, has a version that is not deleted.
func (s *Store) holds(subject string) bool {
	for name, list := range s.subjects {
		if (subject == "" || name == subject) && len(live(list, false)) > 0 {
			return true
		}
	}
	return false
}

func (s *Store) getMode(subject string, inherit bool) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, own := s.modes[subject]; !own && subject != "" && !inherit {
		return "", noMode(subject)
	}
	return s.mode(subject), nil
}

func (s *Store) dropMode(subject string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mode, own := s.modes[subject]
	if !own && subject != "" {
		return "", noSubject(subject)
	}
	return cmp.Or(mode, defaultMode), s.change(event{Mode: &modeSet{Subject: subject}})
}

// check says why a schema could not be registered under a subject: against one version, or, with the text "", those that
// its level names. unchecked says that nothing was compared.
func (s *Store) check(subject, text string, r *request, normalize bool) (why []string, unchecked string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	config := s.config(subject)
	list := live(s.subjects[subject], false)
	if text != "" {
		v, err := s.at(subject, text, false)
		switch {
		case err == nil:
			list = []version{v}
		case text == "latest" || text == "-1":
			list = nil
		case len(list) == 0:
			return nil, "", noVersion(text)
		default:
			return nil, "", err
		}
	}
	schema, kind, err := s.parse(&r.Schema, normalize || config.Normalize != nil && *config.Normalize)
	if err != nil {
		return nil, "", err
	}
	if kind.Compatible == nil && config.Level != "NONE" {
		unchecked = "compatibility of " + kind.Name + " schemas is not checked by this registry"
	}
	return s.incompatible(config, list, schema, kind), unchecked, nil
}

// contexts returns the names of contexts.
func (s *Store) contexts() []string {
	names := []string{"."}
	for _, name := range s.list("", true, false) {
		if c := contextOf(name); !slices.Contains(names, c) {
			names = append(names, c)
		}
	}
	slices.Sort(names)
	return names
}
