package batch

import (
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// Bounds of a dynamic column's columnar part. What does not fit goes to the row-wise overflow, so
// memory stays linear in the input.
const (
	// DynamicFieldsMax is how many members the objects of one dynamic column have as columns, however few bytes there are;
	// who reads more bytes may give them more.
	DynamicFieldsMax = 256
	// DynamicShare: a member present in fewer than 1 of DynamicShare rows belongs in the overflow.
	DynamicShare = 16
)

// Dynamic is the content of a dynamic column: schemaless values, one tag and one 8-byte slot per row.
//
//	tag                    slot
//	Null, Absent           undefined
//	Int8 … Int64           the integer, sign extended
//	Float32, Float64       the bits of the float64 (FLOAT32: of the value widened, which is exact)
//	Boolean                0 or 1
//	Date                   epoch milliseconds
//	String, Bytes          a View into the column's Bufs
//	Decimal                a View: int32 big-endian scale, then the unscaled two's complement
//	Array                  a View (Pos, Len) in rows of Elems
//	Map                    the shape number; its members lie in row i of each Fields[..].Column
//	Entries                a View (Pos, Len) in rows of Keys and Values: a map with any kind of keys
//	Struct                 the index in Boxed of a value with its own schema
//	Packed                 a View of the value in packed form (AppendPacked): overflow
//
// Tags nil means that every row has Uniform: then Slots of Int64 and Float64 are those numbers
// themselves, and loops need not look at tags.
type Dynamic struct {
	Uniform Tag
	Tags    []Tag
	Slots   []uint64

	// Objects: maps whose keys are all strings.
	Fields []DynamicField
	Shapes []Shape
	Linked bool // maps iterate in member order (LinkedHashMap); otherwise in Java's HashMap order

	Elems        *Column // dynamic; elements of arrays
	Keys, Values *Column // dynamic; entries of other maps
	Boxed        []Value
}

// TagEntries is a map with any kind of keys, stored in Keys and Values.
const TagEntries = TagPacked + 1

// DynamicField is one member of the objects of a dynamic column.
type DynamicField struct {
	Name   string
	Column *Column // dynamic, n rows, TagAbsent where a row's object lacks the member
}

// Shape is a set of members in insertion order, shared by all rows that have them so.
type Shape struct {
	Fields []int32 // positions in Dynamic.Fields, in insertion order
	// Rest says that rows of this shape have more members than Fields: row i has them in packed form
	// (AppendRest) in the column's Views[i]. A member of Rest carries its place among all members, so
	// insertion order is Fields with those put in between.
	Rest bool
	// HashOrder is Fields in the iteration order of a java.util.HashMap that received them in this
	// order; nil until somebody who writes maps computed it, and always where Rest is set.
	HashOrder []int32
}

// Tag returns the tag of row i.
func (d *Dynamic) Tag(i int) Tag {
	if d.Tags == nil {
		return d.Uniform
	}
	return d.Tags[i]
}

// Views returns the slots as views.
func (d *Dynamic) Views() []View { return mem.Cast[View](mem.AsBytes(d.Slots)) }

// Int64s returns the slots as integers.
func (d *Dynamic) Int64s() []int64 { return mem.Cast[int64](mem.AsBytes(d.Slots)) }

// Float64s returns the slots as floats.
func (d *Dynamic) Float64s() []float64 { return mem.Cast[float64](mem.AsBytes(d.Slots)) }

// Field returns the position of the named member, or -1.
func (d *Dynamic) Field(name string) int {
	for i := range d.Fields {
		if d.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// IsUniform reports whether every row has tag t.
func (d *Dynamic) IsUniform(t Tag) bool { return d.Tags == nil && d.Uniform == t }

// settle replaces equal tags by Uniform. Makers of dynamic columns call it once at the end.
func (d *Dynamic) settle() {
	if len(d.Tags) == 0 {
		return
	}
	first := d.Tags[0]
	for _, t := range d.Tags {
		if t != first {
			return
		}
	}
	d.Uniform, d.Tags = first, nil
}

// Settle finishes a dynamic column after its tags were written: where all rows have one tag, loops
// over the column need not look at tags again.
func (c *Column) Settle() {
	if c.form != FormDynamic {
		return
	}
	c.Dyn.settle()
	for i := range c.Dyn.Fields {
		c.Dyn.Fields[i].Column.Settle()
	}
	for _, k := range []*Column{c.Dyn.Elems, c.Dyn.Keys, c.Dyn.Values} {
		if k != nil {
			k.Settle()
		}
	}
}

// rowMask allocates a zeroed bitmap for n rows from a.
func rowMask(a *mem.Arena, n int) bits.Bitmap {
	return bits.Bitmap(mem.Zeroed[uint64](a, bits.Words(n)))
}
