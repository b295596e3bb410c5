package postgres

import (
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// rows are the records of one table on their way into a batch. Its slices are reused.
type rows struct {
	ops    []byte
	key    []int32 // tuple that the key is read from
	before []int32
	after  []int32
	other  []int32 // tuple of the other key, of an update that changed it; pgoutput.None
	event  []int32
	moved  bool // other has some
}

func (r *rows) reset() {
	r.ops, r.key, r.before, r.after = r.ops[:0], r.key[:0], r.before[:0], r.after[:0]
	r.other, r.event, r.moved = r.other[:0], r.event[:0], false
}

func (r *rows) add(op byte, key, before, after, other, event int32) {
	r.ops = append(r.ops, op)
	r.key = append(r.key, key)
	r.before = append(r.before, before)
	r.after = append(r.after, after)
	r.other = append(r.other, other)
	r.event = append(r.event, event)
	r.moved = r.moved || other != pgoutput.None
}

// layout is what batches of a task have in common.
type layout struct {
	set     *settings
	headers []batch.Header
	version batch.Value
	name    batch.Value // topic.prefix
	db      batch.Value
	xmin    batch.Value // with xmin.fetch.interval.ms
	log     *slog.Logger
}

// cells are where the tuples of a batch lie.
type cells struct {
	buf    []byte
	cells  []pgoutput.Cell
	width  int
	binary bool
}

// batch lays the rows of a table out. source is their source column, transaction may be nil.
//
// Errors: a value that is none of its column's type.
func (l *layout) batch(b *batch.Batch, t *table, r *rows, from cells, source, transaction *batch.Column, now time.Time) error {
	b.Topics.Names = t.topics
	before, err := l.fields(b, t.row, t.fields, from, r.before)
	if err != nil {
		return fmt.Errorf("table %s: %w", t.id(), err)
	}
	after, err := l.fields(b, t.row, t.fields, from, r.after)
	if err != nil {
		return fmt.Errorf("table %s: %w", t.id(), err)
	}
	if b.Value = cdc.Envelope(b, t.envelope, cdc.Parts{Before: before, After: after, Source: source, Transaction: transaction, Ops: r.ops, Now: now}); t.key == nil {
		b.Key = b.NullColumn(len(r.ops))
	} else if b.Key, err = l.fields(b, t.key, t.keys, from, r.key); err != nil {
		return fmt.Errorf("table %s: %w", t.id(), err)
	}
	if b.Key == nil { // truncates alone
		b.Key = b.NullColumn(len(r.ops))
	} else if t.key != nil {
		keyless(b, r)
	}
	b.Headers.Entries = l.headers
	if r.moved {
		return l.moves(b, t, r, from)
	}
	return nil
}

// keyless takes the key's schema from rows without a key: truncates among others. Source:
// EventDispatcher.StreamingChangeRecordReceiver.
func keyless(b *batch.Batch, r *rows) {
	for i, tuple := range r.key {
		if tuple >= 0 {
			continue
		}
		if b.Key.NoSchema == nil {
			b.Key.NoSchema = bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(len(r.key))))
		}
		b.Key.NoSchema.Set(i)
	}
}

// fields decodes a struct of each tuple; nil where no row has one.
func (l *layout) fields(b *batch.Batch, s *batch.Schema, fields []field, from cells, tuples []int32) (*batch.Column, error) {
	missing := 0
	for _, t := range tuples {
		if t < 0 {
			missing++
		}
	}
	if missing == len(tuples) {
		return nil, nil
	}
	in := typemap.Cells{Buf: from.buf, Cells: from.cells, Width: from.width, Tuples: tuples, Failed: l.failed(s)}
	c := b.NewStruct(s, len(tuples), nil)
	for _, f := range fields {
		in.Column = f.column
		child, err := f.decoder.Column(b, &in, from.binary)
		if err != nil {
			return nil, err
		}
		c.Children = append(c.Children, child)
	}
	if missing > 0 {
		valid := b.MakeValid(c)
		for i, t := range tuples {
			if t < 0 {
				valid.Clear(i)
			}
		}
	}
	return c, nil
}

// moves adds the headers of updates that changed the key: in front of the others, as Debezium writes them.
func (l *layout) moves(b *batch.Batch, t *table, r *rows, from cells) error {
	other, err := l.fields(b, t.key, t.keys, from, r.other)
	if err != nil {
		return fmt.Errorf("table %s: %w", t.id(), err)
	}
	n := len(r.ops)
	mask := func(create bool) bits.Bitmap {
		m := bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(n)))
		for i := range n {
			m.SetTo(i, r.other[i] != pgoutput.None && (r.ops[i] == cdc.OpCreate) == create)
		}
		return m
	}
	columns := []batch.HeaderColumn{
		{Key: cdc.NewKeyHeader, Rows: mask(false), Schema: t.key, Column: other},
		{Key: cdc.OldKeyHeader, Rows: mask(true), Schema: t.key, Column: other},
	}
	for _, h := range l.headers {
		columns = append(columns, batch.HeaderColumn{Key: h.Key, Schema: h.Schema, Column: b.NewConstant(h.Schema, n, h.Value)})
	}
	b.Headers = batch.Headers{Columns: columns}
	return nil
}

