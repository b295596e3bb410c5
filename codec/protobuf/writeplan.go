package protobuf

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
)

// writeOp is how one value is written.
type writeOp uint8

const (
	writeNumber writeOp = iota // a number of any kind, by the type of its field
	writeBool
	writeText
	writeBytes
	writeSymbol     // the name of an enum's value
	writeEnumNumber // its number
	writeStruct
	writeWrapper
	writeDecimal
	writeDate
	writeTime
	writeTimestamp
)

// writeStep writes the values of one field.
type writeStep struct {
	op      writeOp
	field   *Field
	schema  *batch.Schema // of one value
	whole   *batch.Schema // of the field
	tag     []byte
	item    []byte // of a list of numbers in one sequence: nil
	keep    bool   // the default is written too
	list    bool
	entries bool
	path    []int            // among the fields of the struct: one place, or that of a oneof and of the member
	symbols map[string]int32 // of names; -1: no value of the enum
	numbers map[int32]bool   // of writeEnumNumber: values of the enum
	inner   *Field           // of writeWrapper
	sub     *writePlan       // of writeStruct and maps
	def     []byte           // what stands for null; nil: nothing
}

// writePlan writes the fields of a struct in the order of their numbers.
type writePlan struct {
	schema *batch.Schema
	steps  []writeStep
	unions []int // fields that stand for oneofs
}

// unionsMax is how many oneofs a planned struct has.
const unionsMax = 8

// writePlan returns what writes values of s as w says, nil where only the plain writer can do it.
func (c *converter) writePlan(s *batch.Schema, w *writing) *writePlan {
	m := w.linked.Message(w.name)
	if w.raw || m == nil || isUnion(s) || s.Logical() != batch.LogicalNone {
		return nil
	}
	p := planner{converter: c, plain: plainWriter{data: &c.data, standard: c.standard, file: w.linked}}
	plan, ok := p.structPlan(s, m)
	if !ok {
		return nil
	}
	return plan
}

type planner struct {
	*converter
	plain plainWriter
}

func (p *planner) structPlan(s *batch.Schema, m *Message) (*writePlan, bool) {
	out := &writePlan{schema: s}
	if m == nil {
		return nil, false
	}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		if isUnion(f.Schema) && f.Schema.Kind() == batch.KindStruct {
			if len(out.unions) == unionsMax || f.Schema.HasDefault() {
				return nil, false
			}
			out.unions = append(out.unions, i)
			for k := range f.Schema.Fields() {
				member := &f.Schema.Fields()[k]
				if member.Schema.HasDefault() || !p.add(out, m, member, true, i, k) {
					return nil, false
				}
			}
			continue
		}
		if !p.add(out, m, f, false, i) {
			return nil, false
		}
	}
	sortSteps(out.steps)
	for i := 1; i < len(out.steps); i++ {
		if out.steps[i].field == out.steps[i-1].field {
			return nil, false // two values for one field
		}
	}
	return out, true
}

// sortSteps puts steps into the order in which fields are written.
func sortSteps(list []writeStep) {
	for k := 1; k < len(list); k++ {
		for at := k; at > 0 && list[at-1].field.Number > list[at].field.Number; at-- {
			list[at-1], list[at] = list[at], list[at-1]
		}
	}
}

// add adds the step of a member of a struct.
func (p *planner) add(out *writePlan, m *Message, f *batch.Field, member bool, path ...int) bool {
	to := m.field(p.scrubbed(f.Name))
	if to == nil || (to.Oneof != nil) != member && !to.Optional {
		return false
	}
	st := writeStep{field: to, schema: f.Schema, whole: f.Schema, path: path, keep: to.presence()}
	switch f.Schema.Kind() {
	case batch.KindArray:
		st.list, st.schema = true, f.Schema.Elem()
	case batch.KindMap:
		st.entries = true
	}
	if st.list != (to.Repeated && !st.entries) || st.entries && !to.Repeated {
		return false
	}
	st.tag = to.appendTag(nil)
	if st.list && to.Packed && to.packable() {
		st.tag = binary.AppendUvarint(nil, uint64(to.Number)<<3|wireBytes)
	} else if st.list {
		st.item = st.tag
	}
	if st.entries {
		sub, ok := p.entryPlan(f.Schema, to.Message)
		st.sub = sub
		if !ok {
			return false
		}
	} else if st.schema == nil || !p.valueOp(&st, m, member) {
		return false
	}
	if f.Schema.HasDefault() && !p.ignoreDefaults {
		b, ok := p.bytesOf(&st, m, f.Schema.Default())
		if !ok {
			return false
		}
		st.def = b
	}
	out.steps = append(out.steps, st)
	return true
}

