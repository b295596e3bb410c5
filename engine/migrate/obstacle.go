package migrate

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// Kind is what an obstacle is about.
type Kind string

// The kinds.
const (
	Connector      Kind = "connector"
	Transform      Kind = "transform"
	Predicate      Kind = "predicate"
	Converter      Kind = "converter"
	ConfigProvider Kind = "config provider"
	Key            Kind = "key"
)

// Obstacle is one thing that cannot run here.
type Obstacle struct {
	Connector string `json:"connector,omitempty"` // whose config it is; "" is the worker's
	Kind      Kind   `json:"kind"`
	Key       string `json:"key,omitempty"`   // of the config
	Class     string `json:"class,omitempty"` // that is missing
	Text      string `json:"text"`            // why, without values of secrets
}

// Sort orders obstacles by connector, the worker first, then by kind and key; of equal ones one remains.
func Sort(list []Obstacle) []Obstacle {
	kinds := []Kind{Connector, ConfigProvider, Converter, Transform, Predicate, Key}
	slices.SortStableFunc(list, func(a, b Obstacle) int {
		return cmp.Or(cmp.Compare(a.Connector, b.Connector), cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.Key, b.Key))
	})
	return slices.Compact(list)
}

// Missing is the obstacle of a class that is no part of this program.
func Missing(kind Kind, key, class string) Obstacle {
	return Obstacle{Kind: kind, Key: key, Class: class, Text: "no " + string(kind) + " class " + class + " is part of this program"}
}

// Refused is the obstacle of an error, under the key that the error names, or the given one.
func Refused(key string, err error) Obstacle {
	var c *config.ConfigException
	if errors.As(err, &c) && c.Key != "" {
		key = c.Key
	}
	return Obstacle{Kind: kindOf(key), Key: key, Text: firstLine(err.Error())}
}

// kindOf is the kind of what a key names.
func kindOf(key string) Kind {
	alias := strings.Split(key, ".")
	switch {
	case key == "connector.class":
		return Connector
	case slices.Contains(converterKeys, key):
		return Converter
	case len(alias) == 3 && alias[0] == "transforms" && alias[2] == "type":
		return Transform
	case len(alias) == 3 && alias[0] == "predicates" && alias[2] == "type":
		return Predicate
	case len(alias) == 4 && alias[0] == "config" && alias[1] == "providers" && alias[3] == "class":
		return ConfigProvider
	}
	return Key
}

// converterKeys are those that name converters.
var converterKeys = []string{"key.converter", "value.converter", "header.converter"}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// named returns the obstacles as those of a connector.
func named(connector string, list []Obstacle) []Obstacle {
	for i := range list {
		list[i].Connector = connector
	}
	return list
}

// validated are the errors of a validation, but for keys about which something was said.
func validated(v *connectors.Validation, said func(key string) bool) (list []Obstacle) {
	for _, k := range v.Configs {
		if k.Value == nil || len(k.Value.Errors) == 0 || said(k.Value.Name) {
			continue
		}
		list = append(list, Obstacle{Kind: kindOf(k.Value.Name), Key: k.Value.Name, Text: firstLine(k.Value.Errors[0])})
	}
	return list
}
