package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/wire"
)

// stream is a running replication stream. Poll and close belong to the task's goroutine.
type stream struct {
	t       *task
	reader  *wire.Reader
	status  *status
	decoder pgoutput.Decoder
	tables  map[uint32]*table // by relation

	segments []wire.Segment // not yet decoded
	large    *large         // transactions that come before they end; nil: none do
	pending  []pending
	messages []capturedMessage
	counts   cdc.Counts // of the open transaction, with provide.transaction.metadata
	at       position   // of what was polled
	reached  uint64     // LSN before which the server has nothing more to send
	counted  uint32     // last transaction that metrics count
	xminDue  time.Time  // with xmin.fetch.interval.ms
}

// startStream starts replication at p on a connection for replication, which it takes over.
func (t *task) startStream(ctx context.Context, c *pgconn.PgConn, p position) (*stream, error) {
	s := &stream{t: t, tables: map[uint32]*table{}, at: p, counts: p.counts}
	s.decoder.SetCommitted(p.commit)
	s.decoder.Resume = p.resume()
	if err := s.keepLarge(serverVersion(t.sql)); err != nil {
		return nil, err
	}
	start := p.start()
	conn, err := takeOver(ctx, c)
	if err != nil {
		return nil, err
	}
	options := fmt.Sprintf("%s, publication_names %s", s.protocol(), quoteText(quoteName(t.set.publication)))
	if serverVersion(t.sql) >= 14 {
		options += ", messages 'true'"
	}
	for _, param := range t.set.slotParams {
		name, value, _ := strings.Cut(param, "=")
		options += ", " + quoteName(strings.TrimSpace(name)) + " " + quoteText(strings.TrimSpace(value))
	}
	command := fmt.Sprintf("START_REPLICATION SLOT %s LOGICAL %s (%s)", quoteName(t.set.slot), lsnText(start), options)
	s.status = newStatus(conn, start)
	if s.reader, err = wire.Start(ctx, conn, t.tc.Pool(), command, s.status.seen, wire.Gather); err != nil {
		_ = conn.Close() // broken, or of no use
		return nil, cut(t.removed(connectors.Errorf("postgres: %s: %w", command, err), &p))
	}
	t.signals.incremental.restart()
	go s.status.run(t.set.statusInterval, s.reader.Full)
	t.log.Info("streaming", "slot", t.set.slot, "lsn", lsnText(start))
	t.streams(s.reader)
	return s, nil
}

// xlogHeader is the size of an XLogData message before its content: w, start, end, time.
const xlogHeader = 25

// poll returns the changes that have come, waiting for some for at most wait.
func (s *stream) poll(ctx context.Context, wait time.Duration) ([]*batch.Batch, error) {
	segment, err := s.next()
	if err != nil {
		return nil, err
	}
	if segment == nil {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-s.reader.Ready():
		case <-timer.C:
		case <-ctx.Done():
		}
		return s.idle(ctx)
	}
	s.decoder.Described = func(r *pgoutput.Relation) error { return s.described(ctx, r) }
	if err := s.decode(segment); err != nil {
		return nil, err
	}
	batches, err := s.batches(ctx, segment)
	if segment.From == segment.To {
		s.done(segment)
	}
	return batches, err
}

// decode decodes messages until there are enough rows, or a relation with rows is described anew.
func (s *stream) decode(segment *wire.Segment) error {
	buf := segment.Buf
	for segment.From < segment.To && len(s.decoder.Events) < s.t.set.rowsMax {
		from, to := segment.Frame()
		switch kind := buf[segment.From]; {
		case kind == 'd' && to-from > xlogHeader && buf[from] == 'w':
			if taken, stop, err := s.aside(segment, to); stop || err != nil {
				return err
			} else if taken {
				continue
			}
			if buf[from+xlogHeader] == 'R' && len(s.decoder.Changed) > 0 {
				return nil
			}
			lsn := binary.BigEndian.Uint64(buf[from+1:])
			if err := s.decoder.Decode(buf, from+xlogHeader, to, lsn); err != nil {
				return connectors.Errorf("postgres: slot %q: %w", s.t.set.slot, err)
			}
			if s.t.signals.arrived() {
				segment.From = to
				return nil
			}
		case kind == 'd' && to-from > 8 && buf[from] == 'k':
			s.reached = binary.BigEndian.Uint64(buf[from+1:])
		case kind == 'E':
			return s.broken(wire.ServerError(buf[from:to]))
		}
		segment.From = to
	}
	return nil
}

