package explain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
)

// line is one value of a record: where it is, and its text.
type line struct{ path, text string }

// lines lists the values of a record. Structs and objects are their members, named schemas and empty or
// null containers lines of their own.
func (s *State) lines() []line {
	out := []line{{"topic", s.Topic}}
	if s.Partition != batch.NoPartition {
		out = append(out, line{"partition", strconv.Itoa(int(s.Partition))})
	}
	if s.Timestamp != batch.NoTimestamp {
		out = append(out, line{"timestamp", strconv.FormatInt(s.Timestamp, 10)})
	}
	out = appendLines(out, "key", s.KeySchema, s.Key)
	out = appendLines(out, "value", s.ValueSchema, s.Value)
	for _, h := range s.Headers {
		path := "headers." + member(h.Key)
		if h.Decoded {
			out = appendLines(out, path, h.Schema, h.Value)
		} else {
			out = append(out, line{path, textOfBytes(h.Raw)})
		}
	}
	return out
}

// member is a name in a path, quoted where it is not plain.
func member(name string) string {
	if name == "" || strings.ContainsAny(name, ". \t\n\"=[]") {
		return strconv.Quote(name)
	}
	return name
}

func appendLines(out []line, path string, s *batch.Schema, v batch.Value) []line {
	switch v.Tag() {
	case batch.TagStruct:
		own := v.Struct().Schema
		fields := own.Fields()
		if own.HasName() || own.HasVersion() || len(fields) == 0 {
			out = append(out, line{path, "struct" + schemaName(own)})
		}
		for _, f := range fields {
			m, _ := v.Struct().Field(f.Name)
			out = appendLines(out, path+"."+member(f.Name), f.Schema, m)
		}
		return out
	case batch.TagMap:
		m := v.Map()
		for _, k := range m.Keys {
			if k.Tag() != batch.TagString {
				return append(out, line{path, leaf(s, v)})
			}
		}
		if len(m.Keys) == 0 || s != nil && s.HasName() {
			out = append(out, line{path, "map" + schemaName(s)})
		}
		for i, k := range m.Keys {
			var elem *batch.Schema
			if s != nil {
				elem = s.Elem()
			}
			out = appendLines(out, path+"."+member(k.Str()), elem, m.Values[i])
		}
		return out
	}
	return append(out, line{path, leaf(s, v)})
}

func schemaName(s *batch.Schema) string {
	text := ""
	if s != nil && s.HasName() {
		text += " " + strconv.Quote(s.Name())
	}
	if s != nil && s.HasVersion() {
		text += fmt.Sprintf(" version %d", s.Version())
	}
	return text
}

// leaf is a value with its type, where it has a schema; strings are quoted.
func leaf(s *batch.Schema, v batch.Value) string {
	var text []byte
	if v.Tag() == batch.TagString {
		text = strconv.AppendQuote(nil, v.Str())
	} else {
		text = batch.AppendLiteral(nil, s, v)
	}
	if s == nil {
		return string(text)
	}
	return string(text) + "  " + typeText(s)
}

// typeText is a schema for a reader; nil is schemaless.
func typeText(s *batch.Schema) string { return string(batch.AppendSchema(nil, s)) }

// textOfBytes shows bytes as text where they are some.
func textOfBytes(b []byte) string {
	if b == nil {
		return "null"
	}
	for _, c := range string(b) {
		if c < ' ' && c != '\n' && c != '\t' || c == '\ufffd' {
			return fmt.Sprintf("0x%x", b)
		}
	}
	return string(b)
}

// diff lists what changed from a to b: lines with - and +, a changed value as both.
func diff(a, b *State) []string { return diffLines(a.lines(), b.lines()) }

func diffLines(old, now []line) []string {
	before, after := map[string][]string{}, map[string][]string{}
	for _, l := range old {
		before[l.path] = append(before[l.path], l.text)
	}
	for _, l := range now {
		after[l.path] = append(after[l.path], l.text)
	}
	var out []string
	done := map[string]bool{}
	for _, l := range old {
		if done[l.path] || equalTexts(before[l.path], after[l.path]) {
			continue
		}
		done[l.path] = true
		for _, t := range before[l.path] {
			out = append(out, "- "+l.path+" = "+t)
		}
		for _, t := range after[l.path] {
			out = append(out, "+ "+l.path+" = "+t)
		}
	}
	for _, l := range now {
		if len(before[l.path]) == 0 {
			out = append(out, "+ "+l.path+" = "+l.text)
		}
	}
	return out
}

func equalTexts(a, b []string) bool { return strings.Join(a, "\x00") == strings.Join(b, "\x00") }
