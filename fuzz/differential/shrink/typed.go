package shrink

import (
	"math"
	"slices"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// simplerTyped yields simpler pairs of schema and value that still belong together.
func simplerTyped(t protocol.Typed, yield func(protocol.Typed) bool) bool {
	if t.Schema == nil && t.Value.Tag == protocol.Null {
		return true
	}
	return yield(protocol.Typed{}) && plainerSchema(t, yield) && inner(t, yield) && plainerValue(t, yield)
}

// plainerSchema drops what a schema carries beside its type.
func plainerSchema(t protocol.Typed, yield func(protocol.Typed) bool) bool {
	s := t.Schema
	if s == nil {
		return true
	}
	edit := func(when bool, change func(*protocol.Schema)) bool {
		if !when {
			return true
		}
		c := s.Clone()
		change(c)
		return yield(protocol.Typed{Schema: c, Value: t.Value})
	}
	return edit(s.Default.Tag != protocol.Null, func(c *protocol.Schema) { c.Default = protocol.Value{} }) &&
		edit(s.Doc != nil, func(c *protocol.Schema) { c.Doc = nil }) &&
		edit(s.Name != nil, func(c *protocol.Schema) {
			c.Name = nil
			if c.Default.Tag == protocol.Millis || c.Default.Tag == protocol.Decimal { // no default but of the schema that had the name
				c.Default = protocol.Value{}
			}
		}) &&
		edit(s.Version != nil, func(c *protocol.Schema) { c.Version = nil }) &&
		edit(len(s.Parameters) > 0, func(c *protocol.Schema) { c.Parameters = nil }) &&
		edit(s.Optional && t.Value.Tag != protocol.Null, func(c *protocol.Schema) { c.Optional = false }) &&
		yield(protocol.Typed{Value: t.Value}) &&
		(t.Value.Tag == protocol.Null || yield(protocol.Typed{Schema: s}))
}

// inner takes parts out of containers, puts a part in the container's place, and simplifies parts where they stand.
func inner(t protocol.Typed, yield func(protocol.Typed) bool) bool {
	switch t.Value.Tag {
	case protocol.StructOf:
		return innerStruct(t, yield)
	case protocol.List:
		return innerList(t, 1, yield)
	case protocol.MapOf:
		return innerList(t, 2, yield)
	}
	if s := t.Schema; s != nil && t.Value.Tag == protocol.Null {
		for i := range s.Fields {
			c := s.Clone()
			c.Default, c.Fields = protocol.Value{}, slices.Delete(c.Fields, i, i+1)
			if !yield(protocol.Typed{Schema: c}) || !yield(protocol.Typed{Schema: s.Fields[i].Schema}) {
				return false
			}
		}
	}
	return true
}

func innerStruct(t protocol.Typed, yield func(protocol.Typed) bool) bool {
	own := t.Value.Own
	s := own
	if s == nil {
		s = t.Schema
	}
	if s == nil || len(s.Fields) != len(t.Value.Items) {
		return true
	}
	rebuilt := func(s *protocol.Schema, v protocol.Value) protocol.Typed {
		s.Default = protocol.Value{}
		if own != nil {
			v.Own = s
			return protocol.Typed{Schema: t.Schema, Value: v}
		}
		return protocol.Typed{Schema: s, Value: v}
	}
	for i := range s.Fields {
		c, v := s.Clone(), t.Value.Clone()
		c.Fields = slices.Delete(c.Fields, i, i+1)
		v.Names, v.Items = slices.Delete(v.Names, i, i+1), slices.Delete(v.Items, i, i+1)
		if !yield(rebuilt(c, v)) {
			return false
		}
		part := protocol.Typed{Schema: s.Fields[i].Schema, Value: t.Value.Items[i]}
		if !yield(part) {
			return false
		}
		ok := simplerTyped(part, func(p protocol.Typed) bool {
			if p.Schema == nil {
				return true
			}
			c, v := s.Clone(), t.Value.Clone()
			c.Fields[i].Schema, v.Items[i] = p.Schema, p.Value
			return yield(rebuilt(c, v))
		})
		if !ok {
			return false
		}
	}
	return true
}

// innerList treats lists (step 1) and maps (step 2). Schemas of items change only where one entry is left to agree with them.
func innerList(t protocol.Typed, step int, yield func(protocol.Typed) bool) bool {
	items := t.Value.Items
	for at := 0; at < len(items); at += step {
		v := t.Value.Clone()
		v.Items = slices.Delete(v.Items, at, at+step)
		if !yield(protocol.Typed{Schema: t.Schema, Value: v}) {
			return false
		}
	}
	for at := range items {
		part := protocol.Typed{Schema: partSchema(t.Schema, step, at), Value: items[at]}
		if !yield(part) || t.Schema != nil && !yield(protocol.Typed{Schema: t.Schema, Value: items[at]}) {
			return false
		}
		ok := simplerTyped(part, func(p protocol.Typed) bool {
			v := t.Value.Clone()
			v.Items[at] = p.Value
			if t.Schema == nil {
				return p.Schema != nil || yield(protocol.Typed{Value: v})
			}
			if p.Schema == nil && part.Schema != nil {
				return true
			}
			c := t.Schema.Clone()
			if p.Schema != nil && len(items) == step {
				c.Default = protocol.Value{}
				setPartSchema(c, step, at, p.Schema)
			}
			return yield(protocol.Typed{Schema: c, Value: v})
		})
		if !ok {
			return false
		}
	}
	return true
}

func partSchema(s *protocol.Schema, step, at int) *protocol.Schema {
	switch {
	case s == nil:
		return nil
	case step == 1:
		return s.Items
	case at%2 == 0:
		return s.Keys
	}
	return s.Values
}

func setPartSchema(s *protocol.Schema, step, at int, part *protocol.Schema) {
	switch {
	case step == 1:
		s.Items = part
	case at%2 == 0:
		s.Keys = part
	default:
		s.Values = part
	}
}

// plainerValue shortens texts and brings numbers toward 0.
func plainerValue(t protocol.Typed, yield func(protocol.Typed) bool) bool {
	v := t.Value
	with := func(change func(*protocol.Value)) bool {
		c := v
		change(&c)
		return yield(protocol.Typed{Schema: t.Schema, Value: c})
	}
	switch v.Tag {
	case protocol.I8, protocol.I16, protocol.I32, protocol.I64, protocol.Millis:
		for _, i := range []int64{0, 1, v.Int / 2, v.Int - 1, v.Int + 1, -v.Int} {
			if !with(func(c *protocol.Value) { c.Int = i }) {
				return false
			}
		}
	case protocol.F32, protocol.F64:
		for _, f := range []float64{0, 1, 1.5, math.Trunc(v.Float), v.Float / 2} {
			if v.Tag == protocol.F32 {
				f = float64(float32(f))
			}
			if !with(func(c *protocol.Value) { c.Float = f }) {
				return false
			}
		}
	case protocol.Bool:
		return with(func(c *protocol.Value) { c.Int = 1 })
	case protocol.Str:
		return shorterTexts(v.Text, func(s string) bool { return with(func(c *protocol.Value) { c.Text = s }) })
	case protocol.Bin:
		return shorterBytes([]byte(v.Text), func(b []byte) bool { return with(func(c *protocol.Value) { c.Text = string(b) }) })
	case protocol.Decimal:
		for _, digits := range []string{"0", "1", v.Text[:(len(v.Text)+1)/2]} {
			if digits != "-" && !with(func(c *protocol.Value) { c.Text = digits }) {
				return false
			}
		}
	}
	return true
}
