package avro

import (
	"github.com/millrace/millrace/batch"
)

// readOp is what a step of a plan does with the bytes of one value.
type readOp uint8

const (
	readInt8 readOp = iota
	readInt16
	readInt32
	readTime // INT32 of a day
	readInt64
	readFloat32
	readFloat64
	readBoolean
	readText
	readBytes
	readFixed
	readDecimal      // bytes
	readDecimalFixed // fixed
	readEnum
	readArray
	readMap
	readStruct
	readUnion
	readNothing // a branch of null
)

// step reads one value of a row. Steps of a struct stand in a slice in the order of its fields.
type step struct {
	op       readOp
	nullable bool  // behind the index of a union with null
	null     int32 // which branch null is
	size     int   // readFixed, readDecimalFixed: bytes
	symbols  []batch.View
	text     []byte // readEnum: all symbols, which views point into
	least    int64  // readArray, readMap: bytes of an item
	schema   *batch.Schema
	sub      []step // readStruct: members; readArray: one; readMap: key and value; readUnion: one for each branch
}

// readPlan returns the step for values of Avro type a under s, false where only the plain reader can do it.
func (d *data) readPlan(s *batch.Schema, a *Schema) (step, bool) {
	if s == nil {
		return step{}, false
	}
	st := step{schema: s}
	if a.Type == Union {
		return d.readUnionPlan(s, a)
	}
	ok := true
	logical := s.Logical()
	if logical == batch.LogicalNone && isLogicalName(s.Name()) || logical == batch.LogicalDecimal && !hasScale(s) {
		return st, false // every value is refused, in words of the plain reader
	}
	switch a.Type {
	case Int:
		switch s.Kind() {
		case batch.KindInt8:
			st.op = readInt8
		case batch.KindInt16:
			st.op = readInt16
		default:
			st.op = readInt32
			if logical == batch.LogicalTime {
				st.op = readTime
			}
		}
	case Long:
		st.op = readInt64
	case Float:
		st.op = readFloat32
	case Double:
		st.op = readFloat64
	case Boolean:
		st.op = readBoolean
	case String:
		st.op = readText
	case Bytes:
		st.op = readBytes
		if logical == batch.LogicalDecimal {
			st.op = readDecimal
		}
	case Fixed:
		st.op, st.size = readFixed, int(a.Size)
		if logical == batch.LogicalDecimal {
			st.op = readDecimalFixed
		}
	case Enum:
		st.op = readEnum
		for _, sym := range a.Symbols {
			st.symbols = append(st.symbols, batch.View{Pos: uint32(len(st.text)), Len: uint32(len(sym))})
			st.text = append(st.text, sym...)
		}
	case Array:
		if s.Kind() == batch.KindMap {
			return st, false
		}
		st.op, st.least = readArray, leastBytes(a.Elem, map[*Schema]bool{})
		var elem step
		elem, ok = d.readPlan(s.Elem(), a.Elem)
		st.sub = []step{elem}
	case Map:
		st.op, st.least = readMap, 1+leastBytes(a.Elem, map[*Schema]bool{})
		var elem step
		elem, ok = d.readPlan(s.Elem(), a.Elem)
		st.sub = []step{{op: readText, schema: s.Key()}, elem}
	case Record:
		st.op = readStruct
		for i := range a.Fields {
			sub, fine := d.readPlan(s.Fields()[i].Schema, a.Fields[i].Schema)
			if !fine {
				return st, false
			}
			st.sub = append(st.sub, sub)
		}
	default:
		return st, false
	}
	return st, ok
}

// readUnionPlan is readPlan for unions. A union whose values the original may put elsewhere than into the member of their branch has no plan.
func (d *data) readUnionPlan(s *batch.Schema, a *Schema) (step, bool) {
	if one, nullable := (&schemaReader{data: d}).single(a); one != nil {
		st, ok := d.readPlan(s, one)
		if len(a.Types) == 1 || st.nullable {
			return st, false // the index of a single branch, or a union in a union
		}
		st.nullable = nullable
		for i, t := range a.Types {
			if t.Type == Null {
				st.null = int32(i)
			}
		}
		return st, ok
	}
	st := step{op: readUnion, schema: s}
	own := 0
	for _, t := range a.Types {
		if t.Type == Null {
			st.sub = append(st.sub, step{op: readNothing})
			continue
		}
		f := &s.Fields()[own]
		sub, ok := d.readPlan(f.Schema, t)
		if !ok || d.unionMember(s, t, own, -1) != own || d.putName(f.Schema, own) != f.Name || t.Type == Bytes && fixedBefore(s, own) {
			return st, false
		}
		st.sub = append(st.sub, sub)
		own++
	}
	return st, true
}

// fixedBefore reports whether a member before own takes bytes of one size.
func fixedBefore(s *batch.Schema, own int) bool {
	for i := range own {
		if isFixed(s.Fields()[i].Schema) {
			return true
		}
	}
	return false
}

func isLogicalName(name string) bool {
	switch name {
	case batch.DecimalName, batch.DateName, batch.TimeName, batch.TimestampName:
		return true
	}
	return false
}

func hasScale(s *batch.Schema) bool {
	_, ok := s.Scale()
	return ok
}
