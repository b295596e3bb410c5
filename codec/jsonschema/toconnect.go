package jsonschema

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// schemasMax bounds the schemas of Connect that one text becomes: references make few bytes many schemas.
const schemasMax = 100_000

// toConnect maps a schema. version is what the registry says, nil for nothing.
//
// Errors: *codec.Error as the original throws it. Source: JsonSchemaData.toConnectSchema.
func (d *data) toConnect(s *schema, version *int32) (*batch.Schema, error) {
	t := connecting{data: d}
	out, err := t.run(s, version)
	if err == nil && len(t.ids) > 0 { // what an object is called in the end is seen by those that refer to it before
		again := connecting{data: d, known: t.ids}
		out, err = again.run(s, version)
	}
	if err == nil && out == nil {
		err = nullPointer("the schema takes nothing but null")
	}
	return out, err
}

// connecting is one mapping of a schema to Connect.
type connecting struct {
	*data
	known   map[*schema]string // ids of objects that are referred to again
	ids     map[*schema]string
	objects map[*schema]*batch.Schema // nil: its fields are being mapped
	nextID  int
	unions  int // so far
	made    int
}

func (t *connecting) run(s *schema, version *int32) (*batch.Schema, error) {
	t.ids, t.objects = map[*schema]string{}, map[*schema]*batch.Schema{}
	return t.schema(s, version, false, 0)
}

// draftSchema is a schema of Connect while it is made.
type draftSchema struct {
	*batch.Builder
	named, params bool
}

// schema maps s; optional makes the result optional, whatever s says. It is nil, without an error, for two alternatives that are both null.
func (t *connecting) schema(s *schema, version *int32, optional bool, depth int) (*batch.Schema, error) {
	if t.made++; t.made > schemasMax || depth > depthMax {
		return nil, codec.Data("the schema becomes more than %d schemas of Connect, or more than %d in one another", schemasMax, depthMax)
	}
	switch s.class {
	case classCombined:
		if len(s.parts) == 1 && t.flattenSingletons {
			return t.schema(s.parts[0], nil, false, depth+1)
		}
		if s.criterion == allOf {
			return t.allOf(s, version, optional, depth)
		}
		t.unions++
		if one, is := nullable(s.parts); is {
			if one == nil {
				return nil, nil
			}
			return t.schema(one, version, true, depth+1)
		}
	case classReference:
		return t.reference(s.referred, version, optional, depth)
	}
	b, err := t.builder(s, depth)
	if err != nil {
		return nil, err
	}
	return t.finish(s, b, version, optional)
}

// nullable reports whether one of two parts is null, and returns the other one, nil for null again.
func nullable(parts []*schema) (one *schema, is bool) {
	if len(parts) != 2 {
		return nil, false
	}
	for _, p := range parts {
		if p.class == classNull {
			is = true
		} else {
			one = p
		}
	}
	return one, is
}

// reference maps what a $ref refers to. An object that was mapped before gets an id.
func (t *connecting) reference(referred *schema, version *int32, optional bool, depth int) (*batch.Schema, error) {
	before, known := t.objects[referred]
	switch {
	case !known:
		return t.schema(referred, version, optional, depth+1)
	case before == nil:
		return nil, codec.Data("the schema refers to itself; recursive schemas are not supported")
	}
	t.nextID++
	id := "#id" + strconv.Itoa(t.nextID)
	t.ids[referred] = id
	if last := t.known[referred]; last != "" {
		id = last
	}
	return batch.From(before).Optional(optional).Param(idParam, id).Build(), nil
}

