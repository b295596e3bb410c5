package jsonschema

import (
	"strings"

	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// draft is a version of JSON Schema. Source: io.confluent.kafka.schemaregistry.json.SpecificationVersion.
type draft uint8

const (
	draft4 draft = iota
	draft6
	draft7
	draft2019
	draft2020
)

// draftOf returns the draft that a text names; without a known name it is draft 7.
func draftOf(root *jsonscan.Node) draft {
	n := root.Member("$schema")
	if n == nil || n.Kind != jsonscan.String {
		return draft7
	}
	name := strings.TrimSuffix(n.Text, "#")
	name = strings.TrimPrefix(strings.TrimPrefix(name, "http://"), "https://")
	switch name {
	case "json-schema.org/draft-04/schema", "json-schema.org/schema":
		return draft4
	case "json-schema.org/draft-06/schema":
		return draft6
	case "json-schema.org/draft/2019-09/schema":
		return draft2019
	case "json-schema.org/draft/2020-12/schema":
		return draft2020
	}
	return draft7
}

// modern reports whether keywords beside $ref count, and formats say nothing. Source: JsonSchema.rawSchema.
func (d draft) modern() bool { return d >= draft2019 }

// whole is a value in a schema of a modern draft: numbers within arrays and objects lose their fraction, and those beyond 64 bits all but 32.
// Source: JsonSkemaArraySerializer, JsonSkemaObjectSerializer.
func whole(n *jsonscan.Node) *jsonscan.Node {
	if len(n.Items) == 0 {
		return n
	}
	out := cloned(n)
	for i := range out.Items {
		e := &out.Items[i]
		if e.Kind == jsonscan.Decimal || e.Kind == jsonscan.Integer && e.Num != nil {
			*e = intNode(int64(e.IntValue()))
		} else {
			*e = *whole(e)
		}
	}
	return &out
}

// idKeyword is the keyword that names a schema.
func (d draft) idKeyword() string {
	if d == draft4 {
		return "id"
	}
	return "$id"
}

// Keywords by which a schema without a type is known. Source: org.everit.json.schema.loader.SpecificationVersion,
// AbstractSchemaExtractor; com.github.erosb.jsonsKema.
var (
	arrayKeywords        = []string{"items", "additionalItems", "minItems", "maxItems", "uniqueItems"}
	objectKeywords       = []string{"properties", "required", "minProperties", "maxProperties", "patternProperties", "additionalProperties"}
	numberKeywords       = []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
	stringKeywords       = []string{"minLength", "maxLength", "pattern"}
	conditionalKeywords  = []string{"if", "then", "else"}
	modernArrayKeywords  = []string{"contains", "prefixItems", "unevaluatedItems"}
	modernObjectKeywords = []string{"propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties"}
)

// hasAny reports whether an object has one of the keywords.
func hasAny(o *jsonscan.Node, keywords ...[]string) bool {
	for _, some := range keywords {
		for _, k := range some {
			if o.Member(k) != nil {
				return true
			}
		}
	}
	return false
}

func (d draft) isArray(o *jsonscan.Node) bool {
	return hasAny(o, arrayKeywords) || d >= draft6 && o.Member("contains") != nil || d.modern() && hasAny(o, modernArrayKeywords)
}

func (d draft) isObject(o *jsonscan.Node) bool {
	if p := o.Member("properties"); d.modern() && p != nil && len(p.Items) == 0 && !hasAny(o, objectKeywords[1:]) {
		return hasAny(o, modernObjectKeywords) // no properties are nothing
	}
	return hasAny(o, objectKeywords) || !d.modern() && o.Member("dependencies") != nil ||
		d >= draft6 && o.Member("propertyNames") != nil || d.modern() && hasAny(o, modernObjectKeywords)
}

func (d draft) isString(o *jsonscan.Node) bool {
	return hasAny(o, stringKeywords) || !d.modern() && o.Member("format") != nil
}
