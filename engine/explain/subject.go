package explain

import (
	"maps"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
)

// Subject is a connector config and the worker that it is meant for.
type Subject struct {
	File    *File
	Worker  *engine.Worker
	Plugins plugin.Set
	// Settings are the worker's properties in force.
	Settings map[string]string
	// WorkerFile is the worker file as it is written, nil if none was given: variables in the connector's
	// config are then not replaced, and values that hold one are not checked.
	WorkerFile *config.Properties
	WorkerName string // of the worker file, as the user gave it
}

// props is the config as written, without what stands for values that are not known here.
func (s *Subject) props() map[string]string {
	out := s.File.Map()
	if s.WorkerFile == nil {
		maps.DeleteFunc(out, func(_, v string) bool { return config.HasVariable(v) })
	}
	return out
}

// hidden reports whether the value of a key is not known here, as it is a variable.
func (s *Subject) hidden(key string) bool {
	e, ok := s.File.Get(key)
	return ok && s.WorkerFile == nil && config.HasVariable(e.Value)
}

// at is the place of a key, or, where it is not in the file, the place to which one would add it: the key
// with the longest common path of dots, then connector.class.
func (s *Subject) at(key string) Position {
	if e, ok := s.File.Get(key); ok {
		return e.At
	}
	for prefix := key; strings.Contains(prefix, "."); {
		prefix = prefix[:strings.LastIndexByte(prefix, '.')]
		if !strings.Contains(prefix, ".") {
			break
		}
		for _, e := range s.File.Entries {
			if strings.HasPrefix(e.Key, prefix+".") {
				return e.At
			}
		}
	}
	if e, ok := s.File.Get("connector.class"); ok {
		return e.At
	}
	return Position{Line: 1, Column: 1}
}

// aliases are the elements of a list of aliases.
func aliases(props map[string]string, key string) []string {
	v, err := config.ParseText(key, props[key], config.List)
	if err != nil {
		return nil
	}
	list, _ := v.([]string)
	return list
}

// class is the connector class of the config, nil where none is known.
func (s *Subject) class() *connectors.Class {
	e, _ := s.File.Get("connector.class")
	c, err := s.Plugins.Connectors.Find(strings.TrimSpace(e.Value))
	if err != nil {
		return nil
	}
	return c
}
