package avro

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// plainWriter writes one row, a value at a time, the way the original does: what it says of a value comes before what the
// serializer says of any. dst grows; it holds anything after an error. Source: AvroData.fromConnectData.
type plainWriter struct {
	*data
	dst    []byte
	serial error // what Avro's writer says: the first
}

// plainAppend appends a record, a value of s, which is not null, as Avro type a. Errors: those of the original's conversion, or, wrapped
// in serialError, of its serializer; dst is then unchanged.
func (d *data) plainAppend(dst []byte, s *batch.Schema, a *Schema, v batch.Value) ([]byte, error) {
	if a.Type == Bytes { // the bytes of a record are the value itself
		raw, err := d.rawBytes(s, v)
		return append(dst, raw...), err
	}
	return d.plainAppendValue(dst, s, a, v)
}

// plainAppendValue is plainAppend for a value that other bytes may follow.
func (d *data) plainAppendValue(dst []byte, s *batch.Schema, a *Schema, v batch.Value) ([]byte, error) {
	w := plainWriter{data: d, dst: dst}
	if err := w.value(s, a, v); err != nil {
		return dst, err
	}
	if w.serial != nil {
		return dst, &serialError{w.serial}
	}
	return w.dst, nil
}

// serialError marks what Avro's writer throws.
type serialError struct{ cause error }

func (e *serialError) Error() string { return e.cause.Error() }

// rawBytes returns the bytes of a value of Avro type bytes.
func (d *data) rawBytes(s *batch.Schema, v batch.Value) ([]byte, error) {
	plain, err := plainValue(s, v)
	if err != nil {
		return nil, err
	}
	if plain.Tag() != batch.TagBytes {
		return nil, invalidType(s, plain)
	}
	return plain.Bytes(), nil
}

// refuse keeps the first complaint of Avro's writer.
func (w *plainWriter) refuse(err error) {
	if w.serial == nil {
		w.serial = err
	}
}

func (w *plainWriter) long(v int64) { w.dst = binary.AppendVarint(w.dst, v) }

func (w *plainWriter) bytes(b []byte) {
	w.long(int64(len(b)))
	w.dst = append(w.dst, b...)
}

func (w *plainWriter) text(s string) {
	w.bytes(java.AppendEncodedUTF8(nil, []byte(s)))
}

func invalidType(s *batch.Schema, v batch.Value) error {
	return codec.Data("Invalid type for %s: class %s", s.Kind(), v.Tag().JavaClass())
}

func nullRequired() error { return codec.Data("Found null value for non-optional schema") }

// value writes v under s as a, which may be a union.
func (w *plainWriter) value(s *batch.Schema, a *Schema, v batch.Value) error {
	if s == nil {
		return w.anything(v)
	}
	if v.IsNull() {
		if !s.Optional() {
			return nullRequired()
		}
		w.branch(a, Null.String())
		return nil
	}
	v, err := plainValue(s, v)
	if err != nil {
		return err
	}
	if s.Kind() == batch.KindStruct && isUnion(s) {
		return w.union(s, a, v)
	}
	if a.Type == Union {
		if a, err = w.branchOf(s, a); err != nil {
			return err
		}
	}
	return w.plain(s, a, v)
}

// branch writes the index of a union's branch.
func (w *plainWriter) branch(a *Schema, name string) {
	at := a.branch(name)
	if at < 0 {
		w.refuse(typeError("Not in union " + a.String() + ": " + name))
	}
	w.long(int64(at))
}

// branchOf writes the index of the branch that values of s belong to, and returns the branch.
func (w *plainWriter) branchOf(s *batch.Schema, a *Schema) (*Schema, error) {
	at := w.ownBranch(s, a)
	if at < 0 {
		if isFixed(s) {
			size, _ := s.Param(paramFixedSize)
			return nil, codec.Data("Fixed size %s not in union %s", size, a)
		}
		return nil, avroError("Not in union " + a.String())
	}
	w.long(int64(at))
	return a.Types[at], nil
}