// described takes the description of a relation: the columns of its table, with what only the catalog knows.
func (s *stream) described(ctx context.Context, r *pgoutput.Relation) error {
	ok, err := s.t.set.captured(r.Schema, r.Name)
	if err != nil {
		return err
	}
	if r.Skip = !ok; r.Skip {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectMax)
	defer cancel()
	t, err := s.t.describe(ctx, r)
	if err != nil {
		return s.t.broken(fmt.Errorf("table %s.%s: %w", r.Schema, r.Name, err))
	}
	s.tables[r.ID] = t
	s.t.signals.described(r)
	return nil
}

// idle returns a heartbeat where one is due.
func (s *stream) idle(ctx context.Context) ([]*batch.Batch, error) {
	if !s.t.heartbeat.Due(time.Now()) {
		return nil, nil
	}
	var x extras
	offset := s.at.value()
	if err := s.t.beat(ctx, &x, 0, offset); err != nil {
		return nil, err
	}
	out, _, err := x.batches(s.t.tc.Pool())
	for _, b := range out {
		b.Source = &fixedPositions{s.t.partition, offset}
	}
	return out, err
}

// batches lays out what was decoded: a batch for each table, and one for each kind of other records.
func (s *stream) batches(ctx context.Context, segment *wire.Segment) (out []*batch.Batch, err error) {
	d := &s.decoder
	if len(d.Events) == 0 {
		return nil, nil
	}
	defer d.Reset()
	defer func() {
		if err != nil {
			for _, b := range out {
				b.Release()
			}
			out = nil
		}
	}()
	now := time.Now()
	var events [][]int32
	var x extras
	if err := s.refreshXmin(ctx, now); err != nil {
		return nil, err
	}
	all := s.collect(segment)
	if err := s.collectMessages(); err != nil {
		return nil, err
	}
	trail := &trail{before: s.at, events: slices.Clone(d.Events), transactions: slices.Clone(d.Transactions)}
	if err := s.t.signals.observe(ctx, s, trail, all, segment.Buf); err != nil {
		return nil, err
	}
	if s.t.transactions != nil {
		trail.counts = s.counts.Clone()
	}
	for {
		if s.t.transactions != nil {
			s.counts, x = trail.counts.Clone(), extras{}
			trail.counted = s.counting(all, &x)
		}
		var failed int
		if out, events, failed, err = s.lay(all, segment, now); err == nil {
			break
		}
		if !s.withdraw(&all, failed, segment, err) {
			return nil, connectors.Errorf("postgres: %w", err)
		}
	}
	s.measured(all)
	last := int32(len(d.Events))
	for i := range s.messages {
		m := &s.messages[i]
		content := segment.Buf[m.Content.Pos : int(m.Content.Pos)+int(m.Content.Len)]
		x.add(s.t.messages.record(&s.t.layout, s.t.builder.source, m, content, d, now), m.Event)
	}
	if err := s.t.beat(ctx, &x, last-1, batch.Null()); err != nil {
		return out, err
	}
	more, theirs, err := x.batches(s.t.tc.Pool())
	out, events = append(out, more...), append(events, theirs...)
	if err != nil {
		return out, connectors.Errorf("postgres: %w", err)
	}
	for i, p := range cdc.NewPositions(s.t.partition, events, last, trail.offset) {
		out[i].Source = p
	}
	s.at = trail.position(last - 1)
	return out, nil
}