// bytesOf writes one value of a field as the plain writer does.
func (p *planner) bytesOf(st *writeStep, m *Message, v batch.Value) ([]byte, bool) {
	made, err := p.plain.value(p.plain.inner(m, st.field.Name, st.whole), st.whole, v, st.field.Oneof != nil)
	d := newDynamic(m)
	if err != nil || made.java != javaNull && d.put(st.field, made) != nil {
		return nil, false
	}
	return append([]byte{}, d.append(nil)...), true
}

// entryPlan writes the entries of a map: a struct of key and value.
func (p *planner) entryPlan(s *batch.Schema, m *Message) (*writePlan, bool) {
	out := &writePlan{schema: s}
	for i, of := range []*batch.Schema{s.Key(), s.Elem()} {
		f := &batch.Field{Name: []string{keyField, valueField}[i], Index: int32(i), Schema: of}
		if of.HasDefault() || m == nil || m.field(f.Name) == nil {
			// A null in a map is absent, whatever its schema's default.
			of = batch.From(of).Default(batch.Value{}).Build()
			f.Schema = of
		}
		if isUnion(of) && of.Kind() == batch.KindStruct || m == nil {
			return nil, false
		}
		scrub := p.data.scrub
		if !scrub && m.field(f.Name) == nil || !p.add(out, m, f, false, i) {
			return nil, false
		}
	}
	return out, true
}

// valueOp finds out how one value is written.
func (p *planner) valueOp(st *writeStep, m *Message, member bool) (ok bool) {
	s, f := st.schema, st.field
	switch s.Name() {
	case batch.DecimalName, batch.DateName, batch.TimeName, batch.TimestampName:
		ops := map[batch.Logical]writeOp{
			batch.LogicalDecimal: writeDecimal, batch.LogicalDate: writeDate, batch.LogicalTime: writeTime, batch.LogicalTimestamp: writeTimestamp,
		}
		st.op, ok = ops[s.Logical()]
		return ok && f.Type == typeMessage
	}
	if s.Kind() == batch.KindStruct {
		if isUnion(s) || f.Type != typeMessage {
			return false
		}
		st.op = writeStruct
		st.sub, ok = p.structPlan(s, f.Message)
		return ok
	}
	if s.Kind() == batch.KindArray || s.Kind() == batch.KindMap {
		return false
	}
	if _, own := s.Param(enumParam); f.Type == typeEnum && (own && s.Kind() == batch.KindInt32 || s.Kind() == batch.KindString && isEnum(s)) {
		return p.enumOp(st, m)
	}
	to := f
	if p.wraps(s, member) {
		if f.Type != typeMessage {
			return false
		}
		st.op, st.inner = writeWrapper, f.Message.field(valueField)
		if to = st.inner; to == nil || to.Type == typeUint32 || to.Number != 1 {
			return false
		}
	}
	want := map[batch.Kind]javaType{
		batch.KindInt8: javaInt, batch.KindInt16: javaInt, batch.KindInt32: javaInt, batch.KindInt64: javaLong, batch.KindFloat32: javaFloat,
		batch.KindFloat64: javaDouble, batch.KindBoolean: javaBoolean, batch.KindString: javaString, batch.KindBytes: javaBytes,
	}[s.Kind()]
	if t, _ := s.Param(paramType); s.Kind() == batch.KindInt64 && (t == "uint32" || t == "fixed32") {
		want = javaInt
	}
	if to.javaType() != want {
		return false
	}
	if st.op != writeWrapper {
		st.op = map[javaType]writeOp{javaBoolean: writeBool, javaString: writeText, javaBytes: writeBytes}[want]
	}
	return true
}

func (p *planner) enumOp(st *writeStep, m *Message) bool {
	e := st.field.Enum
	name, _ := st.schema.Param(enumParam)
	if st.schema.Kind() == batch.KindString {
		name, _ = st.schema.Param(p.enumKey())
	}
	if e.FullName != m.FullName+"."+name {
		return false
	}
	st.op, st.numbers = writeEnumNumber, map[int32]bool{}
	for i := range e.Values {
		st.numbers[e.Values[i].Tag] = true
	}
	if st.schema.Kind() == batch.KindInt32 {
		return true
	}
	st.op, st.symbols = writeSymbol, map[string]int32{}
	for _, param := range st.schema.Params() {
		if len(param.Key) <= len(p.enumKey()) || param.Key[:len(p.enumKey())+1] != p.enumKey()+"." {
			continue
		}
		n, err := tagOf(param.Value)
		if err != nil || !st.numbers[n] {
			return false
		}
		st.symbols[param.Key[len(p.enumKey())+1:]] = n
	}
	return true
}