// changes turns what the stream had for a relation into rows, but for skipped.operations.
func (l *layout) changes(t *table, from *pgoutput.Rows, buf []byte, r *rows) {
	r.reset()
	for i, op := range from.Ops {
		old, now, event := from.Old[i], from.New[i], from.Event[i]
		switch op {
		case 'I':
			l.create(r, now, pgoutput.None, event)
		case 'U':
			switch {
			case old != pgoutput.None && l.moved(t, from, old, now, buf):
				l.remove(r, old, now, event)
				l.create(r, now, old, event)
			case l.set.skip.update, l.set.unchanged && old != pgoutput.None && same(t.fields, from, old, now, buf):
			default:
				r.add(cdc.OpUpdate, now, old, now, pgoutput.None, event)
			}
		case 'D':
			l.remove(r, old, pgoutput.None, event)
		case 'T':
			if !l.set.skip.truncate {
				r.add(cdc.OpTruncate, pgoutput.None, pgoutput.None, pgoutput.None, pgoutput.None, event)
			}
		}
	}
}

func (l *layout) create(r *rows, now, other, event int32) {
	if !l.set.skip.create {
		r.add(cdc.OpCreate, now, pgoutput.None, now, other, event)
	}
}

// remove adds a delete and its tombstone.
func (l *layout) remove(r *rows, old, other, event int32) {
	if l.set.skip.remove {
		return
	}
	r.add(cdc.OpDelete, old, old, pgoutput.None, other, event)
	if l.set.tombstones {
		r.add(cdc.Tombstone, old, pgoutput.None, pgoutput.None, other, event)
	}
}

// moved reports whether two tuples have different keys.
func (l *layout) moved(t *table, from *pgoutput.Rows, old, now int32, buf []byte) bool {
	return len(t.keys) > 0 && !same(t.keys, from, old, now, buf)
}

// same reports whether two tuples have the same text in all fields. What was not sent has not changed.
func same(fields []field, from *pgoutput.Rows, old, now int32, buf []byte) bool {
	a, b := from.Tuple(old), from.Tuple(now)
	for _, f := range fields {
		x, y := a[f.column], b[f.column]
		if y.Len == pgoutput.Unchanged {
			continue
		}
		if x.Len != y.Len || x.Len > 0 && string(buf[x.Pos:int(x.Pos)+int(x.Len)]) != string(buf[y.Pos:int(y.Pos)+int(y.Len)]) {
			return false
		}
	}
	return true
}

// streamSource makes the source column of rows of the stream.
func (l *layout) streamSource(b *batch.Batch, t *table, s *batch.Schema, r *rows, d *pgoutput.Decoder) *batch.Column {
	n := len(r.ops)
	fields := s.Fields()
	number := func(field int) *batch.Column { return b.NewFixed(fields[field].Schema, n) }
	ms, us, ns, xid, lsn := number(3), number(7), number(8), number(11), number(12)
	sequence := b.NewViews(fields[6].Schema, n, nil, nil)
	text := b.Arena.Bytes(n * sequenceBytesMax)[:0]
	origins := false
	for i, e := range r.event {
		event := &d.Events[e]
		lsn.Int64s()[i] = int64(event.LSN)
		from := len(text)
		if event.Tx == pgoutput.NoTransaction {
			continue
		}
		tx := &d.Transactions[event.Tx]
		us.Int64s()[i] = tx.CommitTime
		xid.Int64s()[i] = int64(tx.XID)
		text = appendSequence(text, tx.Before, event.LSN)
		sequence.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(text) - from)}
		origins = origins || tx.Origin != ""
	}
	sequence.Bufs[1] = text
	micros := us.Int64s()
	for i, v := range micros {
		ms.Int64s()[i] = v / 1000
		ns.Int64s()[i] = v * 1000
	}
	null := func(field int) *batch.Column { return b.NewConstant(fields[field].Schema, n, batch.Null()) }
	origin, originLSN := null(14), null(15)
	if origins {
		origin, originLSN = l.origins(b, fields, r, d)
	}
	return b.NewStruct(s, n, []*batch.Column{
		b.NewConstant(fields[0].Schema, n, l.version), b.NewConstant(fields[1].Schema, n, batch.StringValue("postgresql")), b.NewConstant(fields[2].Schema, n, l.name),
		ms, null(4), b.NewConstant(fields[5].Schema, n, l.db), sequence, us, ns,
		b.NewConstant(fields[9].Schema, n, t.space), b.NewConstant(fields[10].Schema, n, t.constant),
		xid, lsn, b.NewConstant(fields[13].Schema, n, l.xmin), origin, originLSN,
	})
}

// origins makes the columns of transactions that came from another server.
func (l *layout) origins(b *batch.Batch, fields []batch.Field, r *rows, d *pgoutput.Decoder) (name, lsn *batch.Column) {
	names, lsns := batch.NewColumnBuilder(fields[14].Schema, false), batch.NewColumnBuilder(fields[15].Schema, false)
	for _, e := range r.event {
		tx := d.Events[e].Tx
		if tx == pgoutput.NoTransaction || d.Transactions[tx].Origin == "" {
			names.AppendNulls(1)
			lsns.AppendNulls(1)
			continue
		}
		_ = names.Append(batch.StringValue(d.Transactions[tx].Origin)) // fits the schema
		_ = lsns.Append(batch.Int64Value(int64(d.Transactions[tx].OriginLSN)))
	}
	return names.Finish(b), lsns.Finish(b)
}

// sequenceBytesMax is the longest text of appendSequence.
const sequenceBytesMax = 48

// appendSequence appends the JSON text of the last commit's and the event's LSN. Source: SourceInfo.sequence.
func appendSequence(dst []byte, commit, lsn uint64) []byte {
	dst = append(dst, '[')
	if commit == 0 {
		dst = append(dst, "null"...)
	} else {
		dst = append(strconv.AppendInt(append(dst, '"'), int64(commit), 10), '"')
	}
	dst = append(strconv.AppendInt(append(dst, `,"`...), int64(lsn), 10), '"')
	return append(dst, ']')
}
