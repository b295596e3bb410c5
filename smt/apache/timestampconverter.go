package apache

import (
	"errors"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/datetext"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

func timestampConverterClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "field", Type: config.String, Default: "", Importance: config.High,
			Doc: "The field containing the timestamp, or empty if the entire value is a timestamp",
		}).
		Define(config.Key{
			Name: "target.type", Type: config.String, Required: true, Importance: config.High,
			Validator: config.In("string", "unix", "Date", "Time", "Timestamp"),
			Doc:       "The desired timestamp representation: string, unix, Date, Time, or Timestamp",
		}).
		Define(config.Key{
			Name: "format", Type: config.String, Default: "", Importance: config.Medium,
			Doc: "A SimpleDateFormat-compatible format for the timestamp. Used to generate the output when type=string " +
				"or used to parse the input if the input is a string.",
		}).
		Define(config.Key{
			Name: "unix.precision", Type: config.String, Default: "milliseconds", Importance: config.Low,
			Validator: config.In("nanoseconds", "microseconds", "milliseconds", "seconds"),
			Doc: "The desired Unix precision for the timestamp: seconds, milliseconds, microseconds, or nanoseconds. " +
				"Used to generate the output when type=unix or used to parse the input if the input is a Long." +
				"Note: This SMT will cause precision loss during conversions from, and to, values with sub-millisecond components.",
		}).
		Define(replaceNullKey())
	return twoSided("TimestampConverter", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &timestampConverter{Side: s, field: v.String("field"), withDefault: v.Bool(replaceNull)}
		t.to.target = map[string]timeForm{"string": textTime, "unix": unixTime, "Date": dateTime, "Time": clockTime, "Timestamp": instantTime}[v.String("target.type")]
		t.to.unit = map[string]unit{"nanoseconds": nanos, "microseconds": micros, "milliseconds": millis, "seconds": seconds}[v.String("unix.precision")]
		if err := t.to.setPattern(v.String("format")); err != nil {
			return nil, err
		}
		return editing(s, t), nil
	})
}

// setPattern compiles the format, which texts need.
func (c *timeConversion) setPattern(pattern string) error {
	if java.Trim(pattern) == "" {
		if c.target == textTime {
			return configError("TimestampConverter requires format option to be specified when using string timestamps")
		}
		return nil
	}
	f, err := datetext.New(pattern, nil, time.Now())
	if err != nil {
		text := err.Error()
		if e := (*java.Exception)(nil); errors.As(err, &e) {
			text = e.String()
		}
		return configError("Invalid value " + text + " for configuration TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: " + pattern)
	}
	c.pattern, c.format, c.period = pattern, f, patternUnit(pattern)
	return nil
}

const convertingTimestamps = "converting timestamp formats"

// timestampConverter changes how a value or field says a point in time. Source: TimestampConverter.
type timestampConverter struct {
	columnar.Side
	field       string // "" for the whole value
	withDefault bool
	to          timeConversion
	schemas     schemas.Cache[rewrite]
	children    []*batch.Column // scratch
	maps        mapOrders
}

// rewrite computes the resulting schema; the error of a field that says no time comes later, where a struct
// has it.
func (t *timestampConverter) rewrite(s *batch.Schema) rewrite {
	return t.schemas.Get(s, func(s *batch.Schema) (w rewrite) {
		if t.field == "" {
			w.schema, w.whole = t.to.schema(s.Optional()), true
			return w
		}
		if s.Kind() != batch.KindStruct {
			w.err = noFields()
			return w
		}
		out := structLike(s)
		for _, f := range s.Fields() {
			if f.Name == t.field {
				out.Field(f.Name, t.to.schema(f.Schema.Optional()))
			} else {
				out.Field(f.Name, f.Schema)
			}
		}
		if w.err = out.Err; w.err != nil {
			return w
		}
		w.from = copied(s)
		f := s.Field(t.field)
		w.odd = f != nil && misnamedTime(f.Schema)
		out.Builder().Optional(s.Optional())
		if st := s.Default().Struct(); st != nil {
			def, err := t.inStruct(st, out.Builder().Build())
			if err == nil {
				err = withDefault(out.Builder(), def)
			}
			w.err = err
		}
		w.schema = out.Builder().Build()
		return w
	})
}

// inStruct copies st with the field converted.
func (t *timestampConverter) inStruct(st *batch.StructValue, s *batch.Schema) (batch.Value, error) {
	out := batch.NewStructValue(s)
	for _, f := range st.Schema.Fields() {
		v := fieldOf(st, f.Name, t.withDefault)
		if f.Name == t.field {
			from, err := formOf(f.Schema)
			if err != nil {
				return v, err
			}
			if v, err = t.to.value(v, from); err != nil {
				return v, err
			}
		}
		if err := out.Put(f.Name, v); err != nil {
			return v, err
		}
	}
	return batch.StructValueOf(out), nil
}

