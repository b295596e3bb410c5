package avro

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
)

// writeOp is how one value is written.
type writeOp uint8

const (
	writeInt8 writeOp = iota
	writeInt16
	writeInt32
	writeTime
	writeInt64
	writeFloat32
	writeFloat64
	writeBoolean
	writeText
	writeSymbol
	writeBytes
	writeFixed
	writeDecimal
	writeDecimalFixed
	writeArray
	writeTextMap
	writeEntries
	writeStruct
	writeUnion
	writeConstant   // bytes that stand for all rows
	writeDictionary // a row of another column
	writeNone       // nothing: no row can be written
)

// outStep writes one value of a row.
type outStep struct {
	op       writeOp
	nullable bool   // in a union with null
	null     byte   // the index of null, as it is written
	some     byte   // the index of the other branch
	def      []byte // what stands for null: the default, with its index; nil: none
	size     int    // writeFixed, writeDecimalFixed
	symbols  map[string]int32
	prefixes [][]byte // writeUnion: the index of each member's branch
	schema   *batch.Schema
	avro     *Schema
	sub      []outStep // members; element; key and value
}

// writePlan returns the step for values of s as a, false where only the plain writer can do it.
func (d *data) writePlan(s *batch.Schema, a *Schema) (outStep, bool) {
	st := outStep{schema: s, avro: a}
	if s == nil {
		return st, false
	}
	if a.Type == Union && !isUnion(s) {
		at := d.ownBranch(s, a)
		null := a.branch(Null.String())
		if at < 0 || null < 0 || len(a.Types) != 2 {
			return st, false
		}
		one, ok := d.writePlan(s, a.Types[at])
		one.avro, one.nullable, one.null, one.some = a, true, byte(2*null), byte(2*at)
		return one, ok
	}
	logical := s.Logical()
	if logical == batch.LogicalNone && isLogicalName(s.Name()) || logical == batch.LogicalDecimal && !hasScale(s) {
		return st, false
	}
	switch s.Kind() {
	case batch.KindString:
		st.op = writeText
		if a.Type == Enum {
			st.op, st.symbols = writeSymbol, make(map[string]int32, len(a.Symbols))
			for i, sym := range a.Symbols {
				st.symbols[sym] = int32(i)
			}
		}
	case batch.KindBytes:
		st.op, st.size = writeBytes, int(a.Size)
		switch {
		case a.Type == Fixed && logical == batch.LogicalDecimal:
			st.op = writeDecimalFixed
		case a.Type == Fixed:
			st.op = writeFixed
		case logical == batch.LogicalDecimal:
			st.op = writeDecimal
		}
	case batch.KindArray:
		st.op = writeArray
		return d.withSub(st, []*batch.Schema{s.Elem()}, []*Schema{a.Elem})
	case batch.KindMap:
		if a.Type == Map {
			st.op = writeTextMap
			st, ok := d.withSub(st, []*batch.Schema{s.Elem()}, []*Schema{a.Elem})
			st.sub = []outStep{{op: writeText, schema: s.Key()}, st.sub[0]}
			return st, ok && !s.Key().Optional()
		}
		st.op = writeEntries
		return d.withSub(st, []*batch.Schema{s.Key(), s.Elem()}, []*Schema{a.Elem.Fields[0].Schema, a.Elem.Fields[1].Schema})
	case batch.KindStruct:
		return d.structPlan(st)
	case batch.KindInt32:
		st.op = writeInt32
		if logical == batch.LogicalTime {
			st.op = writeTime
		}
	default:
		st.op = [...]writeOp{
			batch.KindInt8: writeInt8, batch.KindInt16: writeInt16, batch.KindInt64: writeInt64,
			batch.KindFloat32: writeFloat32, batch.KindFloat64: writeFloat64, batch.KindBoolean: writeBoolean,
		}[s.Kind()]
	}
	return st, true
}

// withSub adds the steps of what is in a value.
func (d *data) withSub(st outStep, s []*batch.Schema, a []*Schema) (outStep, bool) {
	fine := true
	for i := range s {
		sub, ok := d.writePlan(s[i], a[i])
		fine = fine && ok
		st.sub = append(st.sub, sub)
	}
	return st, fine
}

// structPlan adds the members of a record or a union, whose defaults stand where they are null.
func (d *data) structPlan(st outStep) (outStep, bool) {
	s, a := st.schema, st.avro
	union := isUnion(s)
	st.op = writeStruct
	if union {
		st.op = writeUnion
		if s.Optional() {
			st.nullable = true // its index is that of null; others stand before members
		}
	}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		var to *Schema
		at := i
		if union {
			if s.Optional() {
				at++
			}
			to = a.Types[at]
			st.prefixes = append(st.prefixes, binary.AppendVarint(nil, int64(at)))
		} else {
			to = a.Fields[i].Schema
		}
		sub, ok := d.writePlan(f.Schema, to)
		if !ok {
			return st, false
		}
		if f.Schema.HasDefault() && !d.ignoreDefaults {
			w := plainWriter{data: d}
			var err error
			if union {
				err = w.branchValue(f.Schema, to, f.Schema.Default())
			} else {
				err = w.value(f.Schema, to, f.Schema.Default())
			}
			if err != nil || w.serial != nil {
				return st, false
			}
			sub.def = w.dst
		}
		st.sub = append(st.sub, sub)
	}
	return st, true
}
