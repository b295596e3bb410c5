package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
)

// snapshot copies the rows of all captured tables as they were at one moment. It belongs to the task's goroutine;
// readers of the connections run beside it.
//
// The last row of a table is held back until it is known whether it is the last of all: its mark says so, and its
// offset that the snapshot is complete. Of a table that is copied in ranges it is the last row of any of them.
type snapshot struct {
	t        *task
	name     string                      // of the exported snapshot
	at       position                    // of the stream that follows
	shown    position                    // in the rows
	keep     func(context.Context) error // ends the transaction that exports it
	todo     []part
	active   []*copying
	tails    []*progress // tables with a row that is held back
	rows     rows
	emitted  int64
	began    time.Time
	tables   int
	finished int
	reported time.Time // when the log heard of it last

	statements map[string]string // that take the place of whole tables
	exports    bool              // its transaction has no name yet
	blocking   bool              // a signal has asked for it, and the stream goes on afterwards
}

// poll returns rows of some tables. done: all were returned, and the position to stream from is s.at.
func (s *snapshot) poll(ctx context.Context) (out []*batch.Batch, done bool, err error) {
	for len(s.active) < s.t.set.snapshotThreads && len(s.todo) > 0 {
		c, err := s.t.startCopy(ctx, s.todo[0], s.name, s.statements)
		if err != nil {
			return nil, false, err
		}
		s.begin(s.todo[0].of)
		s.todo, s.active = s.todo[1:], append(s.active, c)
	}
	progress := false
	for i := 0; i < len(s.active) && err == nil; i++ {
		c := s.active[i]
		var more bool
		if more, err = c.next(s.t.set.rowsMax); err != nil || !more {
			continue
		}
		progress = true
		if len(c.cells) > 0 {
			out, err = s.follow(out, c.of)
		}
		if err == nil {
			out, err = s.emit(out, c)
		}
		if err == nil && c.ended {
			s.active = slices.Delete(s.active, i, i+1)
			i--
			err = s.end(c)
		}
	}
	if err == nil && len(s.active) == 0 && len(s.todo) == 0 {
		done = true
		for len(s.tails) > 1 && err == nil {
			out, err = s.flush(out, s.tails[0], cdc.MarkLastInTable)
		}
		if len(s.tails) > 0 && err == nil {
			out, err = s.flush(out, s.tails[0], cdc.MarkLast)
		}
		s.at.last, s.at.completed = true, true
	}
	if err != nil {
		for _, b := range out {
			b.Release()
		}
		return nil, false, err
	}
	if !progress && !done {
		s.wait(ctx)
	}
	return out, done, nil
}

// end takes note that a part is complete.
func (s *snapshot) end(c *copying) error {
	p := c.of
	s.t.meter.SnapshotPart(p.table.id())
	if p.parts--; p.parts == 0 {
		s.finished++
		rows := p.rows
		if p.tail != nil {
			rows++
		}
		s.t.tableEnded(p.table, rows)
		s.t.log.Info("snapshot of a table is complete", "table", p.table.id(), "rows", rows, "tables", fmt.Sprintf("%d of %d", s.finished, s.tables))
	}
	if p.tail == c {
		return nil
	}
	return c.close()
}

// wait waits until one of the connections has something.
func (s *snapshot) wait(ctx context.Context) {
	if len(s.active) == 0 {
		return
	}
	timer := time.NewTimer(50 * time.Millisecond) // others of several
	defer timer.Stop()
	select {
	case <-s.active[0].reader.Ready():
	case <-timer.C:
	case <-ctx.Done():
	}
}

// emit makes a batch of what c has decoded, all but its very last row, which becomes the tail.
func (s *snapshot) emit(out []*batch.Batch, c *copying) ([]*batch.Batch, error) {
	n := c.count()
	if n == 0 {
		c.drop()
		return out, nil
	}
	if c.ended {
		n--
	}
	if n > 0 {
		first := s.mark(c.of, cdc.MarkTrue)
		b, err := s.batch(c, 0, n, func(i int) uint8 {
			if i == 0 {
				return first
			}
			return cdc.MarkTrue
		}, false)
		if err != nil {
			return out, err
		}
		if b != nil {
			out = append(out, b)
		}
		c.of.rows += int64(n)
		s.emitted += int64(n)
	}
	if c.ended {
		c.keepLast()
		c.of.tail = c
		s.tails = append(s.tails, c.of)
		return out, nil
	}
	c.drop()
	return out, nil
}

// mark is that of the next row of a table: another one where it is a first row.
func (s *snapshot) mark(p *progress, mark uint8) uint8 {
	switch {
	case mark != cdc.MarkLast && s.emitted == 0:
		return cdc.MarkFirst
	case mark == cdc.MarkTrue && p.rows == 0:
		return cdc.MarkFirstInTable
	}
	return mark
}

