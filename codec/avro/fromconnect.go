package avro

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// fromConnect returns the Avro schema under which values of s are written; Anything for a nil s.
//
// Errors: *codec.Error with the class and the text of Java. Source: AvroData.fromConnectSchema.
func (d *data) fromConnect(s *batch.Schema) (*Schema, error) {
	w := schemaWriter{data: d, seen: map[string]bool{}, open: map[string]*Schema{}}
	return w.schema(s, false)
}

// schemaWriter makes one Avro schema.
type schemaWriter struct {
	*data
	done    []known            // required schemas that were mapped: a type that occurs again is the same one
	open    map[string]*Schema // records by the names of their Connect schemas
	seen    map[string]bool    // names of fields' schemas
	unnamed int
}

type known struct {
	from *batch.Schema
	to   *Schema
}

// sub maps a schema inside another. Source: AvroData.fromConnectSchemaWithCycle.
func (w *schemaWriter) sub(s *batch.Schema, ignoreOptional bool) (*Schema, error) {
	if s == nil {
		return anything, nil
	}
	return w.schema(s, ignoreOptional)
}

func (w *schemaWriter) schema(s *batch.Schema, ignoreOptional bool) (*Schema, error) {
	if s == nil {
		return anything, nil
	}
	union := isUnion(s)
	if !union && !s.Optional() {
		for _, k := range w.done {
			if k.from.Equal(s) {
				return k.to, nil
			}
		}
	}
	out, err := w.base(s, union)
	if err != nil {
		return nil, err
	}
	if out.Type != Union {
		if err := w.properties(out, s); err != nil {
			return nil, err
		}
		if s.Optional() && !ignoreOptional {
			types := []*Schema{{Type: Null}, out}
			if s.HasDefault() {
				types[0], types[1] = types[1], types[0]
			}
			if out, err = newUnion(types); err != nil {
				return nil, err
			}
		}
	}
	if !s.Optional() {
		w.done = append(w.done, known{s, out})
	}
	return out, nil
}

var primitives = [...]Type{
	batch.KindInt8: Int, batch.KindInt16: Int, batch.KindInt32: Int, batch.KindInt64: Long, batch.KindFloat32: Float,
	batch.KindFloat64: Double, batch.KindBoolean: Boolean, batch.KindString: String, batch.KindBytes: Bytes,
}

// base makes the type itself, without properties.
func (w *schemaWriter) base(s *batch.Schema, union bool) (*Schema, error) {
	switch s.Kind() {
	case batch.KindString:
		if (w.generalized || w.enhanced) && isEnum(s) {
			return w.enum(s)
		}
	case batch.KindBytes:
		return w.bytes(s)
	case batch.KindArray:
		e, err := w.sub(s.Elem(), false)
		return &Schema{Type: Array, Elem: e}, err
	case batch.KindMap:
		if w.stringKeyed(s) {
			e, err := w.sub(s.Elem(), false)
			return &Schema{Type: Map, Elem: e}, err
		}
		return w.entries(s)
	case batch.KindStruct:
		switch {
		case union:
			return w.union(s)
		case s.Optional():
			e, err := w.sub(batch.From(s).Optional(false).Build(), false)
			if err != nil {
				return nil, err
			}
			return newUnion([]*Schema{{Type: Null}, e})
		}
		return w.record(s)
	}
	return &Schema{Type: primitives[s.Kind()]}, nil
}

// nameOf returns the name of a named type: that of the schema, else one that is made up.
func (w *schemaWriter) nameOf(s *batch.Schema) (Name, error) {
	if !s.HasName() {
		w.unnamed++
		if w.unnamed == 1 {
			return Name{defaultName, namespace}, nil
		}
		return Name{defaultName + strconv.Itoa(w.unnamed), namespace}, nil
	}
	space, name := splitName(s.Name(), w.scrub)
	return newName(name, space)
}

func (w *schemaWriter) enum(s *batch.Schema) (*Schema, error) {
	key := w.enumKey()
	name, err := w.nameOf(s)
	if err != nil {
		return nil, err
	}
	out := &Schema{Type: Enum}
	for _, p := range s.Params() {
		if sym, ok := strings.CutPrefix(p.Key, key+"."); ok {
			out.Symbols = append(out.Symbols, sym)
		}
	}
	full, ok := s.Param(key)
	if !ok {
		return nil, parseError("Null name") // the enum of the other kind of support
	}
	if out.Name, err = newName(full, ""); err != nil {
		return nil, err
	}
	if w.discardTypeDoc {
		out.Doc = param(s, propEnumDoc)
	} else {
		out.Doc = param(s, enumDoc+name.Name)
		out.Default = param(s, enumDefault+name.Name)
	}
	return out, checkEnum(out)
}

// param returns a parameter, nil without one.
func param(s *batch.Schema, key string) *string {
	if v, ok := s.Param(key); ok {
		return &v
	}
	return nil
}

