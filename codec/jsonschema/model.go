package jsonschema

import "github.com/millrace/millrace/codec/internal/jsonscan"

// class says what a schema is made of. Source: the subclasses of org.everit.json.schema.Schema.
type class uint8

const (
	classEmpty class = iota // no keyword that says anything of a value; also true
	classFalse
	classNull
	classBoolean
	classNumber
	classString
	classEnum
	classConst
	classCombined
	classArray
	classObject
	classReference
	classNot
	classConditional
)

// javaName is the name of the class in the original.
func (c class) javaName() string {
	return "org.everit.json.schema." + [...]string{
		"EmptySchema", "FalseSchema", "NullSchema", "BooleanSchema", "NumberSchema", "StringSchema", "EnumSchema", "ConstSchema",
		"CombinedSchema", "ArraySchema", "ObjectSchema", "ReferenceSchema", "NotSchema", "ConditionalSchema",
	}[c]
}

// criterion is how many of the parts of a combined schema have to hold.
type criterion string

const (
	oneOf criterion = "oneOf"
	anyOf criterion = "anyOf"
	allOf criterion = "allOf"
)

// schema is a JSON Schema in the shape in which the original sees it: every schema has one class, and keywords of several
// classes become an allOf. What only says which values are valid is not here: the validator reads the text. Not changed
// after it was loaded.
type schema struct {
	class
	raw    *jsonscan.Node // the object it was read from; nil for a part of one
	modern bool           // of a draft that has no default null

	integer    bool             // classNumber
	values     []*jsonscan.Node // classEnum, classConst
	criterion  criterion        // classCombined
	parts      []*schema        // classCombined
	pieces     bool             // classCombined: parts are the keywords of one object
	items      *schema          // classArray: of all items
	properties []property       // classObject, in the order of Java's HashMap
	required   map[string]bool  // classObject
	additional *schema          // classObject: of all other properties
	closed     bool             // classObject: there are no others
	referred   *schema          // classReference
}

type property struct {
	name string
	*schema
}

const keywordDefault = "default"

// keyword returns the value of a keyword that no class has, nil without one.
func (s *schema) keyword(name string) *jsonscan.Node {
	if s.raw == nil {
		return nil
	}
	return s.raw.Member(name)
}

// text returns the value of a keyword that is a string.
func (s *schema) text(name string) (string, bool) {
	n := s.keyword(name)
	if n == nil || n.Kind != jsonscan.String {
		return "", false
	}
	return n.Text, true
}

// number returns the value of a keyword that is an integer of 32 bits.
func (s *schema) number(name string) (int32, bool) {
	n := s.keyword(name)
	if n == nil || !n.IsInt32() {
		return 0, false
	}
	return int32(n.Int), true
}
