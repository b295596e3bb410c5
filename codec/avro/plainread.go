package avro

import (
	"math"
	"slices"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// Bounds of what a row may hold. Java has none but its memory and its stack.
const (
	anythingDepthMax = 500 // schemaless values in each other
	emptyItemsFree   = 64  // items of no bytes, such as empty records, beside as many as the row has bytes
)

// plainReader reads one row, a value at a time, the way the original does: first the bytes, then what they mean.
// A row whose bytes are wrong has failed; of what else is wrong with it the first is kept.
type plainReader struct {
	*data
	items
	err error // what the original says of data that it could read
}

// plainRead reads a value of Avro type a under s, schemaless where s is nil, and returns where it ends. Errors: errBytes, or the original's.
func (d *data) plainRead(b []byte, s *batch.Schema, a *Schema) (v batch.Value, end int, err error) {
	r := plainReader{data: d, items: newItems(b)}
	v = r.value(s, a)
	if r.failed() {
		return batch.Value{}, -1, errBytes
	}
	return v, r.at, r.err
}

// errBytes says that bytes are no value of their schema.
var errBytes = codec.Data("malformed Avro data")

// refuse keeps the first complaint.
func (r *plainReader) refuse(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *plainReader) value(s *batch.Schema, a *Schema) batch.Value {
	if s == nil {
		return r.anything(0)
	}
	if a.Type == Union {
		return r.union(s, a)
	}
	v := r.plain(s, a)
	if r.failed() || v.IsNull() {
		return v
	}
	v, err := logicalValue(s, v)
	if err != nil {
		r.refuse(err)
	}
	return v
}

// plain reads a value that is no union, its logical type not applied.
func (r *plainReader) plain(s *batch.Schema, a *Schema) batch.Value {
	switch a.Type {
	case Int:
		return batch.IntValue(s.Kind(), int64(r.int()))
	case Long:
		return batch.Int64Value(r.long())
	case Float:
		if b := r.take(4); b != nil {
			return batch.Float32Value(math.Float32frombits(le32(b)))
		}
	case Double:
		if b := r.take(8); b != nil {
			return batch.Float64Value(math.Float64frombits(le64(b)))
		}
	case Boolean:
		if b := r.take(1); b != nil {
			return batch.BooleanValue(b[0] == 1)
		}
	case String:
		return batch.StringValue(r.text())
	case Bytes:
		return batch.BytesValue(append([]byte{}, r.take(r.long())...))
	case Fixed:
		return batch.BytesValue(append([]byte{}, r.take(int64(a.Size))...))
	case Enum:
		if n := r.int(); !r.failed() && n >= 0 && int(n) < len(a.Symbols) {
			return batch.StringValue(a.Symbols[n])
		}
		r.fail()
	case Array:
		if s.Kind() == batch.KindMap {
			return r.entries(s, a.Elem)
		}
		var out []batch.Value
		r.each(a.Elem, func() { out = append(out, r.value(s.Elem(), a.Elem)) })
		return batch.ArrayValue(out)
	case Map:
		return r.stringMap(s, a)
	case Record:
		return r.record(s, a)
	}
	return batch.Value{}
}

func (r *plainReader) text() string {
	return string(java.AppendUTF8(nil, r.take(r.long())))
}

// each reads blocks of items of type a with read.
func (r *plainReader) each(a *Schema, read func()) {
	least := leastBytes(a, map[*Schema]bool{})
	r.blocks(least, read)
}

func (r *plainReader) blocks(least int64, read func()) {
	for n := r.block(); n > 0; n = r.block() {
		if !r.mayHold(n, least) {
			r.fail()
			return
		}
		for ; n > 0 && !r.failed(); n-- {
			read()
		}
	}
}

func (r *plainReader) record(s *batch.Schema, a *Schema) batch.Value {
	out := batch.NewStructValue(s)
	for i := range a.Fields {
		f := &s.Fields()[i]
		v := r.value(f.Schema, a.Fields[i].Schema)
		if r.failed() {
			return batch.Value{}
		}
		out.Fields[i] = v
	}
	return batch.StructValueOf(out)
}

func (r *plainReader) stringMap(s *batch.Schema, a *Schema) batch.Value {
	m := &batch.MapValue{}
	before := r.err
	refused := map[string]error{} // by key: of equal keys the last one's value counts, the others mean nothing
	first := int64(-1)
	least := 1 + leastBytes(a.Elem, map[*Schema]bool{})
	for n := r.block(); n > 0; n = r.block() {
		if first < 0 {
			first = n
		}
		if !r.mayHold(n, least) {
			r.fail()
			return batch.Value{}
		}
		for ; n > 0 && !r.failed(); n-- {
			k := batch.StringValue(string(r.take(r.long()))) // as bytes: the first of the original's maps has them so
			r.err = nil
			m.Put(k, r.value(s.Elem(), a.Elem))
			refused[k.Str()] = r.err
		}
	}
	r.err = before
	for _, k := range m.Keys {
		if err := refused[k.Str()]; err != nil {
			r.refuse(err)
		}
	}
	return batch.MapValueOf(textMapOrder(m, int(max(first, 0))))
}

func (r *plainReader) entries(s *batch.Schema, entry *Schema) batch.Value {
	m := &batch.MapValue{}
	count := 0
	r.each(entry, func() {
		var k, v batch.Value
		for i := range entry.Fields {
			if entry.Fields[i].Name == keyField {
				k = r.value(s.Key(), entry.Fields[i].Schema)
			} else {
				v = r.value(s.Elem(), entry.Fields[i].Schema)
			}
		}
		count++
		if !r.failed() {
			m.Put(k, v)
		}
	})
	return batch.MapValueOf(entryOrder(m, count))
}

// union reads a union: one type and null, or a struct with one member for each branch.
func (r *plainReader) union(s *batch.Schema, a *Schema) batch.Value {
	n := r.int()
	if r.failed() || n < 0 || int(n) >= len(a.Types) {
		r.fail()
		return batch.Value{}
	}
	branch := a.Types[n]
	if branch.Type == Null {
		return batch.Value{}
	}
	if one, _ := (&schemaReader{data: r.data}).single(a); one != nil {
		return r.value(s, branch)
	}
	own := int(n)
	for _, t := range a.Types[:n] {
		if t.Type == Null {
			own--
		}
	}
	start := r.at
	v := r.value(s.Fields()[own].Schema, branch)
	if r.failed() {
		return batch.Value{}
	}
	bytes := int(-1)
	if branch.Type == Bytes {
		_, head := varint(r.b, start)
		bytes = r.at - head
	}
	at := r.unionMember(s, branch, own, bytes)
	if at < 0 {
		r.refuse(codec.Data("Did not find matching union field for data"))
		return batch.Value{}
	}
	f := &s.Fields()[at]
	if at != own { // bytes read as a fixed, or the other way round
		r.at = start
		if v = r.value(f.Schema, branch); r.failed() {
			return batch.Value{}
		}
	}
	out := batch.NewStructValue(s)
	if err := out.Put(r.putName(f.Schema, at), v); err != nil {
		r.refuse(err)
	}
	return batch.StructValueOf(out)
}

// unionMember returns the member of the struct s that the original gives a value of a branch to: the first whose class the value has; -1
// where none has. own is the member that was made for the branch, bytes how many a BYTES value has.
func (d *data) unionMember(s *batch.Schema, branch *Schema, own, bytes int) int {
	for i := range s.Fields() {
		f := s.Fields()[i].Schema
		if isEnum(f) {
			if name, ok := f.Param(d.enumKey()); ok && branch.Type == Enum && branch.FullName() == name {
				return i
			}
			continue
		}
		switch branch.Type {
		case Record:
			if i == own && !hasStructDefault(f) {
				return i
			}
		case Enum:
		case Bytes, Fixed:
			if f.Kind() != batch.KindBytes {
				continue
			}
			if !isFixed(f) || branch.Type == Fixed && d.memberName(branch, i) == d.putName(f, i) {
				return i
			}
			if size, _ := f.Param(paramFixedSize); branch.Type == Bytes && size == strconv.Itoa(bytes) {
				return i
			}
		case Map:
			if f.Kind() == batch.KindMap {
				return i
			}
		default:
			if f.Kind() == classOf(branch.Type) {
				return i
			}
		}
	}
	return -1
}

// hasStructDefault reports whether s, or a schema in it, has a default that is a struct. The original finds the member of a record by comparing its
// schema with one that it makes anew, and no two such defaults are equal there: each refers to the builder of its own schema.
// Source: AvroData.schemaEquals.
func hasStructDefault(s *batch.Schema) bool {
	if s == nil {
		return false
	}
	return s.Default().Struct() != nil || hasStructDefault(s.Key()) || hasStructDefault(s.Elem()) ||
		slices.ContainsFunc(s.Fields(), func(f batch.Field) bool { return hasStructDefault(f.Schema) })
}

// putName is the name under which a value is put into the member of schema s. Source: AvroData.unionMemberFieldName.
func (d *data) putName(s *batch.Schema, place int) string {
	if d.generalized {
		return generalField + strconv.Itoa(place)
	}
	if s.Kind() == batch.KindStruct || isEnum(s) || isFixed(s) {
		if !s.HasName() {
			return "null"
		}
		if d.enhanced {
			return scrubbedFull(s.Name(), d.scrub)
		}
		_, name := splitName(s.Name(), d.scrub)
		return name
	}
	switch s.Kind() {
	case batch.KindArray:
		return Array.String()
	case batch.KindMap:
		return Map.String()
	}
	return primitives[s.Kind()].String()
}

// anything reads a schemaless value: the first member that is not null.
func (r *plainReader) anything(depth int) batch.Value {
	if depth > anythingDepthMax {
		r.fail()
		return batch.Value{}
	}
	var out batch.Value
	for k := range anyMembers {
		n := r.int()
		if r.failed() || n < 0 || n > 1 {
			r.fail()
			return batch.Value{}
		}
		if n == 0 {
			continue
		}
		v := r.member(k, depth)
		if out.IsNull() {
			out = v
		}
	}
	return out
}

func (r *plainReader) member(k, depth int) batch.Value {
	const least = int64(anyMembers)
	switch k {
	case anyArray:
		var out []batch.Value
		r.blocks(least, func() { out = append(out, r.anything(depth+1)) })
		return batch.ArrayValue(out)
	case anyMap:
		m := &batch.MapValue{}
		count := 0
		r.blocks(2*least, func() {
			key := r.anything(depth + 1)
			value := r.anything(depth + 1)
			count++
			m.Put(key, value)
		})
		return batch.MapValueOf(entryOrder(m, count))
	}
	of := anything.Fields[k].Schema.Types[1]
	return r.plain(batch.Of(classOf(of.Type), false), of)
}
