package batch

import (
	"fmt"

	"github.com/millrace/millrace/internal/java"
)

// DataException is the Java class of errors about values that do not fit their schema.
const DataException = "org.apache.kafka.connect.errors.DataException"

// DataError is a value that does not fit its schema, with the text that Java gives it.
type DataError struct{ Text string }

// Error returns Java's message.
func (e *DataError) Error() string { return e.Text }

// JavaClass returns the exception class of the original.
func (e *DataError) JavaClass() string { return DataException }

func dataErrorf(format string, args ...any) error {
	return &DataError{Text: fmt.Sprintf(format, args...)}
}

// location says where inside a value a schema applies; its text is made for errors only.
type location struct {
	in    *location
	what  string // "element of array ", "key of map ", "value of map "
	field string
	named bool // a struct field; otherwise the value itself when in is nil
}

func (l *location) String() string {
	switch {
	case l.in != nil:
		return l.what + l.in.String()
	case l.named:
		return `field: "` + l.field + `"`
	}
	return "value"
}

// Validate reports whether v may be used with s: its class and nullability, inside too.
// Errors: *DataError. Source: ConnectSchema.validateValue.
func (s *Schema) Validate(v Value) error {
	return checker{}.value(s, v, &location{})
}

// ValidateField is Validate for a value of the named struct field, which error texts name.
func (s *Schema) ValidateField(name string, v Value) error {
	return checker{}.value(s, v, &location{field: name, named: true})
}

// fits checks classes only: null is taken everywhere and schemas may be missing, as in records that a
// Java plugin hands over, which nobody validates before the converter does.
func (s *Schema) fits(v Value) error {
	if s.holds(v) {
		return nil
	}
	return checker{lenient: true}.value(s, v, &location{})
}

// holds reports whether fits would return nil, without the bookkeeping for an error's text.
func (s *Schema) holds(v Value) bool {
	if v.tag == TagNull {
		return true
	}
	if !classFits(s, v.tag) || castable(s, v.tag) != nil || storable(s, v) != nil {
		return false
	}
	switch s.kind {
	case KindStruct:
		st := v.Struct()
		if st == nil || !st.Schema.Equal(s) || len(st.Fields) != len(s.fields) {
			return false
		}
		for i := range s.fields {
			if f := s.fields[i].Schema; f != nil && !f.holds(st.Fields[i]) {
				return false
			}
		}
	case KindArray:
		return s.elem == nil || s.elem.holdsAll(v.Array())
	case KindMap:
		m := v.Map()
		return (s.key == nil || s.key.holdsAll(m.Keys)) && (s.elem == nil || s.elem.holdsAll(m.Values))
	}
	return true
}

func (s *Schema) holdsAll(values []Value) bool {
	for i := range values {
		if !s.holds(values[i]) {
			return false
		}
	}
	return true
}

// checker walks a value along its schema.
type checker struct{ lenient bool }

func (c checker) value(s *Schema, v Value, at *location) error {
	if v.tag == TagNull {
		if !c.lenient && !s.optional {
			return dataErrorf("Invalid value: null used for required %s, schema type: %s", at, s.kind)
		}
		return nil
	}
	if !classFits(s, v.tag) {
		name := ""
		if s.hasName {
			name = ` "` + s.name + `"`
		}
		return dataErrorf("Invalid Java object for schema%s with type %s: class %s for %s", name, s.kind, v.tag.JavaClass(), at)
	}
	if err := castable(s, v.tag); err != nil {
		return err
	}
	if c.lenient {
		if err := storable(s, v); err != nil {
			return err
		}
	}
	switch s.kind {
	case KindStruct:
		return c.structure(s, v)
	case KindArray:
		return c.array(s, v, at)
	case KindMap:
		return c.mapping(s, v, at)
	}
	return nil
}

