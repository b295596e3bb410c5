package avro

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/codec"
)

// Bounds of rewriting. Java has none but its memory and its stack: a few bytes may stand for many items, each of which gets defaults.
const (
	rewrittenFree    = 1 << 20 // bytes that a row may have, and beside them
	rewrittenPerByte = 256     // so many for each of its own
	walkDepthMax     = 10_000  // values in each other of a schema that contains itself
)

// rewriter runs a rewrite over one row after another. Neighbours that stay as they are are copied in one piece.
type rewriter struct {
	items
	from     int // bytes from there to at are to be copied
	out      []byte
	max      int    // bytes that out may have
	depth    int    // of walk
	skipping bool   // what is walked over is dropped
	text     string // why the row is refused

	leasts   map[*Schema]int64 // of arrays and maps that are walked over
	segments []segment         // of records whose fields are moved
	moved    []byte            // their fields, before they are
	input    codec.Input       // the rows of a batch as they are read
}

// segment is where a field lies in moved.
type segment struct{ from, to int }

// row appends the bytes of a row under the reader's schema to out, and reports whether its bytes were those of the writer's, and where they end.
func (x *rewriter) row(o *rewrite, b []byte) (end int, ok bool) {
	x.items, x.from, x.depth, x.skipping, x.text = newItems(b), 0, 0, false, ""
	x.max = len(x.out) + rewrittenFree + rewrittenPerByte*len(b)
	x.value(o)
	x.flush()
	return x.at, !x.failed()
}

// flush copies what is still to be copied.
func (x *rewriter) flush() {
	if x.failed() {
		return
	}
	x.out = append(x.out, x.b[x.from:x.at]...)
	x.from = x.at
	x.bound()
}

func (x *rewriter) bound() {
	if len(x.out) > x.max {
		x.text = "a row of few bytes would become very many under the reader's schema"
		x.fail()
	}
}

// put appends bytes in place of those from where flush was last called.
func (x *rewriter) put(b ...byte) {
	if x.failed() {
		return
	}
	x.out = append(x.out, b...)
	x.from = x.at
	x.bound()
}

func (x *rewriter) putInt(v int64) {
	var b [binary.MaxVarintLen64]byte
	x.put(b[:binary.PutVarint(b[:], v)]...)
}

func (x *rewriter) putFloat(v float32) {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
	x.put(b[:]...)
}

func (x *rewriter) putDouble(v float64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], math.Float64bits(v))
	x.put(b[:]...)
}

func (x *rewriter) value(o *rewrite) {
	if x.failed() {
		return
	}
	if o.op != keepValue {
		x.flush()
	}
	switch o.op {
	case keepValue:
		x.walk(o.writer)
	case skipValue:
		x.skipping = true
		x.walk(o.writer)
		x.skipping = false
		x.put()
	case narrowValue:
		x.putInt(int64(x.int()))
	case intToFloat:
		x.putFloat(float32(x.int()))
	case intToDouble:
		x.putDouble(float64(x.int()))
	case longToFloat:
		x.putFloat(float32(x.long()))
	case longToDouble:
		x.putDouble(float64(x.long()))
	case floatToDouble:
		if b := x.take(4); b != nil {
			x.putDouble(float64(math.Float32frombits(le32(b))))
		}
	case adjustEnum:
		x.symbol(o)
	case rewriteItems:
		x.blocks(o)
	case rewriteRecord:
		if o.moved {
			x.movedRecord(o)
		} else {
			x.record(o)
		}
	case rewriteBranch:
		n := x.int()
		if n < 0 || int(n) >= len(o.sub) {
			x.fail()
			return
		}
		x.put()
		x.value(o.sub[n])
	case enterUnion:
		x.putInt(int64(o.index))
		x.value(o.sub[0])
	case refuseRewrite:
		x.text = o.text
		x.fail()
	}
}

func (x *rewriter) symbol(o *rewrite) {
	n := x.int()
	switch {
	case x.failed():
	case n < 0 || int(n) >= len(o.symbols):
		x.fail()
	case o.symbols[n] < 0:
		x.text = "No match for " + o.writer.Symbols[n]
		x.fail()
	default:
		x.putInt(int64(o.symbols[n]))
	}
}