// ownBranch returns the branch of a union that values of s belong to, -1 without one.
func (d *data) ownBranch(s *batch.Schema, a *Schema) int {
	for i, t := range a.Types {
		switch t.Type {
		case Record:
			if s.Kind() == batch.KindStruct && (t.FullName() == scrubbedFull(s.Name(), d.scrub) || !s.HasName() && strings.HasPrefix(t.FullName(), defaultFullName)) {
				return i
			}
		case Enum:
			if name, ok := s.Param(d.enumKey()); ok && isEnum(s) && t.FullName() == name {
				return i
			}
		case Fixed:
			size, _ := s.Param(paramFixedSize)
			if isFixed(s) && size == strconv.Itoa(int(t.Size)) && d.memberName(t, i) == d.putName(s, i) {
				return i
			}
		case Array:
			if s.Kind() == batch.KindArray || s.Kind() == batch.KindMap && !d.stringKeyed(s) {
				return i
			}
		case Map:
			if s.Kind() == batch.KindMap && d.stringKeyed(s) {
				return i
			}
		default:
			if s.Kind() < batch.KindArray && primitives[s.Kind()] == t.Type && !isFixed(s) {
				return i
			}
		}
	}
	return -1
}

// plain writes a value that is not null under s as a, which is no union; its logical type is off.
func (w *plainWriter) plain(s *batch.Schema, a *Schema, v batch.Value) error {
	if v.Tag() != batch.TagOf(s.Kind()) {
		return invalidType(s, v)
	}
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32, batch.KindInt64:
		w.long(v.Int())
	case batch.KindFloat32:
		w.dst = binary.LittleEndian.AppendUint32(w.dst, math.Float32bits(float32(v.Float())))
	case batch.KindFloat64:
		w.dst = binary.LittleEndian.AppendUint64(w.dst, math.Float64bits(v.Float()))
	case batch.KindBoolean:
		w.dst = append(w.dst, byte(v.Int()))
	case batch.KindString:
		if a.Type == Enum {
			w.symbol(a, v.Str())
		} else {
			w.text(v.Str())
		}
	case batch.KindBytes:
		if a.Type == Fixed {
			return w.fixed(s, a, v.Bytes())
		}
		w.bytes(v.Bytes())
	case batch.KindArray:
		return w.array(s, a, v.Array())
	case batch.KindMap:
		if a.Type == Map {
			return w.textMap(s, a, v.Map())
		}
		return w.entries(s, a.Elem, v.Map())
	case batch.KindStruct:
		return w.structure(s, a, v.Struct())
	}
	return nil
}

func (w *plainWriter) symbol(a *Schema, symbol string) {
	for i, s := range a.Symbols {
		if s == symbol {
			w.long(int64(i))
			return
		}
	}
	w.refuse(typeError("enum value '" + symbol + "' is not in the enum symbol set: [" + strings.Join(a.Symbols, ", ") + "]"))
}

// fixed writes bytes of one size: decimals are extended to it, what is longer is cut, as the original does.
func (w *plainWriter) fixed(s *batch.Schema, a *Schema, b []byte) error {
	size := int(a.Size)
	if isNamed(s, batch.DecimalName) {
		if len(b) > size {
			return codec.Data("Unscaled value byte array length %d is greater than fixed size %d", len(b), size)
		}
		w.dst = appendPadded(w.dst, b, size)
		return nil
	}
	if len(b) < size {
		w.refuse(&codec.Error{Class: "java.lang.ArrayIndexOutOfBoundsException", Text: "fixed of " + strconv.Itoa(len(b)) + " bytes, not " + strconv.Itoa(size), Pos: -1})
		return nil
	}
	w.dst = append(w.dst, b[:size]...)
	return nil
}

// appendPadded appends an unscaled value with its sign extended to size bytes, which are as many as it has, or more.
func appendPadded(dst, b []byte, size int) []byte {
	fill := byte(0)
	if len(b) > 0 && b[0] >= 0x80 {
		fill = 0xff
	}
	for range size - len(b) {
		dst = append(dst, fill)
	}
	return append(dst, b...)
}

// count starts a list of n items. A list ends with a zero.
func (w *plainWriter) count(n int) {
	if n > 0 {
		w.long(int64(n))
	}
}

func (w *plainWriter) array(s *batch.Schema, a *Schema, items []batch.Value) error {
	w.count(len(items))
	for _, e := range items {
		if err := w.value(s.Elem(), a.Elem, e); err != nil {
			return err
		}
	}
	w.long(0)
	return nil
}

