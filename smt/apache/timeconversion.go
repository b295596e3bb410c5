package apache

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java/datetext"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// timeForm is how a value says a point in time.
type timeForm uint8

const (
	textTime timeForm = iota
	unixTime
	dateTime
	clockTime
	instantTime
)

// unit is the precision of a number since the epoch.
type unit uint8

const (
	millis unit = iota
	seconds
	micros
	nanos
)

// timeConversion converts points in time to one form, over milliseconds since the epoch.
type timeConversion struct {
	target  timeForm
	unit    unit // of numbers, on both ends
	pattern string
	format  *datetext.Format // nil if there is none
	period  int64            // milliseconds in which its texts are the same
}

// schema is the schema of the target form.
func (c *timeConversion) schema(optional bool) *batch.Schema {
	switch c.target {
	case textTime:
		return batch.Of(batch.KindString, optional)
	case unixTime:
		return batch.Of(batch.KindInt64, optional)
	case dateTime:
		return ofPair(dates, optional)
	case clockTime:
		return ofPair(times, optional)
	}
	return ofPair(timestamps, optional)
}

// formOf returns the form that a schema stands for. Source: TimestampConverter.timestampTypeFromSchema.
func formOf(s *batch.Schema) (timeForm, error) {
	switch {
	case s.HasName() && s.Name() == batch.TimestampName:
		return instantTime, nil
	case s.HasName() && s.Name() == batch.DateName:
		return dateTime, nil
	case s.HasName() && s.Name() == batch.TimeName:
		return clockTime, nil
	case s.Kind() == batch.KindString:
		return textTime, nil
	case s.Kind() == batch.KindInt64:
		return unixTime, nil
	}
	return 0, exception(connectException, "Schema "+schemaText(s)+" does not correspond to a known timestamp type format")
}

// misnamedTime reports whether s has the name of a logical type and values of another class.
func misnamedTime(s *batch.Schema) bool {
	form, err := formOf(s)
	return err == nil && form >= dateTime && s.Logical() == batch.LogicalNone
}

// value converts v, which has the given form. Source: TimestampConverter.convertTimestamp.
func (c *timeConversion) value(v batch.Value, from timeForm) (batch.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	ms, err := c.millis(v, from)
	if err != nil {
		return v, err
	}
	switch c.target {
	case textTime:
		return batch.StringValue(string(c.format.Append(nil, ms))), nil
	case unixTime:
		return batch.Int64Value(c.unit.of(ms)), nil
	case dateTime:
		return batch.DateValue(ms - floorMod(ms)), nil
	case clockTime:
		return batch.DateValue(floorMod(ms)), nil
	}
	return batch.DateValue(ms), nil
}

// millis reads v. Source: TimestampTranslator.toRaw.
func (c *timeConversion) millis(v batch.Value, from timeForm) (int64, error) {
	wrong := func(what string) (int64, error) {
		return 0, dataError("Expected " + what + ", but found class " + v.Tag().JavaClass())
	}
	switch from {
	case textTime:
		if v.Tag() != batch.TagString {
			return wrong("string timestamp to be a String")
		}
		return c.parse(v.Str())
	case unixTime:
		if v.Tag() != batch.TagInt64 {
			return wrong("Unix timestamp to be a Long")
		}
		return c.unit.millis(v.Int()), nil
	}
	if v.Tag() != batch.TagDate {
		return wrong([...]string{dateTime: "Date", clockTime: "Time", instantTime: "Timestamp"}[from] + " to be a java.util.Date")
	}
	return v.Int(), nil
}

// parse reads a text.
func (c *timeConversion) parse(text string) (int64, error) {
	if c.format == nil {
		return 0, noFormat()
	}
	if ms, end, _ := c.format.ParsePrefix(text, 0); end > 0 {
		return ms, nil
	}
	return 0, c.unreadable(text)
}

func noFormat() error {
	return exception(nullPointerException, `Cannot invoke "java.text.SimpleDateFormat.parse(String)" because "config.format" is null`)
}

func (c *timeConversion) unreadable(text string) error {
	return dataError("Could not parse timestamp: value (" + text + ") does not match pattern (" + c.pattern + ")")
}

// untypedValue converts a value by its class.
func (c *timeConversion) untypedValue(v batch.Value) (batch.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	from, err := formOfClass(v.Tag())
	if err != nil {
		return v, err
	}
	return c.value(v, from)
}

// formOfClass returns the form of values without schema. Source: TimestampConverter.inferTimestampType.
func formOfClass(class batch.Tag) (timeForm, error) {
	switch class {
	case batch.TagDate:
		return instantTime, nil
	case batch.TagInt64:
		return unixTime, nil
	case batch.TagString:
		return textTime, nil
	}
	return 0, dataError("TimestampConverter does not support class " + class.JavaClass() + " objects as timestamps")
}

// floorMod returns the milliseconds of the day.
func floorMod(ms int64) int64 {
	m := ms % millisPerDay
	if m < 0 {
		m += millisPerDay
	}
	return m
}

// millis converts a number of u to milliseconds: toward zero, within the bounds of int64.
// Source: TimeUnit.toMillis.
func (u unit) millis(n int64) int64 {
	switch u {
	case seconds:
		return saturated(n, 1000)
	case micros:
		return n / 1000
	case nanos:
		return n / 1_000_000
	}
	return n
}

// of converts milliseconds to u.
func (u unit) of(ms int64) int64 {
	switch u {
	case seconds:
		return ms / 1000
	case micros:
		return saturated(ms, 1000)
	case nanos:
		return saturated(ms, 1_000_000)
	}
	return ms
}