// lay makes a batch of the rows of each table, with the events of its rows. failed is the table whose rows cannot be laid
// out, in all; the batches before it are released.
func (s *stream) lay(all []pending, segment *wire.Segment, now time.Time) (out []*batch.Batch, events [][]int32, failed int, err error) {
	d := &s.decoder
	for i := range all {
		p := &all[i]
		b := s.t.tc.Pool().New(len(p.rows.ops))
		b.KeepAlive(segment.Hold)
		out = append(out, b)
		source := s.t.layout.streamSource(b, p.table, s.t.builder.source, &p.rows, d)
		var blocks *batch.Column
		if s.t.transactions != nil {
			blocks = transactionBlocks(b, s.t.builder.transaction, p, d)
		}
		if err := s.t.layout.batch(b, p.table, &p.rows, p.cells(segment), source, blocks, now); err != nil {
			for _, b := range out {
				b.Release()
			}
			return nil, nil, i, err
		}
		events = append(events, slices.Clone(p.rows.event))
	}
	return out, events, -1, nil
}

// withdraw takes the events out of all[failed] that cannot be processed because of err; false: none is, and err stands.
func (s *stream) withdraw(all *[]pending, failed int, segment *wire.Segment, err error) bool {
	p := &(*all)[failed]
	at := func(event int32) uint64 { return s.decoder.Events[event].LSN }
	if !s.t.layout.withdraw(s.t.tc.Pool(), p.table, &p.rows, p.cells(segment), err, at) {
		return false
	}
	for i := range *all {
		q := &(*all)[i]
		q.total, q.order, q.at = q.total[:0], q.order[:0], 0
	}
	if len(p.rows.ops) == 0 {
		n := len(*all) - 1
		empty := *p
		copy((*all)[failed:], (*all)[failed+1:])
		(*all)[n] = empty // its slices are used again
		*all = (*all)[:n]
	}
	return true
}

// collect turns what was decoded into rows, by table, those without any left out.
func (s *stream) collect(segment *wire.Segment) []pending {
	n := 0
	for _, r := range s.decoder.Changed {
		if n == len(s.pending) {
			s.pending = append(s.pending, pending{})
		}
		p := &s.pending[n]
		p.table, p.relation = s.tables[r.ID], r
		p.total, p.order, p.at = p.total[:0], p.order[:0], 0
		if s.t.layout.changes(p.table, &r.Rows, segment.Buf, &p.rows); len(p.rows.ops) > 0 {
			n++
		}
	}
	return s.pending[:n]
}

// collectMessages finds the messages that are captured.
func (s *stream) collectMessages() error {
	s.messages = s.messages[:0]
	for _, m := range s.decoder.Messages {
		ok, err := s.t.messages.captured(m.Prefix)
		if err != nil {
			return err
		}
		if ok {
			s.messages = append(s.messages, capturedMessage{LogicalMessage: m})
		}
	}
	return nil
}

// message returns the captured message of an event, nil where there is none.
func (s *stream) message(event int32) *capturedMessage {
	for i := range s.messages {
		if s.messages[i].Event == event {
			return &s.messages[i]
		}
	}
	return nil
}

// broken says why the stream ended. It may be tried again, unless the server refuses what is asked of it.
func (s *stream) broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = errors.New("the server closed the connection")
	}
	return cut(s.t.removed(connectors.Errorf("postgres: stream of slot %q: %w", s.t.set.slot, err), &s.at))
}

// confirm tells the server up to where WAL is no longer needed.
func (s *stream) confirm(lsn uint64) { s.status.confirm(lsn) }

// close ends the stream.
func (s *stream) close() error {
	s.t.streams(nil)
	close(s.status.done)
	err := s.reader.Close()
	for _, g := range s.segments {
		g.Hold.Release()
	}
	s.segments = nil
	if s.large != nil {
		err = errors.Join(err, s.large.close())
	}
	return err
}
