package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// operation is what is done with the values of a column; chosen once per column.
type operation uint8

const (
	opDynamic operation = iota // any schemaless value
	opInt8
	opInt16
	opInt32
	opInt64
	opFloat32
	opFloat64
	opBoolean
	opString
	opBytes
	opDecimal
	opDate
	opTime
	opTimestamp
	opArray
	opMap
	opStruct
	opSkip // a member that nobody keeps: checked only
	opOdd  // values go to the plain path: logical names on other types
)

// column is one column while it is written: a tree of them mirrors the columns of a batch, and is kept
// from batch to batch with what it learned.
//
// Every write names its row; writing a row again replaces what it had. Rows of the columns at row level
// are the batch's, their arrays come from its arena; rows below arrays and maps are counted by the
// column itself, in slices that are kept and copied to the arena at the end.
type column struct {
	op     operation
	schema *batch.Schema // nil: schemaless
	depth  int           // arrays and objects above
	below  bool          // below an array or a map
	unread bool          // schemaless: checked only, and null in every row
	aside  bool          // schemaless: below or unread
	rows   int           // below: rows so far

	// Elements of schemaless arrays: what was there before the present row of the batch, valid where round is its number.
	before int
	round  uint64

	// Typed columns.
	fixed       []byte
	width       int
	views       []batch.View
	scales      []int32
	scaled      bool // some scale differs from the schema's
	offsets     []int32
	last        int // ARRAY, MAP: the row that offsets were written for, -1 before the first
	valid       bits.Bitmap
	bitmap      []uint64 // kept memory of valid
	made        *batch.Column
	standard    batch.Value // what null becomes; null: nothing
	optional    bool
	replaceNull bool // STRUCT: defaults count

	// Schemaless columns.
	tags  []batch.Tag
	slots []uint64
	spots []batch.View // slots, as views
	rests []batch.View // members without column, of each row; empty: none

	object *object // STRUCT, or objects of a schemaless column; nil before the first object
	elem   *column // elements of arrays, values of maps
	key    *column // keys of maps
}

// newTyped returns the column of a schema.
func newTyped(s *batch.Schema, below bool, depth int, replaceNull bool) *column {
	c := &column{schema: s, below: below, depth: depth, op: operationOf(s), width: s.Kind().FixedBytes(), optional: s.Optional()}
	if replaceNull {
		c.standard = s.Default()
	}
	switch c.op {
	case opArray:
		c.elem = newTyped(s.Elem(), true, depth+1, replaceNull)
	case opMap:
		c.key = newTyped(s.Key(), true, depth+1, replaceNull)
		c.elem = newTyped(s.Elem(), true, depth+1, replaceNull)
	case opStruct:
		c.replaceNull = replaceNull
		c.object = newFields(s.Fields())
	}
	return c
}

// operationOf returns what is done with values under s.
func operationOf(s *batch.Schema) operation {
	switch s.Logical() {
	case batch.LogicalDecimal:
		return opDecimal
	case batch.LogicalDate:
		return opDate
	case batch.LogicalTime:
		return opTime
	case batch.LogicalTimestamp:
		return opTimestamp
	}
	switch s.Name() {
	case batch.DecimalName, batch.DateName, batch.TimeName, batch.TimestampName:
		return opOdd
	}
	switch s.Kind() {
	case batch.KindInt8:
		return opInt8
	case batch.KindInt16:
		return opInt16
	case batch.KindInt32:
		return opInt32
	case batch.KindInt64:
		return opInt64
	case batch.KindFloat32:
		return opFloat32
	case batch.KindFloat64:
		return opFloat64
	case batch.KindBoolean:
		return opBoolean
	case batch.KindString:
		return opString
	case batch.KindBytes:
		return opBytes
	case batch.KindArray:
		return opArray
	case batch.KindMap:
		return opMap
	}
	return opStruct
}

