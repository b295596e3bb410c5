package datagen

import (
	"errors"
	"fmt"
	"math"

	"github.com/millrace/millrace/batch"
)

// fieldsMax bounds a shape.
const fieldsMax = 1024

// parseShape reads a shape: the name of a built-in one, or text as the package comment has it. Errors
// name the field.
func parseShape(text string) (*shape, error) {
	if t, ok := builtin(text); ok {
		text = t
	}
	p := parser{scanner: scanner{text: text}, schema: batch.NewSchema(batch.KindStruct), names: map[string]bool{}}
	if err := p.shape(); err != nil {
		return nil, err
	}
	return &shape{schema: p.schema.Build(), fields: p.fields}, nil
}

type parser struct {
	scanner
	schema *batch.Builder
	fields []field
	names  map[string]bool
}

func (p *parser) shape() error {
	if p.end() {
		return errors.New("is empty: give a built-in shape (" + builtinNames + ") or fields")
	}
	start := p.pos
	name := p.word()
	open := name != "" && p.take('(')
	if open {
		p.schema.Name(name)
	} else {
		p.pos = start
	}
	for {
		if err := p.field(); err != nil {
			return err
		}
		if p.take(',') {
			continue
		}
		break
	}
	if open && !p.take(')') {
		return fmt.Errorf("a comma or ) is missing at %s", p.here())
	}
	if !p.end() {
		return fmt.Errorf("a comma is missing at %s", p.here())
	}
	return nil
}

func (p *parser) field() error {
	name, err := p.arg()
	if err != nil {
		return fmt.Errorf("field %d: a name is missing at %s", len(p.fields)+1, p.here())
	}
	f := field{name: name.text}
	if err := p.rest(&f); err != nil {
		if len(p.fields) == 0 && p.end() && p.pos == len(name.text) {
			return fmt.Errorf("%q is no built-in shape (%s) and no field: a type is missing", name.text, builtinNames)
		}
		return fmt.Errorf("field %q: %w", f.name, err)
	}
	switch {
	case p.names[f.name]:
		return fmt.Errorf("field %q: the name is given twice", f.name)
	case len(p.fields) == fieldsMax:
		return fmt.Errorf("field %q: more than %d fields", f.name, fieldsMax)
	}
	p.names[f.name] = true
	p.fields = append(p.fields, f)
	p.schema.Field(f.name, f.schema)
	return nil
}

// rest reads what follows a field's name.
func (p *parser) rest(f *field) error {
	typ := p.word()
	b, ok := schemaOf(typ)
	if !ok {
		if typ == "" {
			return fmt.Errorf("a type is missing at %s", p.here())
		}
		return fmt.Errorf("unknown type %q: types are int8, int16, int32, int64, float32, float64, boolean, string, bytes, date, timestamp", typ)
	}
	f.schema = b.Optional(p.take('?')).Build()
	generator := ""
	var args []arg
	var err error
	if p.take('=') {
		if generator = p.word(); generator == "" {
			return fmt.Errorf("a generator is missing at %s", p.here())
		}
		if args, err = p.args(); err != nil {
			return err
		}
	}
	if err := f.generator(generator, args); err != nil {
		return err
	}
	mark := p.pos
	if p.word() != "nulls" {
		p.pos = mark
		return nil
	}
	if args, err = p.args(); err != nil {
		return err
	}
	share, err := percents(args)
	if err != nil {
		return fmt.Errorf("nulls: %w", err)
	}
	if !f.schema.Optional() {
		return fmt.Errorf("nulls(%s): the field is not optional: put ? behind its type", args[0].text)
	}
	f.nulls = percent(share)
	return nil
}

// schemaOf starts the schema of a type.
func schemaOf(typ string) (*batch.Builder, bool) {
	switch typ {
	case "date":
		return batch.NewSchema(batch.KindInt32).Name(batch.DateName).Version(1), true
	case "timestamp":
		return batch.NewSchema(batch.KindInt64).Name(batch.TimestampName).Version(1), true
	}
	kinds := map[string]batch.Kind{"int8": batch.KindInt8, "int16": batch.KindInt16, "int32": batch.KindInt32, "int64": batch.KindInt64,
		"float32": batch.KindFloat32, "float64": batch.KindFloat64, "boolean": batch.KindBoolean, "string": batch.KindString, "bytes": batch.KindBytes}
	k, ok := kinds[typ]
	return batch.NewSchema(k), ok
}

// integerBounds returns the values that an integer kind holds.
func integerBounds(k batch.Kind) (lo, hi int64) {
	size := 8*k.FixedBytes() - 1
	return -1 << size, math.MaxInt64 >> (63 - size)
}