func (c checker) structure(s *Schema, v Value) error {
	st := v.Struct()
	if st == nil || !st.Schema.Equal(s) {
		return dataErrorf("Struct schemas do not match.")
	}
	if len(st.Fields) != len(s.fields) {
		return dataErrorf("Struct of %d fields has %d values: one per field is needed", len(s.fields), len(st.Fields))
	}
	for i := range s.fields {
		f := &s.fields[i]
		if f.Schema == nil {
			if err := c.missing(&location{field: f.Name, named: true}); err != nil {
				return err
			}
			continue
		}
		if st.Fields[i].IsNull() && (f.Schema.optional || f.Schema.hasDefault) {
			continue
		}
		if err := c.value(f.Schema, st.Fields[i], &location{field: f.Name, named: true}); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) array(s *Schema, v Value, at *location) error {
	entry := &location{in: at, what: "element of array "}
	if s.elem == nil {
		return c.missing(entry)
	}
	for _, e := range v.Array() {
		if err := c.value(s.elem, e, entry); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) mapping(s *Schema, v Value, at *location) error {
	key := &location{in: at, what: "key of map "}
	val := &location{in: at, what: "value of map "}
	if s.key == nil {
		if err := c.missing(key); err != nil {
			return err
		}
	}
	if s.elem == nil {
		if err := c.missing(val); err != nil {
			return err
		}
	}
	m := v.Map()
	for i := range m.Keys {
		if s.key != nil {
			if err := c.value(s.key, m.Keys[i], key); err != nil {
				return err
			}
		}
		if s.elem != nil {
			if err := c.value(s.elem, m.Values[i], val); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c checker) missing(at *location) error {
	if c.lenient {
		return nil
	}
	return dataErrorf("No schema defined for %s", at)
}

// classFits reports whether values of the class t may stand under s. A logical name decides alone,
// whatever the type beside it. Source: ConnectSchema.expectedClassesFor.
func classFits(s *Schema, t Tag) bool {
	if s.hasName {
		switch s.name {
		case DecimalName:
			return t == TagDecimal
		case DateName, TimeName, TimestampName:
			return t == TagDate
		}
	}
	return t == TagOf(s.kind)
}

// castable returns an error for a date or decimal under a container that has the name of a logical type: it
// fits by name, and Java then casts it to what the type says.
func castable(s *Schema, t Tag) error {
	if t == TagOf(s.kind) {
		return nil
	}
	var to string
	switch s.kind {
	case KindArray:
		to = "java.util.List"
	case KindMap:
		to = "java.util.Map"
	case KindStruct:
		to = TagStruct.JavaClass()
	default:
		return nil
	}
	return java.ClassCast(t.JavaClass(), to)
}

// JavaClass returns the class that a plugin would see, as Class.getName writes it. Lists and maps are
// ArrayList and HashMap, bytes an array.
func (t Tag) JavaClass() string {
	switch t {
	case TagInt8:
		return "java.lang.Byte"
	case TagInt16:
		return "java.lang.Short"
	case TagInt32:
		return "java.lang.Integer"
	case TagInt64:
		return "java.lang.Long"
	case TagFloat32:
		return "java.lang.Float"
	case TagFloat64:
		return "java.lang.Double"
	case TagBoolean:
		return "java.lang.Boolean"
	case TagString:
		return "java.lang.String"
	case TagBytes:
		return "[B"
	case TagArray:
		return "java.util.ArrayList"
	case TagMap, TagEntries:
		return "java.util.HashMap"
	case TagStruct:
		return "org.apache.kafka.connect.data.Struct"
	case TagDecimal:
		return "java.math.BigDecimal"
	case TagDate:
		return "java.util.Date"
	}
	return "null"
}

// storable refuses what the arrays of a column cannot hold although its class fits.
// Source: Date.fromLogical, Time.fromLogical, which Java calls in the converter.
func storable(s *Schema, v Value) error {
	switch v.tag {
	case TagDate:
		ms := v.Int()
		switch s.logical {
		case LogicalDate:
			if ms%millisPerDay != 0 {
				return dataErrorf("Kafka Connect Date type should not have any time fields set to non-zero values.")
			}
		case LogicalTime:
			if ms < 0 || ms > millisPerDay {
				return dataErrorf("Kafka Connect Time type should not have any date fields set to non-zero values.")
			}
		case LogicalNone:
			return dataErrorf("schema %q has type %s: a date of that name cannot be stored in it", s.name, s.kind)
		}
	case TagDecimal:
		if s.logical != LogicalDecimal {
			return dataErrorf("schema %q has type %s: a decimal cannot be stored in it", s.name, s.kind)
		}
	}
	return nil
}