// blocks rewrites an array or a map, block by block.
func (x *rewriter) blocks(o *rewrite) {
	least := x.least(o.writer)
	for n := x.block(); n > 0; n = x.block() {
		if !x.mayHold(n, least) {
			x.fail()
			return
		}
		x.putInt(n)
		for ; n > 0 && !x.failed(); n-- {
			if o.writer.Type == Map {
				x.take(x.long())
			}
			x.value(o.sub[0])
		}
		x.flush()
	}
	x.putInt(0)
}

// record rewrites a record whose fields come in the order in which the reader has them; defaults are put between them.
func (x *rewriter) record(o *rewrite) {
	next := 0
	for k, f := range o.sub {
		for at := o.place[k]; next <= at; next++ {
			x.given(o, next)
		}
		x.value(f)
	}
	for ; next < len(o.given); next++ {
		x.given(o, next)
	}
}

// given writes the default of a field that the writer has not.
func (x *rewriter) given(o *rewrite, field int) {
	if b := o.given[field]; b != nil {
		x.flush()
		x.put(b...)
	}
}

// movedRecord rewrites a record whose fields come in another order.
func (x *rewriter) movedRecord(o *rewrite) {
	first, start := len(x.segments), len(x.out)
	x.segments = append(x.segments, make([]segment, len(o.given))...)
	for k, f := range o.sub {
		from := len(x.out)
		x.value(f)
		x.flush()
		if at := o.place[k]; at >= 0 {
			x.segments[first+at] = segment{from - start, len(x.out) - start}
		}
	}
	x.moved = append(x.moved[:0], x.out[start:]...)
	x.out = x.out[:start]
	for at, s := range x.segments[first:] {
		x.out = append(x.out, x.moved[s.from:s.to]...)
		x.out = append(x.out, o.given[at]...)
	}
	x.segments = x.segments[:first]
	x.bound()
}

// rewritten returns the selected rows of in under the reader's schema: their payloads are behind skip bytes, the rows of the result are whole.
// Rows that cannot be rewritten fail in status and are null. The result counts until the next call.
func (d *decoder) rewritten(dst *batch.Batch, in *codec.Input, r *reading, skip int, sel batch.Selection, status *batch.Status) *codec.Input {
	n := in.Values.Len()
	x := &d.rewriter
	x.out = x.out[:0]
	out := &x.input
	*out = codec.Input{Topic: in.Topic, Values: batch.Bytes{Views: slices.Grow(out.Values.Views[:0], n)[:n], Valid: slices.Grow(out.Values.Valid[:0], bits.Words(n))[:bits.Words(n)]}}
	for k := range sel.Count(n) {
		i := k
		if sel != nil {
			i = int(sel[k])
		}
		out.Values.Valid.Clear(i)
		if !in.Values.Valid.Has(i) {
			continue
		}
		start := len(x.out)
		if err := d.rewriteRow(x, in.Topic, r, in.Values.At(i)[skip:]); err != nil {
			x.out = x.out[:start]
			status.Fail(int32(i), n, err)
			continue
		}
		out.Values.Views[i] = batch.View{Pos: uint32(start), Len: uint32(len(x.out) - start)}
		out.Values.Valid.Set(i)
	}
	out.Values.Bufs[0] = dst.Arena.Bytes(len(x.out))
	copy(out.Values.Bufs[0], x.out)
	if cap(x.out) > textKept {
		x.out, x.moved = nil, nil
	}
	return out
}

// rewriteRow appends a row to x.out.
func (c *converter) rewriteRow(x *rewriter, topic string, r *reading, b []byte) error {
	end, ok := x.row(r.rewrite, b)
	switch {
	case !ok && x.text != "":
		return c.unreadable(topic, r, typeError(x.text))
	case !ok:
		return c.malformed(topic, r)
	case c.failOnTrailing && end < len(b):
		return c.trailing(topic, r)
	case len(x.out) > batch.MaxBufferBytes:
		return codec.Data("records of more than 2 GiB in one batch: poll smaller batches")
	}
	return nil
}
