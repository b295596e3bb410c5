package typemap

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
)

// Cells are the values of one column: row i is column Column of tuple Tuples[i], or nothing where that is pgoutput.None.
type Cells struct {
	Buf    []byte
	Cells  []pgoutput.Cell
	Width  int
	Column int // of the relation; -1: the relation does not have it
	Tuples []int32
	// Failed is told of values that cannot be converted and become null, as in Debezium; nil: they are errors. Values of
	// required columns always are.
	Failed func(*ValueError)
}

func (c *Cells) at(i int) pgoutput.Cell {
	t := c.Tuples[i]
	if t < 0 || c.Column < 0 {
		return pgoutput.Cell{Len: pgoutput.Null}
	}
	return c.Cells[int(t)*c.Width+c.Column]
}

// Column is a column of a table, as far as its values depend on it.
type Column struct {
	Name     string
	Type     *Type
	Modifier int32 // pg_attribute.atttypmod
	Optional bool
	Default  string // the expression; HasDefault
	Params   []batch.Param

	HasDefault bool
}

// Decoder makes columns of batches out of cells. Safe for concurrent use.
type Decoder struct {
	Schema *batch.Schema
	// Binary says that cells of COPY are to be in binary form; otherwise they are text.
	Binary bool

	name      string
	parse     parse
	text      loop
	binary    loop
	missing   batch.Value // in place of null where the column is required
	unchanged batch.Value
	scale     int32
	unit      int64
	mask      *cdc.Masking
	width     int // declared length of the column, for the mask
}

// parse is the plain decoder of a type: text to value. text is borrowed.
type parse func(text []byte) (batch.Value, error)

// loop decodes a whole column. Rows without a value are left to the caller: their content is undefined.
// It returns the first row that it cannot decode, or -1.
type loop func(d *Decoder, b *batch.Batch, c *batch.Column, in *Cells) (bad int, err error)

// Column decodes in, a row for each of in.Tuples, from text or binary cells.
//
// Ownership: text values are views into in.Buf, which must live as long as b.
// Errors: a *ValueError, of the first value that the column does not take.
func (d *Decoder) Column(b *batch.Batch, in *Cells, binary bool) (*batch.Column, error) {
	c, err := d.values(b, in, binary)
	if err == nil && d.mask != nil {
		c = d.masked(b, c, in)
	}
	return c, err
}

func (d *Decoder) values(b *batch.Batch, in *Cells, binary bool) (*batch.Column, error) {
	run := d.text
	if binary && d.Binary {
		run = d.binary
	}
	if run == nil {
		return d.plain(b, in)
	}
	n := len(in.Tuples)
	c := b.NewColumn(d.Schema, n)
	switch k := d.Schema.Kind(); {
	case k.IsVarlen():
		c.Views = mem.Alloc[batch.View](&b.Arena, n)
		c.Bufs[0] = in.Buf
	default:
		c = b.NewFixed(d.Schema, n)
	}
	if bad, err := run(d, b, c, in); err != nil {
		if binary && d.Binary || !d.forgives(in) {
			return nil, d.refuse(in, bad, err)
		}
		return d.plain(b, in)
	}
	return c, d.fill(b, c, in)
}

// plain decodes value by value.
func (d *Decoder) plain(b *batch.Batch, in *Cells) (*batch.Column, error) {
	cb := batch.NewColumnBuilder(d.Schema, false)
	for i := range in.Tuples {
		v := d.missing
		switch cell := in.at(i); {
		case in.Tuples[i] < 0:
			v = batch.Null()
		case cell.Len == pgoutput.Unchanged:
			var err error
			if v, err = d.unsent(in, i); err != nil {
				return nil, err
			}
		case cell.Len >= 0:
			var err error
			if v, err = d.parse(in.Buf[cell.Pos : int(cell.Pos)+int(cell.Len)]); err != nil {
				if err := d.forgive(in, i, err); err != nil {
					return nil, err
				}
				v = batch.Null()
			}
		}
		if err := cb.Append(v); err != nil {
			return nil, d.refuse(in, i, err)
		}
	}
	return cb.Finish(b), nil
}

// ValueError is a value that its column does not take.
type ValueError struct {
	Column string
	Err    error
	text   []byte // nil: there is none
}

// errUnsent is of types for which Debezium has no placeholder. Source: UnchangedToastedReplicationMessageColumn.
var errUnsent = errors.New("the server does not send a TOASTed value that an update leaves alone, and nothing can stand for it: the table needs REPLICA IDENTITY FULL")

