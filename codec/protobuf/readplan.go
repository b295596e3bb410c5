package protobuf

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/fill"
)

// readOp is what a step does with the bytes of one value.
type readOp uint8

const (
	readInt32     readOp = iota // a varint to INT32
	readInt64                   // a varint to INT64
	readUint32                  // a varint of 32 bits to INT64
	readSint32                  // zigzag
	readSint64                  // zigzag
	readNarrow                  // a number to INT8 or INT16
	readBool                    //
	readFixed32                 // four bytes to INT32 or FLOAT32
	readWide32                  // four bytes to INT64
	readFixed64                 // eight bytes to INT64 or FLOAT64
	readText                    //
	readBytes                   //
	readSymbol                  // the name of an enum's value
	readMessage                 // a struct
	readWrapper                 // what a wrapper holds
	readDecimal                 // logical types
	readDate                    //
	readTime                    //
	readTimestamp               //
)

// step reads the values of one field.
type step struct {
	op      readOp
	wire    uint8
	packed  bool // values may stand in one sequence of bytes
	list    bool
	entries bool // a map
	null    bool // it may be null
	member  uint64
	require uint64
	at      int32 // among the plan's steps
	column  int   // among the fields of the struct, or of the oneof's
	union   int   // the field that stands for the oneof; -1 = none
	field   *Field
	symbols *symbols
	sub     *messagePlan // of readMessage, readWrapper and maps
}

// symbols are the names of an enum's values, as one text.
type symbols struct {
	text    []byte
	dense   []batch.View         // of values from 0 on; Len 0: none
	others  map[int32]batch.View // of further ones
	initial batch.View
}

// messagePlan reads the fields of a message, each at most once but for repeated ones; what else comes it leaves to the plain reader.
type messagePlan struct {
	schema   *batch.Schema
	message  *Message
	steps    []step
	byNumber []int16         // 1 + step
	others   map[int32]int16 // of numbers beyond byNumber
	required uint64          // members of steps that must come
	maps     bool
}

// numbersMax is up to which number fields are found in an array.
const numbersMax = 1024

// find returns the step of a field, nil where there is none.
func (p *messagePlan) find(number uint32) *step {
	if number < uint32(len(p.byNumber)) {
		if k := p.byNumber[number]; k > 0 {
			return &p.steps[k-1]
		}
		return nil
	}
	if k := p.others[int32(number)]; k > 0 {
		return &p.steps[k-1]
	}
	return nil
}

// readPlan returns what reads messages under s, false where only the plain reader can do it.
func (d *data) readPlan(s *batch.Schema, m *Message, depth int) (*messagePlan, bool) {
	if d.structForNulls || depth > nestingMax || len(m.Oneofs) > 64 {
		return nil, false
	}
	p := &messagePlan{schema: s, message: m, others: map[int32]int16{}}
	if s.Kind() != batch.KindStruct { // a wrapper
		f := m.field(valueField)
		return p, f != nil && d.addStep(p, step{field: f, union: -1}, s, depth)
	}
	for _, o := range m.Oneofs {
		for _, f := range o.Fields {
			st := step{field: f, union: -1, member: 1 << o.Index}
			of := s
			if !d.flattenUnions {
				at := s.Field(d.unionField(o))
				st.union, of = int(at.Index), at.Schema
			}
			at := of.Field(f.Name)
			st.column = int(at.Index)
			if !d.addStep(p, st, at.Schema, depth) {
				return nil, false
			}
		}
	}
	for _, f := range m.Fields {
		if f.Oneof != nil {
			continue
		}
		at := s.Field(f.Name)
		if !d.addStep(p, step{field: f, union: -1, column: int(at.Index)}, at.Schema, depth) {
			return nil, false
		}
	}
	return p, true
}

