package connectjson

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonrow"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// fast reads rows straight into columns. Its functions return where the value ends, or odd for a row
// that the plain path has to judge; what was written until then is replaced or left unread.
//
// The row is b[:n], with slack behind it; it lies at base of the batch's source buffer.
type fast struct {
	jsonrow.Row

	open int           // arrays and objects around the root column: 1 inside an envelope
	side jsonscan.Tape // of a member without column

	entries []entry // of the maps that are being read
	sorted  []entry // scratch of largeHashOrder
	hashes  []int32

	dst     *batch.Batch
	rows    int
	want    *batch.Projection // of schemaless records
	budget  int               // slots that schemaless columns at row level may still take
	slots   int               // that schemaless columns may take
	below   int               // slots that the members of objects below arrays take
	packed  bool              // members of objects below arrays get no columns
	crowded bool              // they would take too many: the batch is read again, packed
	present int               // the present row
	round   uint64            // number of the present row
}

const odd = jsonrow.Odd

// value reads the value at b[i] into row r of c.
func (f *fast) value(c *column, r, i int) int {
	if c.op == opDynamic {
		return f.dynamic(c, r, i)
	}
	if i >= f.N {
		return odd
	}
	if f.B[i] == 'n' {
		return f.null(c, r, i)
	}
	return f.typed(c, r, i)
}

// null reads null under a schema: the default, null, or an error that the plain path words.
func (f *fast) null(c *column, r, i int) int {
	if i+4 > f.N || !jsonscan.MatchNull(f.B, i) || c.op != opSkip && !f.absent(c, r) {
		return odd
	}
	return i + 4
}

// absent gives row r what a null or missing value stands for.
func (f *fast) absent(c *column, r int) bool {
	switch {
	case c.op == opOdd && !c.standard.IsNull():
		return false // which no column can hold
	case !c.standard.IsNull():
		f.put(c, r, c.standard)
	case c.optional:
		c.null(r)
	default:
		return false
	}
	return true
}

// dynamic reads a schemaless value.
func (f *fast) dynamic(c *column, r, i int) int {
	if i >= f.N {
		return odd
	}
	if c.aside {
		if c.unread {
			return jsonscan.Skip(f.B, i, f.N, f.open+c.depth)
		}
		c.room(r)
	}
	b := f.B
	switch b[i] {
	case '"':
		end, t := jsonscan.StringEnd(b, i+1, f.N)
		if t == jsonscan.Odd {
			return odd
		}
		if t != jsonscan.Escaped && !f.Own {
			c.tags[r], c.spots[r] = batch.TagString, batch.View{Pos: f.Base + uint32(i+1), Len: uint32(end - i - 1)}
			return end + 1
		}
		v, ok := f.View(i+1, end, t)
		if !ok {
			return odd
		}
		c.tags[r], c.spots[r] = batch.TagString, v
		return end + 1
	case '{':
		return f.dynamicObject(c, r, i)
	case '[':
		return f.dynamicArray(c, r, i)
	case 't':
		if i+4 > f.N || !jsonscan.MatchTrue(b, i) {
			return odd
		}
		c.tags[r], c.slots[r] = batch.TagBoolean, 1
		return i + 4
	case 'f':
		if i+5 > f.N || !jsonscan.MatchFalse(b, i) {
			return odd
		}
		c.tags[r], c.slots[r] = batch.TagBoolean, 0
		return i + 5
	case 'n':
		if i+4 > f.N || !jsonscan.MatchNull(b, i) {
			return odd
		}
		c.tags[r] = batch.TagNull
		return i + 4
	}
	v, exp10, end := jsonscan.ScanNumber(b, i, f.N)
	switch {
	case end < 0:
		return odd
	case exp10 == jsonscan.IsInteger:
		c.tags[r], c.slots[r] = batch.TagInt64, uint64(v)
	default:
		c.tags[r], c.slots[r] = batch.TagFloat64, math.Float64bits(jsonscan.Double(v, exp10, b[i:end]))
	}
	return end
}

// dynamicArray reads an array of schemaless values.
func (f *fast) dynamicArray(c *column, r, i int) int {
	if c.depth >= batch.DynamicDepthMax {
		return odd
	}
	e := f.elements(c)
	start := e.rows
	for i = jsonscan.SkipSpace(f.B, i+1, f.N); ; i = jsonscan.SkipSpace(f.B, i+1, f.N) {
		if i >= f.N {
			return odd
		}
		if f.B[i] == ']' && e.rows == start {
			break
		}
		if i = f.dynamic(e, e.rows, i); i == odd {
			return odd
		}
		if i = jsonscan.SkipSpace(f.B, i, f.N); i >= f.N {
			return odd
		}
		if f.B[i] == ']' {
			break
		}
		if f.B[i] != ',' {
			return odd
		}
	}
	c.tags[r] = batch.TagArray
	c.spots[r] = batch.View{Pos: uint32(start), Len: uint32(e.rows - start)}
	return i + 1
}

// dynamicObject reads an object of schemaless members.
func (f *fast) dynamicObject(c *column, r, i int) int {
	if c.depth >= batch.DynamicDepthMax {
		return odd
	}
	o := f.objects(c)
	if c.below && !f.affords(len(o.members)) {
		return odd
	}
	if i = f.object(c, o, r, i); i == odd {
		return odd
	}
	c.tags[r], c.slots[r] = batch.TagMap, uint64(o.number())
	return i
}

// elements returns the column of the elements of a schemaless column's arrays.
func (f *fast) elements(c *column) *column {
	if c.elem == nil {
		c.elem = &column{below: true, aside: true, depth: c.depth + 1}
		c.elem.begin(f.dst, 0)
	}
	if c.elem.round != f.round {
		c.elem.round, c.elem.before = f.round, c.elem.rows
	}
	return c.elem
}

// affords counts n more slots of members of objects below arrays; false where they are too many.
func (f *fast) affords(n int) bool {
	f.below += n
	f.crowded = f.crowded || 2*f.below > f.slots // twice: they are copied in the end
	return !f.crowded
}

// objects returns the members of a schemaless column's objects.
func (f *fast) objects(c *column) *object {
	if c.object == nil {
		c.object = newObject()
		c.object.begin(f.dst, f.rows)
	}
	return c.object
}
