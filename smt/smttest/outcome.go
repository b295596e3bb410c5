package smttest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
)

// Outcome tells what became of every row of a batch after a transform, by row: the record that it is in b or
// one of the forks, or the class and text of its error. Rows that were dropped are not in it. The order of a
// map's entries does not count; everything else does, schemas with all their properties.
func Outcome(b *batch.Batch, more []*batch.Batch) map[int32]string {
	out := map[int32]string{}
	for _, x := range append([]*batch.Batch{b}, more...) {
		for r := range x.Rows() {
			if _, twice := out[r.Index()]; twice {
				out[r.Index()] += "\nand again "
			}
			out[r.Index()] += Record(r)
		}
		for _, e := range x.Status.Errors() {
			out[e.Row] += "failed: " + failure(e.Err)
		}
	}
	return out
}

// failure is the Java class and the text of an error.
func failure(err error) string {
	if j, ok := err.(interface{ JavaClass() string }); ok {
		return j.JavaClass() + ": " + err.Error()
	}
	return err.Error()
}

// Record is everything that a row carries, as text.
func Record(r batch.Row) string {
	var s strings.Builder
	fmt.Fprintf(&s, "topic %q, partition %d, timestamp %d", r.Topic(), r.Partition(), r.Timestamp())
	typed := func(what string, schema *batch.Schema, v batch.Value) {
		fmt.Fprintf(&s, ", %s %s %s", what, schemaText(schema), batch.AppendLiteral(nil, nil, sorted(v)))
	}
	typed("key", r.KeySchema(), r.Key())
	typed("value", r.ValueSchema(), r.Value())
	for _, h := range r.Headers() {
		typed(fmt.Sprintf("header %q %x", h.Key, h.Raw), h.Schema, h.Value)
	}
	return s.String()
}

// schemaText is a schema with all its properties.
func schemaText(s *batch.Schema) string {
	if s == nil {
		return "schemaless"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%v", s)
	if s.HasName() {
		fmt.Fprintf(&out, " name %q", s.Name())
	}
	if s.HasVersion() {
		fmt.Fprintf(&out, " version %d", s.Version())
	}
	if s.HasDoc() {
		fmt.Fprintf(&out, " doc %q", s.Doc())
	}
	params := slices.Clone(s.Params())
	slices.SortFunc(params, func(a, b batch.Param) int { return strings.Compare(a.Key, b.Key) })
	for _, p := range params {
		fmt.Fprintf(&out, " parameter %q=%q", p.Key, p.Value)
	}
	for _, f := range s.Fields() {
		fmt.Fprintf(&out, " %q{%s}", f.Name, schemaText(f.Schema))
	}
	for _, below := range []*batch.Schema{s.Key(), s.Elem()} {
		if below != nil {
			fmt.Fprintf(&out, " [%s]", schemaText(below))
		}
	}
	return out.String()
}

// sorted returns v with the entries of its maps in a fixed order.
func sorted(v batch.Value) batch.Value {
	switch v.Tag() {
	case batch.TagArray:
		out := make([]batch.Value, len(v.Array()))
		for i, e := range v.Array() {
			out[i] = sorted(e)
		}
		return batch.ArrayValue(out)
	case batch.TagMap:
		m := v.Map()
		order := make([]int, len(m.Keys))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return bytes.Compare(m.Keys[a].AppendKey(nil), m.Keys[b].AppendKey(nil)) })
		out := &batch.MapValue{}
		for _, i := range order {
			out.Keys, out.Values = append(out.Keys, m.Keys[i]), append(out.Values, sorted(m.Values[i]))
		}
		return batch.MapValueOf(out)
	}
	return v
}