// addStep completes a step for values under s.
func (d *data) addStep(p *messagePlan, st step, s *batch.Schema, depth int) bool {
	f := st.field
	st.wire, st.packed, st.list = uint8(f.wireType()), f.packable(), f.Repeated
	st.null = st.member != 0 || !d.standsIn(f)
	if f.Required || st.null && depth > 0 && !s.Optional() && s.Kind() != batch.KindMap {
		if st.require = p.required + 1; p.required != 0 && st.require == 0 {
			return false // more than 64
		}
		p.required |= st.require
	}
	switch {
	case s.Kind() == batch.KindMap:
		st.entries, p.maps = true, true
		sub, ok := d.entryPlan(s, f.Message, depth)
		if !ok {
			return false
		}
		st.sub = sub
	case f.Repeated:
		if !d.valueOp(&st, s.Elem(), depth) {
			return false
		}
	default:
		if !d.valueOp(&st, s, depth) || d.standsIn(f) && st.member == 0 && st.op != readSymbol && (f.Default.bits != 0 || len(f.Default.text) > 0) {
			return false
		}
	}
	st.at = int32(len(p.steps))
	p.steps = append(p.steps, st)
	k := int16(len(p.steps))
	if f.Number < numbersMax {
		for int(f.Number) >= len(p.byNumber) {
			p.byNumber = append(p.byNumber, 0)
		}
		p.byNumber[f.Number] = k
	} else {
		p.others[f.Number] = k
	}
	return len(p.steps) < 1<<15
}

// valueOp finds out how one value under s is read.
func (d *data) valueOp(st *step, s *batch.Schema, depth int) (ok bool) {
	f := st.field
	switch f.Type {
	case typeInt32, typeSint32, typeSfixed32:
		if s.Kind() != batch.KindInt32 {
			st.op = readNarrow
			return true
		}
		st.op = map[fieldType]readOp{typeInt32: readInt32, typeSint32: readSint32, typeSfixed32: readFixed32}[f.Type]
	case typeUint32:
		st.op = readUint32
	case typeFixed32:
		st.op = readWide32
	case typeInt64, typeUint64:
		st.op = readInt64
	case typeSint64:
		st.op = readSint64
	case typeFixed64, typeSfixed64, typeDouble:
		st.op = readFixed64
	case typeFloat:
		st.op = readFixed32
	case typeBool:
		st.op = readBool
	case typeString:
		st.op = readText
	case typeBytes:
		st.op = readBytes
	case typeEnum:
		if s.Kind() == batch.KindInt32 {
			st.op = readInt32
			return !f.Enum.Closed
		}
		st.op, st.symbols = readSymbol, newSymbols(f)
	default:
		return d.messageOp(st, s, depth)
	}
	return true
}

func (d *data) messageOp(st *step, s *batch.Schema, depth int) (ok bool) {
	m := st.field.Message
	switch s.Logical() {
	case batch.LogicalDecimal:
		st.op = readDecimal
		return m.isStandard(decimalFile)
	case batch.LogicalDate:
		st.op = readDate
		return m.isStandard(dateFile)
	case batch.LogicalTime:
		st.op = readTime
		return m.isStandard(timeFile)
	case batch.LogicalTimestamp:
		st.op = readTimestamp
		return m.isStandard(timestampFile)
	}
	st.op = readMessage
	if s.Kind() != batch.KindStruct {
		st.op = readWrapper
	}
	st.sub, ok = d.readPlan(s, m, depth+1)
	return ok
}

// isStandard reports whether the fields of m are those of the message that the original's own file has.
func (m *Message) isStandard(file string) bool {
	own, err := Link(known(file), nil)
	if err != nil {
		return false
	}
	std := own.Message(m.FullName)
	if std == nil || len(std.Fields) != len(m.Fields) {
		return false
	}
	for i, f := range std.Fields {
		if g := m.Fields[i]; g.Name != f.Name || g.Number != f.Number || g.Type != f.Type || g.Repeated || g.Oneof != nil || g.Required || !g.Proto3 {
			return false
		}
	}
	return true
}

// entryPlan reads the entries of a map. Keys are such as Java's hash map is followed for without memory.
func (d *data) entryPlan(s *batch.Schema, m *Message, depth int) (*messagePlan, bool) {
	p := &messagePlan{schema: s, message: m, others: map[int32]int16{}}
	if depth > nestingMax {
		return nil, false
	}
	for i, f := range m.Fields {
		if f.Oneof != nil || !d.addStep(p, step{field: f, union: -1, column: i}, []*batch.Schema{s.Key(), s.Elem()}[i], depth+1) {
			return nil, false
		}
		st := &p.steps[len(p.steps)-1]
		st.null = st.op >= readMessage // until it has come
		if st.op != readSymbol && (f.Default.bits != 0 || len(f.Default.text) > 0) {
			return nil, false
		}
	}
	switch m.Fields[0].Type {
	case typeFloat, typeDouble, typeBytes, typeMessage, typeEnum:
		return nil, false
	}
	return p, p.steps[0].op != readNarrow && m.Fields[0].Number != m.Fields[1].Number
}