func (t *timestampConverter) effect() smt.Effect {
	if t.field == "" {
		return t.On(smt.Access{Form: smt.Opaque})
	}
	return t.On(smt.Access{Form: smt.Edited, Reads: []smt.Path{{t.field}}, Writes: []string{t.field}})
}

func (t *timestampConverter) record(r smt.Record) (smt.Record, bool, error) {
	schema, value := t.Of(&r)
	if schema == nil {
		out, err := t.untyped(value)
		return t.With(r, nil, out), err == nil, err
	}
	if t.field == "" {
		from, err := formOf(schema)
		if err != nil {
			return r, false, err
		}
		out, err := t.to.value(value, from)
		return t.With(r, t.rewrite(schema).schema, out), err == nil, err
	}
	var st *batch.StructValue
	if !value.IsNull() {
		var err error
		if st, err = requireStruct(value, convertingTimestamps); err != nil {
			return r, false, err
		}
	}
	w := t.rewrite(schema)
	if w.err != nil || st == nil {
		return t.With(r, w.schema, batch.Null()), w.err == nil, w.err
	}
	out, err := t.inStruct(st, w.schema)
	return t.With(r, w.schema, out), err == nil, err
}

// untyped is record for a value without schema.
func (t *timestampConverter) untyped(v batch.Value) (batch.Value, error) {
	if v.IsNull() || t.field == "" {
		return t.to.untypedValue(v)
	}
	m, err := requireMap(v, convertingTimestamps)
	if err != nil {
		return v, err
	}
	field, _ := m.Get(batch.StringValue(t.field))
	if field, err = t.to.untypedValue(field); err != nil {
		return v, err
	}
	out := copyMap(m)
	out.Put(batch.StringValue(t.field), field)
	return batch.MapValueOf(out), nil
}

func (t *timestampConverter) columns(b *batch.Batch) ([]*batch.Batch, bool) {
	c := t.Column(b)
	if c.Schema() == nil {
		return nil, t.untypedColumns(b, c)
	}
	p := split(b, c)
	if columnar.IsEmpty(p.present) && columnar.IsEmpty(p.null) {
		return nil, true
	}
	if t.field == "" {
		from, err := formOf(c.Schema())
		if err != nil {
			columnar.Fail(b, p.present, err)
			columnar.Fail(b, p.null, err)
			return nil, true
		}
		if misnamedTime(c.Schema()) {
			return nil, false
		}
		out := t.to.column(b, p.present, c, from, t.rewrite(c.Schema()).schema)
		if c.NoSchema != nil {
			out = b.WithSchema(out, out.Schema())
			out.NoSchema = c.NoSchema
		}
		t.SetColumn(b, out)
		return nil, true
	}
	if !onlyStructs(b, c, p.present, convertingTimestamps) {
		p.present = none
	}
	w := t.rewrite(c.Schema())
	if w.err != nil {
		columnar.Fail(b, p.present, w.err)
		columnar.Fail(b, p.null, w.err)
		return nil, true
	}
	if w.odd {
		return nil, false
	}
	c = columnar.PlainStructs(b, c)
	t.children = t.fields(b, p.present, c.Valid, &w, c.Children, t.children[:0])
	t.SetColumn(b, structsLike(b, c, w.schema, t.children))
	return nil, true
}

func (t *timestampConverter) fields(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, in, out []*batch.Column) []*batch.Column {
	fields := w.schema.Fields()
	for i := range fields {
		f := &fields[i]
		child := reading(b, rows, in[i], t.withDefault)
		if f.Name == t.field {
			from, err := formOf(child.Schema())
			if failed(b, rows, err) {
				child = b.NewConstant(f.Schema, b.Len(), batch.Null()) // of structs that are null
			} else {
				child = t.to.column(b, presentOf(b, rows, child), child, from, f.Schema)
			}
		}
		columnar.Put(b, rows, f, child, valid)
		out = append(out, child)
	}
	return out
}

// untypedColumns is columns for rows without schema.
func (t *timestampConverter) untypedColumns(b *batch.Batch, c *batch.Column) bool {
	if t.field == "" {
		p := split(b, c)
		if columnar.IsEmpty(p.present) {
			return true
		}
		out, ok := t.to.untyped(b, p.present, c)
		if ok {
			t.SetColumn(b, out)
		}
		return ok
	}
	c, p, ok := objects(b, c, convertingTimestamps)
	if !ok {
		return false
	}
	if columnar.IsEmpty(p.present) {
		return true
	}
	m := memberOf(b, c, p.present, t.field)
	out, ok := t.to.untyped(b, presentOf(b, p.present, m), m)
	if !ok {
		return false
	}
	e := t.maps.copyObjects(b, c)
	e.put(t.field, out)
	t.SetColumn(b, e.column())
	return true
}
