package apache

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
)

const fieldSyntaxVersion = "field.syntax.version"

// fieldSyntaxKey is the key that chooses the syntax of paths. Source: FieldSyntaxVersion.
func fieldSyntaxKey() config.Key {
	return config.Key{
		Name: fieldSyntaxVersion, Type: config.String, Default: "V1", Validator: config.InIgnoreCase("V1", "V2"), Importance: config.High,
		Doc: "Defines the version of the syntax to access fields. " +
			"If set to <code>V1</code>, then the field paths are limited to access the elements at the root level of the struct or map. " +
			"If set to <code>V2</code>, the syntax will support accessing nested elements. " +
			"To access nested elements, dotted notation is used. " +
			"If dots are already included in the field name, " +
			"then backtick pairs can be used to wrap field names containing dots. " +
			"E.g. to access the subfield <code>baz</code> from a field named \"foo.bar\" in a struct/map " +
			"the following format can be used to access its elements: \"<code>foo.bar</code>.baz\".",
	}
}

// fieldPath is the names that lead to a field. Source: SingleFieldPath.
type fieldPath []string

const nestedAccess = "nested field access"

// parsePath reads a path in the syntax that version names.
func parsePath(text, version string) (fieldPath, error) {
	if strings.ToUpper(version) == "V1" {
		return fieldPath{text}, nil
	}
	return parsePathV2(text)
}

// parsePathV2 cuts text at dots. A step that starts with a backtick ends at the next one that stands before
// a dot or at the end; a backslash before such a backtick makes it part of the name.
func parsePathV2(text string) (fieldPath, error) {
	var steps fieldPath
	for at := 0; at < len(text); {
		if text[at] == '`' {
			step, end, ok := quotedStep(text, at+1)
			if !ok {
				return nil, configError("Incomplete backtick pair in path: [" + text + "]," +
					" consider adding a backslash before backtick at position " + utf16Position(text, at) + " to escape it")
			}
			steps, at = append(steps, step), end
			continue
		}
		dot := strings.IndexByte(text[at:], '.')
		if dot < 0 {
			return append(steps, text[at:]), nil
		}
		steps, at = append(steps, text[at:at+dot]), at+dot+1
	}
	if strings.HasSuffix(text, ".") {
		steps = append(steps, "")
	}
	return steps, nil
}

// quotedStep reads a step behind its backtick; end is where the next step starts.
func quotedStep(text string, start int) (step string, end int, ok bool) {
	for at := start; ; at++ {
		next := strings.IndexByte(text[at:], '`')
		if next < 0 {
			return "", 0, false
		}
		at += next
		escaped := text[at-1] == '\\'
		switch {
		case at == len(text)-1:
			return step + text[start:at], at + 1, !escaped
		case text[at+1] != '.':
		case escaped:
			step, start = step+text[start:at-1]+"`", at+1
		default:
			return step + text[start:at], at + 2, true
		}
	}
}

func utf16Position(text string, at int) string {
	return string(java.AppendInt(nil, int64(java.UTF16Len(text[:at]))))
}

// split returns the steps before the last one, and that.
func (p fieldPath) split() (before []string, last string, err error) {
	if len(p) == 0 {
		return nil, "", exception(illegalArgumentException, "fromIndex(0) > toIndex(-1)")
	}
	return p[:len(p)-1], p[len(p)-1], nil
}

// schema returns the schema of the field in s, nil if there is none. Source: SingleFieldPath.fieldFrom.
func (p fieldPath) schema(s *batch.Schema) (*batch.Schema, error) {
	if _, _, err := p.split(); err != nil {
		return nil, err
	}
	for _, name := range p {
		if s.Kind() != batch.KindStruct {
			return nil, dataError("Cannot look up fields on non-struct type")
		}
		f := s.Field(name)
		if f == nil {
			return nil, nil
		}
		s = f.Schema
	}
	return s, nil
}

// inStruct returns the value of the field in st, null if it or a struct on the way is not there.
// Source: SingleFieldPath.valueFrom(Struct, boolean).
func (p fieldPath) inStruct(st *batch.StructValue, withDefault bool) (batch.Value, error) {
	before, last, err := p.split()
	if err != nil {
		return batch.Value{}, err
	}
	for _, name := range before {
		if st.Schema.Field(name) == nil {
			return batch.Value{}, nil
		}
		v := fieldOf(st, name, true)
		if v.IsNull() {
			return batch.Value{}, nil
		}
		if st, err = requireStruct(v, nestedAccess); err != nil {
			return batch.Value{}, err
		}
	}
	if st.Schema.Field(last) == nil {
		return batch.Value{}, nil
	}
	return fieldOf(st, last, withDefault), nil
}

// inMap returns the value of the field in m. Source: SingleFieldPath.valueFrom(Map).
func (p fieldPath) inMap(m *batch.MapValue) (batch.Value, error) {
	before, last, err := p.split()
	if err != nil {
		return batch.Value{}, err
	}
	for _, name := range before {
		v, _ := m.Get(batch.StringValue(name))
		if v.IsNull() {
			return batch.Value{}, nil
		}
		if m, err = requireMap(v, nestedAccess); err != nil {
			return batch.Value{}, err
		}
	}
	v, _ := m.Get(batch.StringValue(last))
	return v, nil
}
