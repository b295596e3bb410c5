package datagen

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/millrace/millrace/batch"
)

const (
	textMax     = 16 << 10 // characters of a text or pattern
	digitsOfRun = 18       // of a pattern, from one draw: 10^18 fits 64 bits
	decimalsMax = 6
	choicesMax  = 64 << 10
)

// The year 2024: what dates and timestamps without a generator lie in.
const (
	firstDay, lastDay       = 19723, 20088
	firstMilli, afterMillis = firstDay * 86400000, (lastDay + 1) * 86400000
)

// generator sets where the values come from; "" is the default of the type.
func (f *field) generator(name string, args []arg) (err error) {
	defer func() {
		if err != nil && name != "" {
			err = fmt.Errorf("%s: %w", name, err)
		}
	}()
	kind := f.schema.Kind()
	isFloat := kind == batch.KindFloat32 || kind == batch.KindFloat64
	isInteger := kind <= batch.KindInt64
	usable := true
	switch name {
	case "":
		f.byType()
	case "sequence":
		if usable = isInteger; usable {
			err = f.sequence(args)
		}
	case "range":
		switch {
		case isInteger:
			err = f.integerRange(args)
		case isFloat:
			err = f.floatRange(args)
		default:
			usable = false
		}
	case "oneof":
		err = f.oneof(args)
	case "chance":
		if usable = kind == batch.KindBoolean; usable {
			var p float64
			p, err = percents(args)
			f.op, f.threshold = opChance, percent(p)
		}
	case "text":
		if usable = kind.IsVarlen(); usable {
			err = f.textOf(args)
		}
	case "pattern":
		if usable = kind.IsVarlen(); usable {
			err = f.patternOf(args)
		}
	default:
		return errors.New("unknown generator: there are sequence, range, oneof, chance, text, pattern")
	}
	if !usable {
		return fmt.Errorf("makes no values of type %s", f.schema)
	}
	return err
}

// byType sets the default of the type.
func (f *field) byType() {
	switch kind := f.schema.Kind(); {
	case f.schema.Logical() == batch.LogicalDate:
		f.op, f.lo, f.span = opRange, firstDay, lastDay-firstDay+1
	case f.schema.Logical() == batch.LogicalTimestamp:
		f.op, f.lo, f.span = opRange, firstMilli, afterMillis-firstMilli
	case kind <= batch.KindInt64:
		lo, hi := integerBounds(kind)
		f.op, f.lo, f.span = opRange, lo, uint64(hi-lo)+1
	case kind == batch.KindBoolean:
		f.op, f.threshold = opChance, percent(50)
	case kind.IsVarlen():
		f.op, f.minLen, f.maxLen = opText, 8, 16
	default:
		f.op, f.span, f.scale = opScaled, 1e6, 1e6
	}
}

func count(args []arg, least, most int) error {
	if len(args) < least || len(args) > most {
		if least == most {
			return fmt.Errorf("takes %d values, not %d", least, len(args))
		}
		return fmt.Errorf("takes %d to %d values, not %d", least, most, len(args))
	}
	return nil
}

// integer reads an argument as a value of the field's kind.
func (f *field) integer(a arg) (int64, error) {
	lo, hi := integerBounds(f.schema.Kind())
	v, err := strconv.ParseInt(a.text, 10, 64)
	if err != nil || v < lo || v > hi {
		return 0, fmt.Errorf("%q is no %s", a.text, f.schema)
	}
	return v, nil
}

func (f *field) sequence(args []arg) (err error) {
	f.op, f.step = opSequence, 1
	if err = count(args, 0, 2); err == nil && len(args) > 0 {
		f.lo, err = f.integer(args[0])
	}
	if err == nil && len(args) > 1 {
		f.step, err = f.integer(args[1])
	}
	return err
}

func (f *field) integerRange(args []arg) error {
	if err := count(args, 2, 2); err != nil {
		return err
	}
	lo, err := f.integer(args[0])
	if err != nil {
		return err
	}
	hi, err := f.integer(args[1])
	if err != nil {
		return err
	}
	if hi < lo {
		return fmt.Errorf("the lower bound %d is above the upper bound %d", lo, hi)
	}
	f.op, f.lo, f.span = opRange, lo, uint64(hi-lo)+1
	return nil
}