func (e *ValueError) Error() string {
	if e.text == nil {
		return fmt.Sprintf("column %q: %v", e.Column, e.Err)
	}
	return fmt.Sprintf("column %q: value %.100q: %v", e.Column, e.text, e.Err)
}

func (e *ValueError) Unwrap() error { return e.Err }

func (d *Decoder) refuse(in *Cells, i int, err error) *ValueError {
	e := &ValueError{Column: d.name, Err: err}
	if cell := in.at(i); cell.Len >= 0 {
		e.text = bytes.Clone(in.Buf[cell.Pos : int(cell.Pos)+int(min(cell.Len, 100))])
	}
	return e
}

// forgives reports that null takes the place of what cannot be converted.
func (d *Decoder) forgives(in *Cells) bool { return in.Failed != nil && d.Schema.Optional() }

// forgive tells that the value of a row becomes null; it returns the error where it cannot. Source: TableSchemaBuilder.
func (d *Decoder) forgive(in *Cells, i int, err error) error {
	e := d.refuse(in, i, err)
	if !d.forgives(in) {
		return e
	}
	in.Failed(e)
	return nil
}

// unsent returns what stands for the value of row i, which the server did not send.
func (d *Decoder) unsent(in *Cells, i int) (batch.Value, error) {
	if d.unchanged.IsNull() {
		return d.unchanged, d.forgive(in, i, errUnsent)
	}
	return d.unchanged, nil
}

// fill gives rows without a value what stands for it.
func (d *Decoder) fill(b *batch.Batch, c *batch.Column, in *Cells) error {
	var text []byte // of missing and unchanged, in the arena
	for i := range in.Tuples {
		cell := in.at(i)
		if cell.Len >= 0 {
			continue
		}
		v := d.missing
		if cell.Len == pgoutput.Unchanged {
			var err error
			if v, err = d.unsent(in, i); err != nil {
				return err
			}
		}
		if d.Schema.Kind().IsVarlen() {
			c.Views[i] = batch.View{}
		}
		if v.IsNull() || in.Tuples[i] < 0 {
			b.MakeValid(c).Clear(i)
			zero(c, i)
			continue
		}
		if !d.Schema.Kind().IsVarlen() {
			set(c, i, v)
			continue
		}
		if text == nil {
			text = d.standIns(b, c)
		}
		from, n := len(text)-len(bytesOf(d.missing))-len(bytesOf(d.unchanged)), len(bytesOf(d.missing))
		if cell.Len == pgoutput.Unchanged {
			from, n = from+n, len(bytesOf(d.unchanged))
		}
		c.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(n)}
	}
	return nil
}

// standIns appends the texts of missing and unchanged values to the arena buffer of c.
func (d *Decoder) standIns(b *batch.Batch, c *batch.Column) []byte {
	old := c.Bufs[1]
	text := b.Arena.Bytes(len(old) + len(bytesOf(d.missing)) + len(bytesOf(d.unchanged)))
	n := copy(text, old)
	n += copy(text[n:], bytesOf(d.missing))
	copy(text[n:], bytesOf(d.unchanged))
	c.Bufs[1] = text
	return text
}

func bytesOf(v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagString:
		return []byte(v.Str())
	case batch.TagDecimal:
		return twosComplement(v.Decimal().Unscaled)
	}
	return v.Bytes()
}

// set writes a value into a fixed-width column.
func set(c *batch.Column, i int, v batch.Value) {
	switch c.Schema().Kind() {
	case batch.KindInt16:
		c.Int16s()[i] = int16(v.Int())
	case batch.KindInt32:
		n := v.Int()
		if c.Schema().Logical() == batch.LogicalDate && v.Tag() == batch.TagDate {
			n /= 86_400_000
		}
		c.Int32s()[i] = int32(n)
	case batch.KindInt64:
		c.Int64s()[i] = v.Int()
	case batch.KindFloat32:
		c.Float32s()[i] = float32(v.Float())
	case batch.KindFloat64:
		c.Float64s()[i] = v.Float()
	case batch.KindBoolean:
		c.Booleans()[i] = v.Bool()
	}
}

// zero gives a null row a content that is readable whatever it is read as.
func zero(c *batch.Column, i int) {
	if c.Schema().Kind() == batch.KindBoolean {
		c.Booleans()[i] = false
	}
}

// Parse decodes the text of one value.
func (d *Decoder) Parse(text []byte) (batch.Value, error) { return d.parse(text) }
