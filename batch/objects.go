package batch

import (
	"encoding/binary"
	"slices"

	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
)

// DynamicDepthMax is how deep arrays and maps of a dynamic column lie in columns; what is deeper is
// packed, so that a deep value does not make a column per level.
const DynamicDepthMax = 32

// DynamicColumn lays schemaless values out as a dynamic column of b.
//
// Members of objects that are in at least 1 of DynamicShare rows become Fields, the most frequent
// DynamicFieldsMax of them; all others go to the Rest of their row: so the columns take at most
// DynamicShare times as many slots as there are members, and the rest as many bytes as the input.
// linked says that maps iterate in member order. Structs are shared with the Values.
func (b *Batch) DynamicColumn(values []Value, linked bool) *Column {
	return (&layout{b: b, linked: linked}).column(values, 0)
}

// layout turns values into columns; scratch is shared by all levels.
type layout struct {
	b      *Batch
	linked bool
	key    []byte // a shape's fields, as text for lookup
}

// column lays out one level. TagAbsent values stand for rows without the member.
func (l *layout) column(values []Value, depth int) *Column {
	c := l.b.NewDynamic(len(values))
	c.Dyn.Linked = l.linked
	w := columnWriter{layout: l, c: c, depth: depth}
	if depth < DynamicDepthMax {
		w.chooseFields(values)
	}
	for i := range values {
		w.row(i, values[i])
	}
	w.finish()
	return c
}

// columnWriter writes one dynamic column.
type columnWriter struct {
	*layout
	c     *Column
	depth int
	text  []byte

	fields map[string]int32
	cells  [][]Value // per field, one per row
	shapes map[string]int32
	places []int32 // scratch: the fields of one object

	elems, keys, values []Value
}

// chooseFields finds the members that get columns.
func (w *columnWriter) chooseFields(values []Value) {
	type member struct {
		name  string
		count int
	}
	var found []member
	index := map[string]int{}
	for i := range values {
		m := values[i].Map()
		if m == nil || values[i].tag != TagMap || !stringKeys(m) {
			continue
		}
		for k := range m.Keys {
			name := m.Keys[k].str
			at, ok := index[name]
			if !ok {
				at = len(found)
				index[name] = at
				found = append(found, member{name: name})
			}
			found[at].count++
		}
	}
	if len(found) == 0 {
		return
	}
	frequent := found[:0]
	for _, m := range found {
		if m.count*DynamicShare >= len(values) {
			frequent = append(frequent, m)
		}
	}
	if len(frequent) > DynamicFieldsMax {
		slices.SortStableFunc(frequent, func(a, b member) int { return b.count - a.count })
		frequent = frequent[:DynamicFieldsMax]
	}
	w.fields = make(map[string]int32, len(frequent))
	for _, m := range frequent {
		w.fields[m.name] = int32(len(w.cells))
		cells := make([]Value, len(values))
		for i := range cells {
			cells[i].tag = TagAbsent
		}
		w.cells = append(w.cells, cells)
		w.c.Dyn.Fields = append(w.c.Dyn.Fields, DynamicField{Name: m.name})
	}
}

// stringKeys reports whether every key is a string.
func stringKeys(m *MapValue) bool {
	for i := range m.Keys {
		if m.Keys[i].tag != TagString {
			return false
		}
	}
	return true
}

// row writes one value.
func (w *columnWriter) row(i int, v Value) {
	d := w.c.Dyn
	d.Tags[i] = v.tag
	switch v.tag {
	case TagString:
		start := len(w.text)
		w.text = append(w.text, v.str...)
		w.view(i, start)
	case TagBytes:
		start := len(w.text)
		w.text = append(w.text, v.Bytes()...)
		w.view(i, start)
	case TagDecimal:
		start := len(w.text)
		dec := v.Decimal()
		w.text = binary.BigEndian.AppendUint32(w.text, uint32(dec.Scale))
		w.text = java.AppendBigBytes(w.text, dec.Unscaled)
		w.view(i, start)
	case TagStruct:
		d.Slots[i] = uint64(len(d.Boxed))
		d.Boxed = append(d.Boxed, v)
	case TagArray, TagMap:
		w.nested(i, v)
	default:
		d.Slots[i] = slotOf(v)
	}
}

// nested writes an array or a map.
func (w *columnWriter) nested(i int, v Value) {
	d := w.c.Dyn
	if w.depth >= DynamicDepthMax {
		d.Tags[i] = TagPacked
		start := len(w.text)
		w.text = d.AppendPacked(w.text, v)
		w.view(i, start)
		return
	}
	if v.tag == TagArray {
		a := v.Array()
		d.Views()[i] = View{Pos: uint32(len(w.elems)), Len: uint32(len(a))}
		w.elems = append(w.elems, a...)
		return
	}
	m := v.Map()
	if !stringKeys(m) {
		d.Tags[i] = TagEntries
		d.Views()[i] = View{Pos: uint32(len(w.keys)), Len: uint32(len(m.Keys))}
		w.keys = append(w.keys, m.Keys...)
		w.values = append(w.values, m.Values...)
		return
	}
	w.object(i, m)
}

// object writes a map of named members.
func (w *columnWriter) object(i int, m *MapValue) {
	d := w.c.Dyn
	w.places = w.places[:0]
	start := len(w.text)
	rest := false
	for k := range m.Keys {
		if f, ok := w.fields[m.Keys[k].str]; ok {
			w.places = append(w.places, f)
			w.cells[f][i] = m.Values[k]
			continue
		}
		rest = true
		w.text = d.AppendRest(w.text, k, m.Keys[k].str, m.Values[k])
	}
	if rest {
		if w.c.Views == nil {
			w.c.Views = mem.Zeroed[View](&w.b.Arena, w.c.n)
		}
		w.c.Views[i] = View{Pos: uint32(start) | InArena, Len: uint32(len(w.text) - start)}
	}
	d.Slots[i] = uint64(w.shape(rest))
}

// shape returns the number of the shape with the fields in w.places.
func (w *columnWriter) shape(rest bool) int32 {
	w.key = w.key[:0]
	if rest {
		w.key = append(w.key, 1)
	}
	for _, f := range w.places {
		w.key = binary.LittleEndian.AppendUint16(w.key, uint16(f))
	}
	if at, ok := w.shapes[string(w.key)]; ok {
		return at
	}
	if w.shapes == nil {
		w.shapes = map[string]int32{}
	}
	d := w.c.Dyn
	at := int32(len(d.Shapes))
	w.shapes[string(w.key)] = at
	d.Shapes = append(d.Shapes, Shape{Fields: copyTo(w.b, w.places), Rest: rest})
	return at
}

// view points row i at the text since start.
func (w *columnWriter) view(i, start int) {
	w.c.Dyn.Views()[i] = View{Pos: uint32(start) | InArena, Len: uint32(len(w.text) - start)}
}

// finish writes the levels below and hands the text over.
func (w *columnWriter) finish() {
	d := w.c.Dyn
	for f := range d.Fields {
		d.Fields[f].Column = w.column(w.cells[f], w.depth+1)
		w.cells[f] = nil
	}
	if w.elems != nil {
		d.Elems = w.column(w.elems, w.depth+1)
	}
	if w.keys != nil {
		d.Keys = w.column(w.keys, w.depth+1)
		d.Values = w.column(w.values, w.depth+1)
	}
	if len(w.text) > 0 {
		w.c.Bufs[1] = w.b.Arena.Bytes(len(w.text))
		copy(w.c.Bufs[1], w.text)
	}
	d.settle()
}