// builder begins a schema of one class.
func (t *connecting) builder(s *schema, depth int) (b draftSchema, err error) {
	switch s.class {
	case classBoolean:
		b.Builder = batch.NewSchema(batch.KindBoolean)
	case classNumber:
		b.Builder, err = numberBuilder(s)
	case classString:
		b.Builder = batch.NewSchema(batch.KindString)
		if of, _ := s.text(keywordType); of == typeBytes {
			b.Builder = batch.NewSchema(batch.KindBytes)
		}
	case classConst, classEnum:
		if s.class == classConst && s.values[0].Kind == jsonscan.Null {
			return b, nullPointer("const is null")
		}
		b.Builder, b.params = t.enum(s.values), true
	case classCombined:
		return t.union(s, t.unions-1, depth)
	case classArray:
		b.Builder, err = t.array(s, depth)
	case classObject:
		b.Builder, err = t.object(s, depth)
	case classEmpty:
		bytes := batch.Of(batch.KindBytes, false)
		b.Builder, b.named = batch.NewSchema(batch.KindStruct).Name(variantName).Field("metadata", bytes).Field(valueField, bytes), true
	default:
		err = codec.Data("Unsupported schema type %s", s.javaName())
	}
	return b, err
}

func numberBuilder(s *schema) (*batch.Builder, error) {
	kinds := map[string]batch.Kind{
		typeInt8: batch.KindInt8, typeInt16: batch.KindInt16, typeInt32: batch.KindInt32, typeInt64: batch.KindInt64,
		typeFloat32: batch.KindFloat32, typeFloat64: batch.KindFloat64, typeBytes: batch.KindBytes,
	}
	of, given := s.text(keywordType)
	k, known := kinds[of]
	switch {
	case known:
	case given:
		return nil, illegalArgument("Unsupported type "+of, nil)
	case s.integer:
		k = batch.KindInt64
	default:
		k = batch.KindFloat64
	}
	return batch.NewSchema(k), nil
}

// enum begins a schema of text that is one of values. Source: JsonSchemaData.toConnectEnums.
func (t *connecting) enum(values []*jsonscan.Node) *batch.Builder {
	key := t.enumKey()
	b := batch.NewSchema(batch.KindString).Param(key, "")
	for i, v := range values {
		symbol := nullSymbol
		if v.Kind != jsonscan.Null {
			symbol = symbolOf(v)
		}
		if t.generalized {
			b.Param(key+"."+symbol, strconv.Itoa(i))
		} else {
			b.Param(key+"."+symbol, symbol)
		}
	}
	return b
}

// union begins a struct of one field for each part, the numberth union of the text.
func (t *connecting) union(s *schema, number, depth int) (b draftSchema, err error) {
	name := unionName
	b.named = true
	b.Builder = batch.NewSchema(batch.KindStruct)
	if t.generalized {
		name = generalName + strconv.Itoa(number)
		b.Param(generalUnion, name)
		b.params = true
	}
	b.Name(name)
	index := 0
	for _, part := range s.parts {
		if part.class == classNull {
			b.Optional(true)
			continue
		}
		f, err := t.schema(part, nil, true, depth+1)
		if err != nil {
			return b, err
		}
		field := t.unionPrefix() + strconv.Itoa(index)
		if f == nil {
			return b, noField(field)
		}
		b.Field(field, f)
		index++
	}
	return b, nil
}

func (t *connecting) array(s *schema, depth int) (*batch.Builder, error) {
	if s.items == nil {
		return nil, codec.Data("Array schema did not specify the items type")
	}
	if of, _ := s.text(keywordType); of == typeMap && s.items.class == classObject {
		var sides [2]*batch.Schema
		for i, name := range [...]string{keyField, valueField} {
			at := slices.IndexFunc(s.items.properties, func(p property) bool { return p.name == name })
			if at < 0 {
				continue
			}
			var err error
			if sides[i], err = t.schema(s.items.properties[at].schema, nil, false, depth+1); err != nil {
				return nil, err
			}
		}
		return mapping(sides[0], sides[1])
	}
	items, err := t.schema(s.items, nil, false, depth+1)
	switch {
	case err != nil:
		return nil, err
	case items == nil:
		return nil, builderError("valueSchema cannot be null.", nil)
	}
	return batch.NewSchema(batch.KindArray).Elem(items), nil
}