func newSymbols(f *Field) *symbols {
	y := &symbols{others: map[int32]batch.View{}}
	view := func(n int32) (batch.View, bool) {
		if n >= 0 && int(n) < len(y.dense) {
			return y.dense[n], y.dense[n].Len > 0
		}
		v, ok := y.others[n]
		return v, ok
	}
	for i := range f.Enum.Values {
		c := &f.Enum.Values[i]
		if _, twice := view(c.Tag); twice {
			continue // an alias
		}
		v := batch.View{Pos: uint32(len(y.text)), Len: uint32(len(c.Name))}
		y.text = append(y.text, c.Name...)
		if c.Tag >= 0 && c.Tag < numbersMax {
			for int(c.Tag) >= len(y.dense) {
				y.dense = append(y.dense, batch.View{})
			}
			y.dense[c.Tag] = v
		} else {
			y.others[c.Tag] = v
		}
	}
	y.initial, _ = view(int32(f.Default.bits))
	return y
}

// place is a plan with the columns that it fills.
type place struct {
	*messagePlan
	columns []*fill.Column // of each step
	unions  []*fill.Column // of the oneof of each step; nil = none
	subs    []*place
}

// newPlace adds the columns of p to a struct's column, or to a map's.
func newPlace(p *messagePlan, d *fill.Domain, of *fill.Column) *place {
	out := &place{messagePlan: p, columns: make([]*fill.Column, len(p.steps)), unions: make([]*fill.Column, len(p.steps)), subs: make([]*place, len(p.steps))}
	if p.schema.Kind() == batch.KindStruct {
		of.Sub = make([]*fill.Column, len(p.schema.Fields()))
	}
	for k := range p.steps {
		st := &p.steps[k]
		switch {
		case p.schema.Kind() == batch.KindMap:
			s := p.schema.Key()
			if st.column == 1 {
				s = p.schema.Elem()
			}
			out.columns[k], out.subs[k] = addColumn(st, d, s)
			of.Sub = append(of.Sub, out.columns[k])
		case p.schema.Kind() != batch.KindStruct:
			out.columns[k] = of // a wrapper
		case st.union >= 0:
			s := p.schema.Fields()[st.union].Schema
			if of.Sub[st.union] == nil {
				of.Sub[st.union] = d.Add(s, true)
				of.Sub[st.union].Sub = make([]*fill.Column, len(s.Fields()))
			}
			u := of.Sub[st.union]
			out.unions[k] = u
			out.columns[k], out.subs[k] = addColumn(st, d, s.Fields()[st.column].Schema)
			u.Sub[st.column] = out.columns[k]
		default:
			out.columns[k], out.subs[k] = addColumn(st, d, p.schema.Fields()[st.column].Schema)
			of.Sub[st.column] = out.columns[k]
		}
	}
	for i := range of.Sub { // a oneof without members
		if of.Sub[i] == nil {
			of.Sub[i] = d.Add(p.schema.Fields()[i].Schema, true)
		}
	}
	return out
}

// addColumn adds the column of a step, and those below it.
func addColumn(st *step, d *fill.Domain, s *batch.Schema) (*fill.Column, *place) {
	c := d.Add(s, st.null)
	if st.entries {
		return c, newPlace(st.sub, c.Elems, c)
	}
	value, elems := c, d
	if st.list {
		elems = c.Elems
		value = elems.Add(s.Elem(), false)
		c.Sub = []*fill.Column{value}
	}
	if st.op == readSymbol {
		value.Symbols, value.Initial = st.symbols.text, st.symbols.initial
	}
	if st.sub != nil {
		return c, newPlace(st.sub, elems, value)
	}
	return c, nil
}
