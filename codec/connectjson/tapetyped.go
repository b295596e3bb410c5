package connectjson

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// misfit is a value that was read and that its schema does not take: null for a required one, or a date under a STRING. Java finds out when
// it is put into a struct, and a column cannot have it; by then, value is a skeleton of what is around it.
type misfit struct {
	is      bool
	value   batch.Value
	checked bool // in structs, which checked what was put into them; others of their fields are missing from value
}

// tapeTyped writes the value v of the tape into row r of c; ok is false for one that is not there. It looks at values in Java's order,
// so that the first error is Java's, too.
//
// Errors: *codec.Error. Source: JsonConverter.convertToConnect.
func (d *decoder) tapeTyped(c *column, r int, v jsonscan.Ref, ok bool) (misfit, error) {
	t := &d.tape
	if !ok || t.Kind(v) == jsonscan.Null {
		switch {
		case d.absent(c, r):
			return misfit{}, nil
		case !c.standard.IsNull():
			return misfit{is: true, value: c.standard}, nil
		}
		return misfit{}, codec.Data("Invalid null value for required %s field", c.schema.Kind())
	}
	switch c.op {
	case opArray:
		return d.tapeList(c, r, v)
	case opMap:
		if c.schema.Key().Kind() == batch.KindString {
			return d.tapeMap(c, r, v)
		}
		return d.tapePairs(c, r, v)
	case opStruct:
		return d.tapeStruct(c, r, v)
	case opString:
		if t.Kind(v) != jsonscan.String {
			return d.coercedNull(c, r), nil
		}
		c.room(r)
		c.present(r)
		c.views[r] = d.tapeText(v)
		return misfit{}, nil
	case opBytes:
		if t.Kind(v) != jsonscan.String {
			return d.coercedNull(c, r), nil
		}
		from := len(d.Text)
		if d.Text, ok = jsonscan.AppendBase64(d.Text, t.String(v)); !ok {
			d.Text = d.Text[:from]
			return misfit{}, codec.Data("Invalid bytes field")
		}
		c.room(r)
		c.present(r)
		c.views[r], _ = d.Written(from) // readTape saw that there is room
		return misfit{}, nil
	case opDecimal, opDate, opTime, opTimestamp, opOdd:
		return d.tapeLogical(c, r, v)
	}
	d.tapeNumber(c, r, v)
	return misfit{}, nil
}

// coercedNull makes row r the null that Java makes of a value of another type.
func (d *decoder) coercedNull(c *column, r int) misfit {
	c.null(r)
	return misfit{is: !c.optional}
}

// tapeNumber reads numbers and booleans. Integers keep their low bits, fractions go, values of another type are zero.
func (d *decoder) tapeNumber(c *column, r int, v jsonscan.Ref) {
	t := &d.tape
	c.room(r)
	c.present(r)
	var n jsonscan.Node
	switch t.Kind(v) {
	case jsonscan.Integer, jsonscan.Decimal, jsonscan.Boolean:
		n = t.Scalar(v)
	}
	switch c.op {
	case opBoolean:
		c.fixed[r] = 0
		if n.Bool {
			c.fixed[r] = 1
		}
	case opInt8:
		c.fixed[r] = byte(n.IntValue())
	case opInt16:
		binary.NativeEndian.PutUint16(c.fixed[2*r:], uint16(n.IntValue()))
	case opInt32:
		binary.NativeEndian.PutUint32(c.fixed[4*r:], uint32(n.IntValue()))
	case opInt64:
		binary.NativeEndian.PutUint64(c.fixed[8*r:], uint64(n.LongValue()))
	case opFloat32:
		binary.NativeEndian.PutUint32(c.fixed[4*r:], math.Float32bits(n.FloatValue()))
	case opFloat64:
		binary.NativeEndian.PutUint64(c.fixed[8*r:], math.Float64bits(n.DoubleValue()))
	}
}

// tapeLogical reads decimals and dates.
func (d *decoder) tapeLogical(c *column, r int, v jsonscan.Ref) (misfit, error) {
	n := d.tape.Scalar(v)
	var value batch.Value
	var err error
	if c.schema.Name() == batch.DecimalName {
		value, err = jsonlogical.ReadDecimal(c.schema, &n)
	} else {
		value, err = jsonlogical.ReadDate(c.schema.Name(), &n)
	}
	switch {
	case err != nil:
		return misfit{}, err
	case c.op == opOdd:
		c.null(r)
		return misfit{is: true, value: value}, nil
	}
	d.put(c, r, value)
	return misfit{}, nil
}

// tapeList reads the elements of an array, or the values of an object; anything else has none.
func (d *decoder) tapeList(c *column, r int, v jsonscan.Ref) (first misfit, err error) {
	t := &d.tape
	c.room(r)
	c.present(r)
	c.open(r)
	e := c.elem
	add := func(item jsonscan.Ref) bool {
		var m misfit
		if m, err = d.tapeTyped(e, e.rows, item, true); m.is && !first.is {
			first = misfit{true, batch.ArrayValue([]batch.Value{m.value}), m.checked}
		}
		return err == nil
	}
	switch t.Kind(v) {
	case jsonscan.Array:
		all := t.Elements(v)
		for item, ok := all.Next(); ok && add(item); item, ok = all.Next() {
		}
	case jsonscan.Object:
		all := t.Members(v)
		for _, item, ok := all.Next(); ok && add(item); _, item, ok = all.Next() {
		}
	}
	c.close(r)
	return first, err
}

// tapeStruct reads the members that the schema names, and checks each as Struct.put does.
func (d *decoder) tapeStruct(c *column, r int, v jsonscan.Ref) (first misfit, err error) {
	t := &d.tape
	if kind := t.Kind(v); kind != jsonscan.Object {
		return misfit{}, codec.Data("Structs should be encoded as JSON objects, but found %s", kind.TypeName())
	}
	c.room(r)
	c.present(r)
	o := c.object
	o.turn++
	turn := o.turn
	all := t.Members(v)
	for name, item, ok := all.Next(); ok; name, item, ok = all.Next() {
		if m := o.index[string(name)]; m != nil {
			m.turn, m.value = turn, item
		}
	}
	for i, m := range o.members[:o.fields] {
		if m.column == nil {
			if m.turn != turn && d.without(c, m, r) {
				continue
			}
			d.have(c, m)
		}
		inner, err := d.tapeTyped(m.column, r, m.value, m.turn == turn)
		if err != nil {
			return misfit{}, codec.InField(err, m.name)
		}
		if !inner.is {
			continue
		}
		if !inner.checked {
			if err := c.schema.Fields()[i].Schema.ValidateField(m.name, inner.value); err != nil {
				return misfit{}, codec.InField(&codec.Error{Class: codec.DataException, Text: err.Error(), Pos: -1}, m.name)
			}
		}
		if !first.is {
			s := batch.NewStructValue(c.schema)
			s.Fields[i] = inner.value
			first = misfit{true, batch.StructValueOf(s), true}
		}
	}
	return first, nil
}