// mapping begins a map; either side may be nil.
func mapping(key, value *batch.Schema) (*batch.Builder, error) {
	switch {
	case key == nil:
		return nil, builderError("keySchema cannot be null.", nil)
	case value == nil:
		return nil, builderError("valueSchema cannot be null.", nil)
	}
	return batch.NewSchema(batch.KindMap).Key(key).Elem(value), nil
}

func (t *connecting) object(s *schema, depth int) (*batch.Builder, error) {
	if of, _ := s.text(keywordType); of == typeMap {
		var v *batch.Schema
		if s.additional != nil {
			var err error
			if v, err = t.schema(s.additional, nil, false, depth+1); err != nil {
				return nil, err
			}
		}
		return mapping(batch.Of(batch.KindString, false), v)
	}
	t.objects[s] = nil
	return t.structure(indexed(s.properties), s.required, depth)
}

// indexed returns properties in the order of their connect.index. One without takes the number of those before it, and
// where two have one index the last one stands.
func indexed(properties []property) []property {
	byIndex := map[int32]property{}
	for _, p := range properties {
		index, given := p.number(keywordIndex)
		if !given {
			index = int32(len(byIndex))
		}
		byIndex[index] = p
	}
	order := make([]int32, 0, len(byIndex))
	for i := range byIndex {
		order = append(order, i)
	}
	slices.SortFunc(order, cmp.Compare[int32])
	out := make([]property, len(order))
	for i, at := range order {
		out[i] = byIndex[at]
	}
	return out
}

// structure begins a struct.
func (t *connecting) structure(properties []property, required map[string]bool, depth int) (*batch.Builder, error) {
	b := batch.NewSchema(batch.KindStruct)
	for _, p := range properties {
		if p.name == "" {
			return nil, builderError("fieldName cannot be null.", nil)
		}
		f, err := t.schema(p.schema, nil, t.optionalNonRequired && !required[p.name], depth+1)
		if err != nil {
			return nil, codec.InField(err, p.name)
		}
		if f == nil {
			return nil, noField(p.name)
		}
		b.Field(p.name, f)
	}
	return b, nil
}

// finish gives a schema what the keywords of every class say.
func (t *connecting) finish(s *schema, b draftSchema, version *int32, optional bool) (*batch.Schema, error) {
	if title, ok := s.text("title"); ok && !b.named {
		b.Name(title)
	}
	if v, ok := s.number(keywordVersion); ok {
		b.Version(v)
	} else if version != nil {
		b.Version(*version)
	}
	if doc, ok := s.text("description"); ok {
		b.Doc(doc)
	}
	if p := s.keyword(keywordParameters); p != nil && p.Kind == jsonscan.Object {
		for _, i := range java.HashMapOrder(p.Names) {
			b.Param(p.Names[i], textOf(&p.Items[i]))
		}
		b.params = b.params || len(p.Names) > 0
	}
	if id := t.known[s]; id != "" && b.params { // parameters are seen as they are in the end
		b.Param(idParam, id)
	}
	if n := s.keyword(keywordDefault); n != nil && !(s.modern && n.Kind == jsonscan.Null) {
		bare := b.Build()
		if s.modern {
			n = whole(n)
		}
		hashed := cloned(n)
		hashOrder(&hashed) // org.json has it in between
		v, err := t.read(bare, &hashed)
		if err == nil {
			if err = bare.Validate(v); err == nil && bare.Kind() == batch.KindStruct && bare.Name() != variantName && !v.IsNull() {
				err = codec.Data("Struct schemas do not match.") // a builder's is none that a struct has, but for a variant's
			}
			if err != nil {
				err = builderError("Invalid default value", err)
			}
		}
		if err != nil {
			return nil, err
		}
		b = draftSchema{Builder: batch.From(bare)}
		if !v.IsNull() {
			b.Default(v)
		}
	}
	if optional {
		b.Optional(true)
	}
	out := b.Build()
	if _, object := t.objects[s]; object {
		t.objects[s] = out
	}
	return out, nil
}