func saturated(n, factor int64) int64 {
	switch {
	case n > math.MaxInt64/factor:
		return math.MaxInt64
	case n < math.MinInt64/factor:
		return math.MinInt64
	}
	return n * factor
}

// column converts a column of the given form to s; rows are those with a value. Null stays null.
func (c *timeConversion) column(b *batch.Batch, rows batch.Selection, in *batch.Column, from timeForm, s *batch.Schema) *batch.Column {
	in = b.PlainColumn(in)
	if same := c.target == from && from >= dateTime; same {
		return b.WithSchema(in, s)
	}
	ms := mem.Alloc[int64](&b.Arena, in.Len())
	switch from {
	case textTime:
		c.parseAll(b, rows, ms, in)
	case unixTime:
		for i, v := range in.Int64s() {
			ms[i] = c.unit.millis(v)
		}
	case dateTime:
		for i, v := range in.Int32s() {
			ms[i] = int64(v) * millisPerDay
		}
	case clockTime:
		convert(ms, in.Int32s())
	case instantTime:
		ms = in.Int64s()
	}
	out := c.written(b, rows, ms, s)
	out.Valid = in.Valid
	return out
}

// parseAll reads the given rows of a STRING column.
func (c *timeConversion) parseAll(b *batch.Batch, rows batch.Selection, ms []int64, in *batch.Column) {
	if c.format == nil {
		clear(ms)
		columnar.Fail(b, rows, noFormat())
		return
	}
	for _, i := range columnar.Listed(b, rows) {
		text := in.At(int(i))
		at, end, _ := c.format.ParsePrefix(string(text), 0)
		if end <= 0 {
			b.Status.Fail(i, b.Len(), c.unreadable(string(text)))
			at = 0
		}
		ms[i] = at
	}
}

// written returns a column under s of points in time.
func (c *timeConversion) written(b *batch.Batch, rows batch.Selection, ms []int64, s *batch.Schema) *batch.Column {
	if c.target == textTime {
		w := newTextColumn(b, s, len(ms), len(c.pattern)+16)
		last, period := int32(-1), int64(0)
		for _, i := range columnar.Listed(b, rows) {
			if p := floorDiv(ms[i], c.period); last < 0 || p != period {
				w.buf = c.format.Append(w.buf, ms[i])
				w.end(i)
				last, period = i, p
			} else {
				w.column.Views[i] = w.column.Views[last]
			}
		}
		return w.finish()
	}
	out := b.NewFixed(s, len(ms))
	switch c.target {
	case unixTime:
		dst := out.Int64s()
		for i, v := range ms {
			dst[i] = c.unit.of(v)
		}
	case dateTime:
		dst := out.Int32s()
		for i, v := range ms {
			dst[i] = int32((v - floorMod(v)) / millisPerDay)
		}
	case clockTime:
		dst := out.Int32s()
		for i, v := range ms {
			dst[i] = int32(floorMod(v))
		}
	default:
		copy(out.Int64s(), ms)
	}
	return out
}

// untyped converts a column without schema; ok is false for values of several classes, which have no
// columnar form.
func (c *timeConversion) untyped(b *batch.Batch, rows batch.Selection, in *batch.Column) (_ *batch.Column, ok bool) {
	if in.Form() == batch.FormConstant {
		v, err := c.untypedValue(in.Const)
		if failed(b, rows, err) {
			v = batch.Null()
		}
		return b.NewConstant(nil, in.Len(), v), true
	}
	class, ok := classAmong(in.Dyn)
	switch {
	case !ok || class == batch.TagPacked:
		return nil, false
	case class == batch.TagNull:
		return b.NullColumn(in.Len()), true
	}
	from, err := formOfClass(class)
	if failed(b, rows, err) {
		return b.NullColumn(in.Len()), true
	}
	k := batch.KindInt64
	if from == textTime {
		k = batch.KindString
	}
	typed := typedOf(b, in, k)
	if from == instantTime {
		typed = datesOf(b, in)
	}
	// Milliseconds are kept whole: a schemaless Date is no number of days.
	s := c.schema(true)
	if c.target >= dateTime {
		s = ofPair(timestamps, true)
	}
	return untypedOf(b, c.instants(b, rows, typed, from, s)), true
}

// datesOf returns the dates of a schemaless column as Timestamps.
func datesOf(b *batch.Batch, in *batch.Column) *batch.Column {
	out := b.NewFixed(ofPair(timestamps, true), in.Len())
	copy(out.Int64s(), in.Dyn.Int64s())
	if in.Dyn.Tags != nil {
		out.Valid = tagged(b, in.Dyn, batch.TagDate)
	}
	return out
}

// instants is column with days and times of the day as milliseconds since the epoch.
func (c *timeConversion) instants(b *batch.Batch, rows batch.Selection, in *batch.Column, from timeForm, s *batch.Schema) *batch.Column {
	if c.target != dateTime && c.target != clockTime {
		return c.column(b, rows, in, from, s)
	}
	whole := *c
	whole.target = instantTime
	at := whole.column(b, rows, in, from, s)
	out := b.NewFixed(s, in.Len())
	out.Valid = at.Valid
	dst := out.Int64s()
	for i, v := range at.Int64s() {
		dst[i] = floorMod(v)
		if c.target == dateTime {
			dst[i] = v - dst[i]
		}
	}
	return out
}
