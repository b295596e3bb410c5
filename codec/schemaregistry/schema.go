package schemaregistry

import (
	"encoding/json"
	"strconv"

	"github.com/millrace/millrace/internal/registry"
)

// Schema types, as registries write them.
const (
	Avro     = "AVRO"
	Protobuf = "PROTOBUF"
	JSON     = "JSON"
)

// Schema is a schema as a registry holds it: text, and what belongs to it. Not changed after it was made.
type Schema struct {
	Type       string // Avro, Protobuf or JSON
	Text       string
	References []Reference
	Metadata   *Metadata
	Rules      json.RawMessage // the ruleSet; nil = none
	GUID       string          // "" = the registry did not say
	Version    int             // under its subject; 0 = the registry did not say
}

// Reference is a schema that another one names. Name is what the text calls it: a full name, a path, a $ref.
type Reference = registry.Reference

// Metadata is what the owner of a schema says of it.
type Metadata = registry.Metadata

// versionProperty is Metadata.CONFLUENT_VERSION.
const versionProperty = "confluent:version"

// claimed returns the version that the metadata claims, 0 where it claims none.
func (s *Schema) claimed() int {
	if s.Metadata == nil {
		return 0
	}
	n, err := strconv.Atoi(s.Metadata.Properties[versionProperty])
	if err != nil {
		return 0
	}
	return n
}

// rules reports whether a ruleSet holds any rule.
func (s *Schema) rules() bool {
	if len(s.Rules) == 0 || string(s.Rules) == "null" {
		return false
	}
	var sets map[string]json.RawMessage
	if json.Unmarshal(s.Rules, &sets) != nil {
		return true
	}
	for name, set := range sets {
		var rules []json.RawMessage
		if name != "enableAt" && (json.Unmarshal(set, &rules) != nil || len(rules) > 0) {
			return true
		}
	}
	return false
}
