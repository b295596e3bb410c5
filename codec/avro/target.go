package avro

import (
	"slices"

	"github.com/millrace/millrace/codec/internal/fill"
)

// newTarget returns the tree of columns that st fills in domain d.
func newTarget(st *step, d *fill.Domain, nullable bool) *fill.Column {
	isNull := func(s step) bool { return s.op == readNothing }
	t := d.Add(st.schema, nullable || st.nullable || st.op == readUnion && slices.ContainsFunc(st.sub, isNull))
	t.SchemaScale = true
	switch st.op {
	case readEnum:
		t.Symbols = st.text
	case readArray, readMap:
		for i := range st.sub {
			t.Sub = append(t.Sub, newTarget(&st.sub[i], t.Elems, false))
		}
	case readStruct:
		for i := range st.sub {
			t.Sub = append(t.Sub, newTarget(&st.sub[i], d, false))
		}
	case readUnion:
		for i := range st.sub {
			if isNull(st.sub[i]) {
				t.Sub = append(t.Sub, nil)
			} else {
				t.Sub = append(t.Sub, newTarget(&st.sub[i], d, true))
			}
		}
	}
	return t
}
