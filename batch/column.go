package batch

import (
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// Form is how a column stores its values.
type Form uint8

// The forms.
const (
	FormPlain      Form = iota // typed arrays, one value a row
	FormConstant               // Const for every row
	FormDictionary             // Dict row Index[i] for row i
	FormDynamic                // schemaless: see Dynamic
)

// Column holds one value per row under one schema; with a nil schema it is dynamic (schemaless).
//
// Which fields are in use:
//
//	form        kind                        fields
//	plain       INT8 … FLOAT64, BOOLEAN     fixed-width array, through Int8s() … Float64s(), Booleans()
//	plain       STRING, BYTES               Bytes (views)
//	plain       BYTES, LogicalDecimal       Bytes, Scales
//	plain       ARRAY                       Offsets (n+1), Children[0] = elements
//	plain       MAP                         Offsets (n+1), Children[0] = keys, Children[1] = values
//	plain       STRUCT                      Children, one per field, n rows each
//	constant    any, also nil schema        Const
//	dictionary  any but nil schema          Index (n), Dict
//	dynamic     nil schema                  Dyn, and Bufs for text and bytes
//
// Valid says which rows are present (nil = all) in the plain and dictionary forms; a dynamic column
// says it by tag; a constant is null for all rows or none. Children of a null row hold anything.
// Invariant: NoSchema is nil or a subset of the null rows.
type Column struct {
	schema *Schema
	form   Form
	n      int

	fixed []byte // fixed-width values
	Bytes        // Valid for every plain and dictionary column; Bufs and Views for STRING and BYTES

	// NoSchema marks rows that carry neither schema nor value, as Java has them after reading a
	// tombstone: (null, null) where their neighbours have (schema, value). nil = none.
	NoSchema bits.Bitmap

	Scales   []int32 // Decimal: scale of each value; nil = the schema's for all rows
	Offsets  []int32 // ARRAY, MAP: child rows of row i are Offsets[i] … Offsets[i+1]-1
	Children []*Column

	Index []int32 // dictionary
	Dict  *Column

	Const Value // constant

	Dyn *Dynamic
}

// Schema returns the schema, nil for schemaless values.
func (c *Column) Schema() *Schema { return c.schema }

// Form returns the storage form.
func (c *Column) Form() Form { return c.form }

// Len returns the number of rows.
func (c *Column) Len() int { return c.n }

// Int8s returns the values of an INT8 column; like the other accessors, one element per row, content
// undefined where null. Written only by the column's maker.
func (c *Column) Int8s() []int8 { return mem.Cast[int8](c.fixed) }

// Int16s returns the values of an INT16 column.
func (c *Column) Int16s() []int16 { return mem.Cast[int16](c.fixed) }

// Int32s returns the values of an INT32 column, Date (days) and Time (milliseconds of the day) too.
func (c *Column) Int32s() []int32 { return mem.Cast[int32](c.fixed) }

// Int64s returns the values of an INT64 column, Timestamp (epoch milliseconds) too.
func (c *Column) Int64s() []int64 { return mem.Cast[int64](c.fixed) }

// Float32s returns the values of a FLOAT32 column.
func (c *Column) Float32s() []float32 { return mem.Cast[float32](c.fixed) }

// Float64s returns the values of a FLOAT64 column.
func (c *Column) Float64s() []float64 { return mem.Cast[float64](c.fixed) }

// Booleans returns the values of a BOOLEAN column.
func (c *Column) Booleans() []bool { return mem.Cast[bool](c.fixed) }

// Scale returns the scale of row i of a Decimal column.
func (c *Column) Scale(i int) int32 {
	if c.Scales != nil {
		return c.Scales[i]
	}
	return c.schema.scale
}

// IsNull reports whether row i is null, in any form.
func (c *Column) IsNull(i int) bool {
	switch c.form {
	case FormConstant:
		return c.Const.IsNull()
	case FormDynamic:
		return c.Dyn.Tag(i) == TagNull || c.Dyn.Tag(i) == TagAbsent
	case FormDictionary:
		return !c.Valid.Has(i) || c.Dict.IsNull(int(c.Index[i]))
	}
	return !c.Valid.Has(i)
}

// HasSchema reports whether row i carries the column's schema: false for schemaless columns and for
// rows in NoSchema.
func (c *Column) HasSchema(i int) bool {
	return c.schema != nil && (c.NoSchema == nil || !c.NoSchema.Get(i))
}

// Child returns the column of the named field of a plain STRUCT column, or nil.
func (c *Column) Child(name string) *Column {
	if f := c.schema.Field(name); f != nil {
		return c.Children[f.Index]
	}
	return nil
}
