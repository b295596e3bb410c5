// Package plugin holds the registries of all plugin kinds as one value.
//
// A Set is made once at start, by whoever lists the bundled plugins, and only read afterwards.
// Source: Plugins.
package plugin

import (
	"fmt"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/registry"
	"github.com/millrace/millrace/smt"
)

// Set is the plugin classes that a process knows.
type Set struct {
	Converters codec.Set
	Transforms smt.Set
	Predicates smt.Set
	Connectors connectors.Set
	Schemas    []registry.Kind // formats whose schemas the registry of millrace dev understands
}

// Filled returns s with empty registries in place of those that are missing.
func (s Set) Filled() Set {
	if s.Converters.Classes == nil {
		s.Converters = codec.NewSet()
	}
	if s.Transforms.Classes == nil {
		s.Transforms = smt.NewSet()
	}
	if s.Predicates.Classes == nil {
		s.Predicates = smt.NewPredicateSet()
	}
	if s.Connectors.Classes == nil {
		s.Connectors = connectors.NewSet()
	}
	return s
}

// Type names of plugins. Source: PluginType.
const (
	Sink            = "sink"
	Source          = "source"
	Transformation  = "transformation"
	Predicate       = "predicate"
	Converter       = "converter"
	HeaderConverter = "header_converter"
)

// List returns all plugins in the order of GET /connector-plugins: by type, then by class name.
// A class that is both converter and header converter is listed as both.
func (s Set) List() []connectors.PluginInfo {
	var out []connectors.PluginInfo
	add := func(class, kind, version string) {
		out = append(out, connectors.PluginInfo{Class: class, Type: kind, Version: version})
	}
	for _, c := range s.Connectors.All() {
		if c.Kind() == connectors.KindSink {
			add(c.Name, Sink, c.Version)
		}
	}
	for _, c := range s.Connectors.All() {
		if c.Kind() == connectors.KindSource {
			add(c.Name, Source, c.Version)
		}
	}
	for _, c := range s.Transforms.All() {
		add(c.Name, Transformation, c.Version)
	}
	for _, c := range s.Predicates.All() {
		add(c.Name, Predicate, c.Version)
	}
	for _, c := range s.Converters.All() {
		if c.New != nil {
			add(c.Name, Converter, c.Version)
		}
	}
	for _, c := range s.Converters.All() {
		if c.NewHeader != nil {
			add(c.Name, HeaderConverter, c.Version)
		}
	}
	return out
}

// Def returns the plugin of any kind that a user's text names: its class name, config definition, type
// name and version.
func (s Set) Def(text string) (name string, d *config.Def, kind, version string, err error) {
	if c, err := s.Connectors.Find(text); err == nil {
		return c.Name, c.Def, string(c.Kind()), c.Version, nil
	}
	if c, err := s.Converters.Find(text); err == nil {
		kind := Converter
		if c.New == nil {
			kind = HeaderConverter
		}
		return c.Name, c.Def, kind, c.Version, nil
	}
	if c, err := s.Transforms.Find(text); err == nil {
		return c.Name, c.Def, Transformation, c.Version, nil
	}
	if c, err := s.Predicates.Find(text); err == nil {
		return c.Name, c.Def, Predicate, c.Version, nil
	}
	return "", nil, "", "", fmt.Errorf("plugin %q is not known", text)
}