// follow emits the tails that are no longer held back once rows of a table follow.
func (s *snapshot) follow(out []*batch.Batch, by *progress) (_ []*batch.Batch, err error) {
	for i := 0; i < len(s.tails) && err == nil; {
		switch p := s.tails[i]; {
		case p == by:
			out, err = s.flush(out, p, cdc.MarkTrue)
		case p.parts == 0:
			out, err = s.flush(out, p, cdc.MarkLastInTable)
		default: // more rows of it may come
			i++
		}
	}
	return out, err
}

// flush emits the tail of a table.
func (s *snapshot) flush(out []*batch.Batch, p *progress, mark uint8) ([]*batch.Batch, error) {
	c := p.tail
	own := s.mark(p, mark)
	b, err := s.batch(c, 0, 1, func(int) uint8 { return own }, mark == cdc.MarkLast)
	if err != nil {
		return out, err
	}
	s.emitted++
	p.rows++
	p.tail = nil
	s.tails = slices.DeleteFunc(s.tails, func(q *progress) bool { return q == p })
	c.drop()
	if b != nil {
		out = append(out, b)
	}
	return out, c.close()
}

// batch lays out rows lo … hi-1 of what c has; nil where none of them can be.
func (s *snapshot) batch(c *copying, lo, hi int, mark func(i int) uint8, complete bool) (*batch.Batch, error) {
	s.rows.reset()
	for i := lo; i < hi; i++ {
		s.rows.add(cdc.OpRead, int32(i), -1, int32(i), -1, int32(i))
	}
	b, err := s.t.read(&s.rows, c, c.table, &s.shown, mark)
	if err != nil {
		return nil, connectors.Errorf("postgres: snapshot: %w", err)
	}
	s.measured(c.table, hi-lo)
	if b != nil {
		at := s.at
		at.last, at.completed = complete, complete
		b.Source = &fixedPositions{s.t.partition, at.value()}
	}
	return b, nil
}

// read lays rows of a table out that were copied; those that cannot be are taken out of r, where the config says so. The
// batch is nil where there are none.
func (t *task) read(r *rows, c *copying, of *table, at *position, mark func(i int) uint8) (*batch.Batch, error) {
	from := cells{buf: c.buf, cells: c.cells, width: len(c.table.columns), binary: true}
	for len(r.ops) > 0 {
		b := t.tc.Pool().New(len(r.ops))
		b.KeepAlive(c.hold)
		source := t.layout.snapshotSource(b, of, t.builder.source, len(r.ops), at, mark)
		err := t.layout.batch(b, of, r, from, source, nil, time.Now())
		if err == nil {
			return b, nil
		}
		b.Release()
		if !t.layout.withdraw(t.tc.Pool(), of, r, from, err, func(int32) uint64 { return at.lsn }) {
			return nil, err
		}
	}
	return nil, nil
}

// close ends the connections.
func (s *snapshot) close(ctx context.Context) error {
	var err error
	for _, p := range s.tails {
		p.tail.drop()
		err = errors.Join(err, p.tail.close())
	}
	for _, c := range s.active {
		c.drop()
		err = errors.Join(err, c.close())
	}
	s.active, s.tails = nil, nil
	if s.keep != nil {
		err = errors.Join(err, s.keep(ctx))
		s.keep = nil
	}
	return err
}

// fixedPositions is one offset for all rows.
type fixedPositions struct {
	partitions []batch.Value
	offset     batch.Value
}

func (p *fixedPositions) Partition(int) int32       { return 0 }
func (p *fixedPositions) Partitions() []batch.Value { return p.partitions }
func (p *fixedPositions) Offset(int) batch.Value    { return p.offset }

// snapshotSource makes the source column of n rows of a snapshot.
func (l *layout) snapshotSource(b *batch.Batch, t *table, s *batch.Schema, n int, at *position, mark func(i int) uint8) *batch.Column {
	fields := s.Fields()
	constant := func(field int, v batch.Value) *batch.Column { return b.NewConstant(fields[field].Schema, n, v) }
	marks := batch.NewColumnBuilder(fields[4].Schema, false)
	for _, m := range cdc.Marks {
		_ = marks.Append(batch.StringValue(m)) // fits the schema
	}
	index := make([]int32, n)
	for i := range index {
		index[i] = int32(mark(i))
	}
	return b.NewStruct(s, n, []*batch.Column{
		constant(0, l.version), constant(1, batch.StringValue("postgresql")), constant(2, l.name),
		constant(3, batch.Int64Value(at.micros/1000)), b.NewDictionary(fields[4].Schema, index, marks.Finish(b)), constant(5, l.db),
		constant(6, batch.StringValue(string(appendSequence(nil, at.commit, at.lsn)))),
		constant(7, batch.Int64Value(at.micros)), constant(8, batch.Int64Value(at.micros*1000)),
		constant(9, t.space), constant(10, t.constant),
		constant(11, batch.Int64Value(at.xid)), constant(12, batch.Int64Value(int64(at.lsn))),
		constant(13, batch.Null()), constant(14, batch.Null()), constant(15, batch.Null()),
	})
}