func (f *field) floatRange(args []arg) error {
	if err := count(args, 2, 3); err != nil {
		return err
	}
	decimals := 3
	if len(args) == 3 {
		d, err := strconv.Atoi(args[2].text)
		if err != nil || d < 0 || d > decimalsMax {
			return fmt.Errorf("%q is no number of decimals: 0 to %d", args[2].text, decimalsMax)
		}
		decimals = d
	}
	f.op, f.scale = opScaled, math.Pow10(decimals)
	var bounds [2]int64
	for i := range bounds {
		v, err := strconv.ParseFloat(args[i].text, 64)
		scaled := math.Round(v * f.scale)
		if err != nil || math.IsNaN(v) || math.Abs(scaled) > 1<<53 {
			return fmt.Errorf("%q is no number that has %d decimals in %s", args[i].text, decimals, f.schema)
		}
		bounds[i] = int64(scaled)
	}
	if bounds[1] < bounds[0] {
		return fmt.Errorf("the lower bound %s is above the upper bound %s", args[0].text, args[1].text)
	}
	f.lo, f.span = bounds[0], uint64(bounds[1]-bounds[0])+1
	return nil
}

func (f *field) oneof(args []arg) error {
	if len(args) == 0 || len(args) > choicesMax {
		return fmt.Errorf("takes 1 to %d values, not %d", choicesMax, len(args))
	}
	f.op = opOneOf
	for _, a := range args {
		if a.text == "null" && !a.quoted {
			if !f.schema.Optional() {
				return errors.New("null: the field is not optional: put ? behind its type")
			}
			f.nullCount++
			continue
		}
		v, err := f.value(a)
		if err != nil {
			return err
		}
		f.choices = append(f.choices, v)
	}
	if len(f.choices) == 0 {
		return errors.New("null alone: give a value beside it")
	}
	return nil
}

// value reads an argument as a value of the field's type.
func (f *field) value(a arg) (batch.Value, error) {
	switch kind := f.schema.Kind(); kind {
	case batch.KindString:
		return batch.StringValue(a.text), nil
	case batch.KindBytes:
		return batch.BytesValue([]byte(a.text)), nil
	case batch.KindBoolean:
		if a.text != "true" && a.text != "false" {
			return batch.Value{}, fmt.Errorf("%q is no boolean", a.text)
		}
		return batch.BooleanValue(a.text == "true"), nil
	case batch.KindFloat32, batch.KindFloat64:
		v, err := strconv.ParseFloat(a.text, 64)
		if err != nil {
			return batch.Value{}, fmt.Errorf("%q is no %s", a.text, f.schema)
		}
		if kind == batch.KindFloat32 {
			return batch.Float32Value(float32(v)), nil
		}
		return batch.Float64Value(v), nil
	default:
		v, err := f.integer(a)
		switch f.schema.Logical() {
		case batch.LogicalDate:
			return batch.DateValue(v * 86400000), err
		case batch.LogicalTimestamp:
			return batch.DateValue(v), err
		}
		return batch.IntValue(kind, v), err
	}
}

func percents(args []arg) (float64, error) {
	if err := count(args, 1, 1); err != nil {
		return 0, err
	}
	p, err := strconv.ParseFloat(args[0].text, 64)
	if err != nil || !(p >= 0 && p <= 100) {
		return 0, fmt.Errorf("%q is no percentage: 0 to 100", args[0].text)
	}
	return p, nil
}

func (f *field) textOf(args []arg) error {
	if err := count(args, 1, 2); err != nil {
		return err
	}
	var n [2]int
	for i, a := range args {
		v, err := strconv.Atoi(a.text)
		if err != nil || v < 0 || v > textMax {
			return fmt.Errorf("%q is no length: 0 to %d", a.text, textMax)
		}
		n[i] = v
	}
	if len(args) == 1 {
		n[1] = n[0]
	}
	if n[1] < n[0] {
		return fmt.Errorf("the least length %d is above the most %d", n[0], n[1])
	}
	f.op, f.minLen, f.maxLen = opText, n[0], n[1]
	return nil
}

func (f *field) patternOf(args []arg) error {
	if err := count(args, 1, 1); err != nil {
		return err
	}
	f.op, f.template = opPattern, []byte(args[0].text)
	if len(f.template) > textMax {
		return fmt.Errorf("%d bytes: at most %d", len(f.template), textMax)
	}
	for i := 0; i < len(f.template); {
		n := 0
		for i+n < len(f.template) && f.template[i+n] == '#' && n < digitsOfRun {
			n++
		}
		if n > 0 {
			f.runs = append(f.runs, run{at: i, n: n, pow: uint64(math.Pow10(n))})
		}
		i += max(n, 1)
	}
	return nil
}

// dictionary returns the choices as a column of b.
func (f *field) dictionary(b *batch.Batch) (*batch.Column, error) {
	cb := batch.NewColumnBuilder(f.schema, false)
	for _, v := range f.choices {
		if err := cb.Append(v); err != nil {
			return nil, err
		}
	}
	return cb.Finish(b), nil
}

// index returns the number of the field with that name, -1 without one.
func (s *shape) index(name string) int {
	return slices.IndexFunc(s.fields, func(f field) bool { return f.name == name })
}