func (w *schemaWriter) bytes(s *batch.Schema) (*Schema, error) {
	out := &Schema{Type: Bytes}
	if isFixed(s) {
		size, _ := s.Param(paramFixedSize)
		n, err := java.ParseInt(size, 10)
		if err != nil {
			return nil, err
		}
		name, err := w.nameOf(s)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			return nil, illegalArgument("Invalid fixed size: " + strconv.Itoa(int(n)))
		}
		out = &Schema{Type: Fixed, Name: name, Size: n}
	}
	if !isNamed(s, batch.DecimalName) {
		return out, nil
	}
	scale, precision, err := decimalParams(s)
	if err != nil {
		return nil, err
	}
	if err := out.add(propScale, intNode(int64(scale))); err != nil {
		return nil, err
	}
	return out, out.add(propPrecision, intNode(int64(precision)))
}

// decimalParams returns what a Decimal schema says of its values.
func decimalParams(s *batch.Schema) (scale, precision int32, err error) {
	text, ok := s.Param(propScale)
	if !ok {
		if s.Params() == nil {
			return 0, 0, &codec.Error{Class: nullPointer, Text: `Cannot invoke "java.util.Map.get(Object)" because the return value of "org.apache.kafka.connect.data.Schema.parameters()" is null`, Pos: -1}
		}
		return 0, 0, &codec.Error{Class: numberFormat, Text: `Cannot parse null string: null`, Pos: -1}
	}
	if scale, err = java.ParseInt(text, 10); err != nil {
		return 0, 0, err
	}
	precision = defaultPrecision
	if text, ok := s.Param(paramPrecision); ok {
		precision, err = java.ParseInt(text, 10)
	}
	return scale, precision, err
}

// entries makes an array of key and value for maps of other keys than text.
func (w *schemaWriter) entries(s *batch.Schema) (*Schema, error) {
	rec := &Schema{Type: Record, Name: Name{mapEntryName, namespace}}
	if s.HasName() {
		var err error
		if rec.Name, err = w.nameOf(s); err != nil {
			return nil, err
		}
		if err := rec.add(propInternalType, textNode(mapEntryName)); err != nil {
			return nil, err
		}
	}
	key, err := w.field(keyField, s.Key(), nil)
	if err != nil {
		return nil, err
	}
	value, err := w.field(valueField, s.Elem(), nil)
	if err != nil {
		return nil, err
	}
	rec.Fields = []Field{key, value}
	return &Schema{Type: Array, Elem: rec}, nil
}

func (w *schemaWriter) union(s *batch.Schema) (*Schema, error) {
	var types []*Schema
	if s.Optional() {
		types = append(types, &Schema{Type: Null})
	}
	for i := range s.Fields() {
		t, err := w.sub(batch.From(s.Fields()[i].Schema).Optional(false).Build(), true)
		if err != nil {
			return nil, err
		}
		types = append(types, t)
	}
	return newUnion(types)
}

func (w *schemaWriter) record(s *batch.Schema) (*Schema, error) {
	name, err := w.nameOf(s)
	if err != nil {
		return nil, err
	}
	out := &Schema{Type: Record, Name: name}
	if w.discardTypeDoc {
		out.Doc = param(s, propRecordDoc)
	} else {
		out.Doc = param(s, recordDoc)
	}
	fields := make([]Field, 0, len(s.Fields()))
	for i := range s.Fields() {
		f := &s.Fields()[i]
		var doc *string
		if !w.discardTypeDoc {
			doc = param(s, fieldDoc+f.Name)
		}
		af, err := w.field(w.fieldName(f.Name), f.Schema, doc)
		if err != nil {
			return nil, err
		}
		fields = append(fields, af)
	}
	return out, out.setFields(fields)
}

// field makes a member of a record. Source: AvroData.addAvroRecordField.
func (w *schemaWriter) field(name string, s *batch.Schema, doc *string) (Field, error) {
	f := Field{Name: name, Doc: doc}
	var def *Node
	switch {
	case s == nil:
		return f, nullSchema("defaultValue")
	case s.HasDefault():
		n, err := w.defaultNode(s, s.Default())
		if err != nil {
			return f, err
		}
		widened := widen(n)
		def = &widened
	case s.Optional():
		def = &Node{}
	}
	if w.discardTypeDoc && s.HasDoc() {
		text := s.Doc()
		f.Doc = &text
	}
	again := false
	if s.HasName() {
		n := scrubbedFull(s.Name(), w.scrub)
		again, w.seen[n] = w.seen[n], true
	}
	var err error
	if f.Schema, err = w.schema(s, false); err != nil {
		return f, err
	}
	if err := checkName(name); err != nil {
		return f, err
	}
	switch {
	case def == nil:
	case validDefault(f.Schema, def):
		f.Default = def
	default: // left out with a warning, for which the original prints the schema
		if err := f.Schema.printable(); err != nil {
			return f, err
		}
	}
	if w.metaData && again && len(s.Params()) > 0 && hasNamed(f.Schema) {
		if p := w.paramsNode(s); len(p.Items) > 0 {
			f.Props = append(f.Props, Prop{propParameters, p})
		}
	}
	return f, nil
}

// nullSchema is what Java throws where a schemaless type stands inside a schema.
func nullSchema(method string) error {
	return &codec.Error{Class: nullPointer, Pos: -1,
		Text: `Cannot invoke "org.apache.kafka.connect.data.Schema.` + method + `()" because "fieldSchema" is null`}
}

// hasNamed reports whether s is a named type or a union with one.
func hasNamed(s *Schema) bool {
	for _, t := range s.Types {
		if t.Type.named() {
			return true
		}
	}
	return s.Type.named()
}