// textMap writes a map in the order of the HashMap that the original fills before it writes. Each value is converted before its key is
// looked at, in the order in which the map itself iterates.
func (w *plainWriter) textMap(s *batch.Schema, a *Schema, m *batch.MapValue) error {
	keys, values := make([]string, len(m.Keys)), make([][]byte, len(m.Keys))
	for i, k := range m.Keys {
		v := plainWriter{data: w.data}
		if err := v.value(s.Elem(), a.Elem, m.Values[i]); err != nil {
			return err
		}
		if v.serial != nil {
			w.refuse(v.serial)
		}
		switch {
		case k.IsNull():
			w.refuse(&codec.Error{Class: nullPointer, Text: "null key in a map of strings", Pos: -1})
		case k.Tag() != batch.TagString:
			return codec.Data("Invalid type for MAP: class java.util.HashMap")
		}
		keys[i], values[i] = k.Str(), v.dst
	}
	order := java.HashMapOrder(keys)
	w.count(len(order))
	for _, i := range order {
		w.text(keys[i])
		w.dst = append(w.dst, values[i]...)
	}
	w.long(0)
	return nil
}

func (w *plainWriter) entries(s *batch.Schema, entry *Schema, m *batch.MapValue) error {
	w.count(len(m.Keys))
	for i := range m.Keys {
		if err := w.value(s.Key(), entry.Fields[0].Schema, m.Keys[i]); err != nil {
			return err
		}
		if err := w.value(s.Elem(), entry.Fields[1].Schema, m.Values[i]); err != nil {
			return err
		}
	}
	w.long(0)
	return nil
}

// member returns what a field of a struct is written as: null gives way to the default.
func (d *data) member(f *batch.Field, v batch.Value) batch.Value {
	if v.IsNull() && !d.ignoreDefaults {
		return f.Schema.Default()
	}
	return v
}

func (w *plainWriter) structure(s *batch.Schema, a *Schema, v *batch.StructValue) error {
	if !v.Schema.Equal(s) {
		return codec.Data("Mismatching struct schema")
	}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		if err := w.value(f.Schema, a.Fields[i].Schema, w.member(f, v.Fields[i])); err != nil {
			return err
		}
	}
	return nil
}

// union writes the first member that is not null.
func (w *plainWriter) union(s *batch.Schema, a *Schema, v batch.Value) error {
	st := v.Struct()
	if st == nil {
		return invalidType(s, v)
	}
	if !st.Schema.Equal(s) {
		return codec.Data("Mismatching struct schema")
	}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		m := w.member(f, st.Fields[i])
		if m.IsNull() {
			continue
		}
		at := i
		if s.Optional() {
			at++
		}
		w.long(int64(at))
		return w.branchValue(f.Schema, a.Types[at], m)
	}
	return w.value(s, a, batch.Value{})
}

// branchValue writes a value of s, which is not null, as the branch a of a union.
func (w *plainWriter) branchValue(s *batch.Schema, a *Schema, v batch.Value) error {
	v, err := plainValue(s, v)
	if err != nil {
		return err
	}
	return w.plain(s, a, v)
}

// anything writes a schemaless value.
func (w *plainWriter) anything(v batch.Value) error {
	member := -1
	switch v.Tag() {
	case batch.TagNull:
	case batch.TagInt8, batch.TagInt16, batch.TagInt32:
		member = anyInt
	case batch.TagInt64:
		member = anyLong
	case batch.TagFloat32:
		member = anyFloat
	case batch.TagFloat64:
		member = anyDouble
	case batch.TagBoolean:
		member = anyBoolean
	case batch.TagString:
		member = anyString
	case batch.TagArray:
		member = anyArray
	case batch.TagMap:
		member = anyMap
	default:
		return codec.Data("Unknown Java type for schemaless data: class %s", v.Tag().JavaClass())
	}
	for k := range anyMembers {
		if k != member {
			w.long(0)
			continue
		}
		w.long(1)
		if err := w.anyMember(v); err != nil {
			return err
		}
	}
	return nil
}

func (w *plainWriter) anyMember(v batch.Value) error {
	switch v.Tag() {
	case batch.TagString:
		w.text(v.Str())
	case batch.TagBoolean:
		w.dst = append(w.dst, byte(v.Int()))
	case batch.TagFloat32:
		w.dst = binary.LittleEndian.AppendUint32(w.dst, math.Float32bits(float32(v.Float())))
	case batch.TagFloat64:
		w.dst = binary.LittleEndian.AppendUint64(w.dst, math.Float64bits(v.Float()))
	case batch.TagArray:
		w.count(len(v.Array()))
		for _, e := range v.Array() {
			if err := w.anything(e); err != nil {
				return err
			}
		}
		w.long(0)
	case batch.TagMap:
		m := v.Map()
		w.count(len(m.Keys))
		for i := range m.Keys {
			if err := w.anything(m.Keys[i]); err != nil {
				return err
			}
			if err := w.anything(m.Values[i]); err != nil {
				return err
			}
		}
		w.long(0)
	default:
		w.long(v.Int())
	}
	return nil
}
