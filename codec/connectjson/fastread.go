package connectjson

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// fast reads rows straight into columns. Its functions return where the value ends, or odd for a row
// that the plain path has to judge; what was written until then is replaced or left unread.
//
// The row is b[:n], with slack behind it; it lies at base of the batch's source buffer.
type fast struct {
	b    []byte
	n    int
	base uint32
	own  bool // the row lies elsewhere: its texts are copied

	open int           // arrays and objects around the root column: 1 inside an envelope
	text []byte        // what had to be written anew, for all columns of the batch
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

const odd = -1

// value reads the value at b[i] into row r of c.
func (f *fast) value(c *column, r, i int) int {
	if c.op == opDynamic {
		return f.dynamic(c, r, i)
	}
	if i >= f.n {
		return odd
	}
	if f.b[i] == 'n' {
		return f.null(c, r, i)
	}
	return f.typed(c, r, i)
}

// null reads null under a schema: the default, null, or an error that the plain path words.
func (f *fast) null(c *column, r, i int) int {
	if i+4 > f.n || !jsonscan.MatchNull(f.b, i) || c.op != opSkip && !f.absent(c, r) {
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
	if i >= f.n {
		return odd
	}
	if c.aside {
		if c.unread {
			return jsonscan.Skip(f.b, i, f.n, f.open+c.depth)
		}
		c.room(r)
	}
	b := f.b
	switch b[i] {
	case '"':
		end, t := jsonscan.StringEnd(b, i+1, f.n)
		if t == jsonscan.Odd {
			return odd
		}
		if t != jsonscan.Escaped && !f.own {
			c.tags[r], c.spots[r] = batch.TagString, batch.View{Pos: f.base + uint32(i+1), Len: uint32(end - i - 1)}
			return end + 1
		}
		v, ok := f.view(i+1, end, t)
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
		if i+4 > f.n || !jsonscan.MatchTrue(b, i) {
			return odd
		}
		c.tags[r], c.slots[r] = batch.TagBoolean, 1
		return i + 4
	case 'f':
		if i+5 > f.n || !jsonscan.MatchFalse(b, i) {
			return odd
		}
		c.tags[r], c.slots[r] = batch.TagBoolean, 0
		return i + 5
	case 'n':
		if i+4 > f.n || !jsonscan.MatchNull(b, i) {
			return odd
		}
		c.tags[r] = batch.TagNull
		return i + 4
	}
	v, exp10, end := jsonscan.ScanNumber(b, i, f.n)
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

// view returns a view of the text b[start:end], unescaped where needed.
func (f *fast) view(start, end int, t jsonscan.Text) (batch.View, bool) {
	if t != jsonscan.Escaped && !f.own {
		return batch.View{Pos: f.base + uint32(start), Len: uint32(end - start)}, true
	}
	from := len(f.text)
	if t == jsonscan.Escaped {
		var ok bool
		if f.text, ok = jsonscan.Unescape(f.text, f.b[start:end]); !ok {
			return batch.View{}, false
		}
	} else {
		f.text = append(f.text, f.b[start:end]...)
	}
	return f.written(from)
}

// written returns a view of what text has from there on.
func (f *fast) written(from int) (batch.View, bool) {
	if len(f.text) > batch.MaxBufferBytes {
		return batch.View{}, false
	}
	return batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(f.text) - from)}, true
}

// dynamicArray reads an array of schemaless values.
func (f *fast) dynamicArray(c *column, r, i int) int {
	if c.depth >= batch.DynamicDepthMax {
		return odd
	}
	e := f.elements(c)
	start := e.rows
	for i = jsonscan.SkipSpace(f.b, i+1, f.n); ; i = jsonscan.SkipSpace(f.b, i+1, f.n) {
		if i >= f.n {
			return odd
		}
		if f.b[i] == ']' && e.rows == start {
			break
		}
		if i = f.dynamic(e, e.rows, i); i == odd {
			return odd
		}
		if i = jsonscan.SkipSpace(f.b, i, f.n); i >= f.n {
			return odd
		}
		if f.b[i] == ']' {
			break
		}
		if f.b[i] != ',' {
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