// begin prepares a column at row level, and what is below it, for n rows of dst.
func (c *column) begin(dst *batch.Batch, n int) {
	c.valid, c.scaled, c.last, c.rows = nil, false, -1, 0
	switch {
	case c.op == opOdd, c.op == opSkip, c.unread:
		return
	case c.op == opDynamic:
		c.tags, c.slots = c.tags[:0], c.slots[:0]
		if !c.below {
			c.made = dst.NewDynamic(n)
			c.tags, c.slots, c.spots = c.made.Dyn.Tags, c.made.Dyn.Slots, c.made.Dyn.Views()
			c.rests = nil
		}
		c.rests = c.rests[:0]
	case c.below:
		c.fixed, c.views, c.scales = c.fixed[:0], c.views[:0], c.scales[:0]
		c.offsets = append(c.offsets[:0], 0)
	case c.width > 0:
		c.made = dst.NewFixed(c.schema, n)
		c.fixed = fixedBytes(c.made)
		_ = dst.Arena.Bytes(columnPad)
	case c.schema.Kind().IsVarlen():
		c.made = dst.NewViews(c.schema, n, nil, nil)
		c.views = c.made.Views
		if c.op == opDecimal {
			c.scales = mem.Zeroed[int32](&dst.Arena, n)
		}
		_ = dst.Arena.Bytes(columnPad)
	case c.op == opArray, c.op == opMap:
		c.offsets = mem.Zeroed[int32](&dst.Arena, n+1)
	}
	if c.object != nil {
		c.object.begin(dst, n)
	}
	if c.elem != nil {
		c.elem.begin(dst, 0)
	}
	if c.key != nil {
		c.key.begin(dst, 0)
	}
}

// columnPad sets neighbouring columns apart: at a stride of exactly 8 KiB they share cache sets.
const columnPad = 3 * 64

// fixedBytes returns the bytes of a fixed-width column's values.
func fixedBytes(c *batch.Column) []byte {
	switch c.Schema().Kind().FixedBytes() {
	case 1:
		return mem.AsBytes(c.Int8s())
	case 2:
		return mem.AsBytes(c.Int16s())
	case 4:
		return mem.AsBytes(c.Int32s())
	}
	return mem.AsBytes(c.Int64s())
}

// room makes row r of a column below an array or a map exist.
func (c *column) room(r int) {
	if !c.below || r < c.rows {
		return
	}
	c.rows = r + 1
	switch {
	case c.op == opDynamic:
		for len(c.tags) <= r {
			c.tags, c.slots = append(c.tags, batch.TagAbsent), append(c.slots, 0)
		}
		c.spots = mem.Cast[batch.View](mem.AsBytes(c.slots))
	case c.width > 0:
		c.fixed = grown(c.fixed, c.rows*c.width)
	case c.op == opArray, c.op == opMap, c.op == opStruct, c.op == opOdd:
	default:
		c.views = grown(c.views, c.rows)
		if c.op == opDecimal {
			c.scales = grown(c.scales, c.rows)
		}
	}
}

// grown returns s with at least n elements, zero where they are new.
func grown[T any](s []T, n int) []T {
	var zero T
	for len(s) < n {
		s = append(s, zero)
	}
	return s
}

// null makes row r null.
func (c *column) null(r int) {
	c.room(r)
	switch c.op {
	case opDynamic:
		c.tags[r] = batch.TagNull
		return
	case opOdd:
		return // all its rows are null
	}
	if c.valid == nil {
		c.bitmap = c.bitmap[:0]
	}
	for len(c.bitmap) <= r>>6 {
		c.bitmap = append(c.bitmap, ^uint64(0))
	}
	c.valid = c.bitmap
	c.valid.Clear(r)
	switch c.op {
	case opArray, opMap:
		c.open(r)
		c.close(r)
	case opStruct:
		if c.below {
			c.object.empty(r)
		}
	}
}

// ready makes row r of a typed column exist, present.
func (c *column) ready(r int) {
	if c.below || c.valid != nil {
		c.room(r)
		c.present(r)
	}
}

// present makes row r present again, if it was null before.
func (c *column) present(r int) {
	if r>>6 < len(c.valid) {
		c.valid.Set(r)
	}
}

// open starts the elements of row r of an ARRAY or MAP: those of rows without any end before, those
// that an earlier attempt at this row left are dropped.
func (c *column) open(r int) {
	if c.below {
		c.offsets = grown(c.offsets, r+2)
	}
	if r <= c.last {
		c.elem.rows = int(c.offsets[r])
		if c.key != nil {
			c.key.rows = c.elem.rows
		}
		return
	}
	for i := c.last + 1; i <= r; i++ {
		c.offsets[i] = int32(c.elem.rows)
	}
	c.last = r
}

// close ends the elements of row r.
func (c *column) close(r int) { c.offsets[r+1] = int32(c.elem.rows) }
