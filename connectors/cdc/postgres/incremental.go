package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
	"github.com/millrace/millrace/connectors/cdc/signal"
)

// incrementalSnapshot copies tables in chunks while the stream goes on. It belongs to the task's goroutine.
//
// What the stream changes from when a chunk is read until its second watermark comes takes the place of the chunk's row:
// from when it is read, and not from its first watermark, as a transaction may be in the stream before others see it.
//
// Source: SignalBasedIncrementalSnapshotChangeEventSource, and with read.only
// PostgresReadOnlyIncrementalSnapshotChangeEventSource.
type incrementalSnapshot struct {
	t       *task
	context *incremental.Context
	window  incremental.Window
	chunk   *chunk // that waits for its second watermark; nil: none
	due     bool   // the next chunk is to be read
	closed  bool   // the second watermark has come
	until   uint64 // with read.only: LSN that takes the place of the second watermark
	seen    delivered
	rows    rows
	live    []int32
	key     []byte
	scanned int64 // rows of the current table
}

// restart begins anew where the last row was handed on: at the start of a stream.
func (i *incrementalSnapshot) restart() {
	i.drop()
	i.context.Revert()
	i.due = i.context.Running()
	if i.due {
		i.t.log.Info("incremental snapshot goes on", "table", i.context.Current().ID, "tables_left", i.context.Left())
	}
}

// drop forgets the chunk.
func (i *incrementalSnapshot) drop() {
	if i.chunk != nil {
		i.chunk.release()
		i.chunk = nil
	}
	i.window.Reset()
	i.closed, i.until = false, 0
}

// reread reads the chunk again, because its columns have changed.
func (i *incrementalSnapshot) reread() {
	i.t.log.Info("table has changed, its chunk is read again", "table", i.chunk.of.id())
	i.drop()
	i.context.Revert()
	i.due = true
}

// add begins a snapshot of tables, or appends them to the one that runs.
func (i *incrementalSnapshot) add(id string, tables []incremental.Collection) {
	began := !i.context.Running()
	i.context.Add(id, tables)
	i.due = i.due || began
}

// poll hands on the chunk whose second watermark has come, or reads the next one.
func (i *incrementalSnapshot) poll(ctx context.Context) ([]*batch.Batch, error) {
	if i.until != 0 {
		i.closed = i.t.stream.passed(i.until)
	}
	if i.closed {
		out, err := i.emit()
		i.due = true
		if err != nil || len(out) > 0 {
			return out, err
		}
	}
	if i.due {
		i.due = false
		return nil, i.next(ctx)
	}
	return nil, nil
}

// passed reports whether the stream has had all that was committed before an LSN; otherwise the server is asked where it is.
func (s *stream) passed(lsn uint64) bool {
	if max(s.reached, s.at.lsn) >= lsn {
		return true
	}
	s.status.ask()
	return false
}

// emit makes a batch of what is left of the chunk.
func (i *incrementalSnapshot) emit() ([]*batch.Batch, error) {
	c, s := i.chunk, i.t.stream
	i.live = i.window.AppendRows(i.live[:0])
	i.chunk = nil
	i.drop()
	if c == nil {
		return nil, nil
	}
	defer c.release()
	if len(i.live) == 0 {
		return nil, nil
	}
	i.rows.reset()
	keys := &chunkKeys{types: c.types}
	for _, tuple := range i.live {
		i.rows.add(cdc.OpRead, tuple, pgoutput.None, tuple, pgoutput.None, 0)
		keys.parts = c.appendKey(keys.parts, tuple, c.order)
		keys.ends = append(keys.ends, uint32(len(keys.parts)))
	}
	last, err := keys.of(len(i.live) - 1)
	if err != nil {
		return nil, err
	}
	i.context.Sent(last)
	state, err := i.context.State()
	if err != nil {
		return nil, connectors.Errorf("postgres: incremental snapshot: %w", err)
	}
	now := time.Now()
	at := s.at // with the state before the batch
	s.at.incremental = state
	at.micros, at.snapshot, at.last, at.completed = now.UnixMicro(), "INCREMENTAL", true, true
	b := i.t.tc.Pool().New(len(i.live))
	b.KeepAlive(c.hold)
	source := i.t.layout.snapshotSource(b, c.of, i.t.builder.source, len(i.live), &at, func(int) uint8 { return cdc.MarkIncremental })
	from := cells{buf: c.buf, cells: c.cells, width: len(c.table.columns), binary: true}
	if err := i.t.layout.batch(b, c.of, &i.rows, from, source, nil, now); err != nil {
		b.Release()
		return nil, connectors.Errorf("postgres: incremental snapshot: %w", err)
	}
	b.Source = &chunkPositions{partitions: i.t.partition, at: at, keys: keys}
	return []*batch.Batch{b}, nil
}

// changed takes the rows that the stream changes out of the chunk.
func (i *incrementalSnapshot) changed(all []pending, buf []byte) {
	if i.chunk == nil || i.window.Live() == 0 {
		return
	}
	for k := range all {
		p := &all[k]
		if p.table.oid != i.chunk.of.oid {
			continue
		}
		columns := i.keyColumns(p.table)
		for r, op := range p.rows.ops {
			switch {
			case op == cdc.OpTruncate:
				i.window.Reset()
			case columns == nil: // the stream does not have the columns of the surrogate key
			default:
				i.key = i.key[:0]
				for _, column := range columns {
					i.key = appendCell(i.key, buf, p.cell(r, column))
				}
				i.window.Drop(i.key)
			}
		}
	}
}

// keyColumns are the columns of the stream's tuples with the key of the window, nil where it does not have them.
func (i *incrementalSnapshot) keyColumns(t *table) (out []int) {
	if len(t.keys) > 0 {
		for _, f := range t.keys {
			out = append(out, f.column)
		}
		return out
	}
	order, err := chunkOrder(t, i.context.Current().SurrogateKey)
	if err != nil {
		return nil
	}
	return order
}

// cell is a value of the tuple that the key of a row is read from. What was not sent has not changed.
func (p *pending) cell(row, column int) pgoutput.Cell {
	from := &p.relation.Rows
	c := from.Tuple(p.rows.key[row])[column]
	if c.Len == pgoutput.Unchanged && p.rows.before[row] >= 0 {
		c = from.Tuple(p.rows.before[row])[column]
	}
	return c
}

// next reads the next chunk, with its watermarks; tables without rows, and those that cannot be read, are passed over.
// Source: readChunk.
func (i *incrementalSnapshot) next(ctx context.Context) error {
	if err := i.stop(ctx); err != nil {
		return err
	}
	if !i.context.Running() || i.context.Paused() {
		return i.store()
	}
	id := i.context.Begin()
	opened := time.Now()
	if err := i.watermark(ctx, insertWatermark(id+"-open", signal.WindowOpen, opened, time.Time{})); err != nil {
		return i.abandon(err)
	}
	found := false
	for !found && i.context.Running() {
		var err error
		if found, err = i.read(ctx); errors.Is(err, errStale) {
			i.due = true
			return nil
		} else if err != nil {
			if err = i.skip(ctx, err); err != nil {
				return err
			}
		} else if !found {
			i.finished()
		}
	}
	if err := i.store(); err != nil {
		return err
	}
	closing := insertWatermark(id+"-close", signal.WindowClose, opened, time.Now())
	if i.t.set.deleteWatermark {
		closing = "DELETE FROM %s WHERE id = " + quoteText(id+"-open")
	}
	if err := i.watermark(ctx, closing); err != nil {
		return i.abandon(err)
	}
	if i.t.set.readOnly && found {
		return i.await(ctx)
	}
	return nil
}

// store makes the context part of the positions from here on.
func (i *incrementalSnapshot) store() error {
	state, err := i.context.State()
	if err != nil {
		return connectors.Errorf("postgres: incremental snapshot: %w", err)
	}
	i.t.stream.at.incremental = state
	return nil
}

// stop leaves out the tables that signals have named. Source: checkAndProcessStopFlag.
func (i *incrementalSnapshot) stop(ctx context.Context) error {
	asked := i.context.TakeStops()
	if len(asked) == 0 {
		return nil
	}
	all, err := i.t.capturedNames(ctx)
	if err != nil {
		return err
	}
	names, err := signal.Expand(asked, append(all, i.context.Tables()...))
	if err != nil {
		i.t.log.Warn("incremental snapshot is not stopped", "err", err)
		return nil
	}
	gone := i.context.Remove(names)
	i.scanned = 0
	i.t.log.Info("tables leave the incremental snapshot", "tables", strings.Join(gone, ","), "tables_left", i.context.Left())
	return nil
}

// skip ends the current table because of an answer of the server or of what it is; other errors are returned.
func (i *incrementalSnapshot) skip(ctx context.Context, err error) error {
	var answer *pgconn.PgError
	var of *unreadable
	if errors.As(err, &answer) && !strings.HasPrefix(answer.Code, "57") || errors.As(err, &of) {
		i.t.log.Warn("table is left out of the incremental snapshot", "table", i.context.Current().ID, "err", err)
		i.finished()
		_, err = i.t.sql.Exec(ctx, "rollback").ReadAll()
	}
	if err != nil {
		return i.t.broken(connectors.Errorf("postgres: incremental snapshot: %w", err))
	}
	return nil
}

// finished goes on to the next table.
func (i *incrementalSnapshot) finished() {
	i.t.log.Info("incremental snapshot of a table ends", "table", i.context.Current().ID, "rows", i.scanned, "tables_left", i.context.Left()-1)
	i.context.Next()
	i.scanned = 0
	if !i.context.Running() {
		i.t.log.Info("incremental snapshot is complete")
	}
}

// abandon ends the snapshot where its watermarks cannot be written; other errors are returned.
func (i *incrementalSnapshot) abandon(err error) error {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) || strings.HasPrefix(answer.Code, "57") {
		return i.t.broken(connectors.Errorf("postgres: incremental snapshot: watermark: %w", err))
	}
	i.t.log.Error("incremental snapshot is ended: its watermarks cannot be written", "table", i.t.set.signals.Table, "left_out", strings.Join(i.context.Tables(), ","), "err", err)
	i.drop()
	i.context.Remove(i.context.Tables())
	return i.store()
}

// unreadable says why a table cannot be read in chunks.
type unreadable struct{ why string }

func (u *unreadable) Error() string { return u.why }

// errStale: transactions that the stream has had are not yet seen by others.
var errStale = errors.New("a transaction of the stream is not yet seen by others")

// read reads a chunk of the current table in one transaction, in which nobody changes its columns. found: it has rows.
func (i *incrementalSnapshot) read(ctx context.Context) (found bool, err error) {
	current := i.context.Current()
	oid, err := i.t.find(ctx, current.ID)
	if err != nil {
		return false, err
	}
	if err := i.begin(ctx, oid.name); err != nil {
		return false, err
	}
	tables, err := readTables(ctx, i.t.sql, oid.oid)
	if err != nil {
		return false, err
	}
	if len(tables) != 1 {
		return false, &unreadable{"there is no such table"}
	}
	if slices.ContainsFunc(tables[0].columns, func(c catalogColumn) bool { return i.t.builder.types.Type(c.typ) == nil }) {
		if i.t.builder.types, err = readTypes(ctx, i.t.sql); err != nil {
			return false, err
		}
	}
	t, err := i.t.builder.table(tables[0], nil)
	if err != nil {
		return false, &unreadable{err.Error()}
	}
	order, err := chunkOrder(t, current.SurrogateKey)
	if err != nil {
		return false, &unreadable{err.Error()}
	}
	c, texts := newChunk(t, order, i.t.builder.types)
	if i.context.Maximum() == nil {
		if found, err = i.maximum(ctx, c, maximumQuery(t, order, current.Condition)); !found {
			return false, errors.Join(err, i.commit(ctx))
		}
	}
	statement, err := chunkQuery(t, order, texts, i.context, i.t.set.chunkRows)
	if err != nil {
		return false, &unreadable{err.Error()}
	}
	defer func() {
		if i.chunk != c {
			c.release()
		}
	}()
	if err := c.read(ctx, i.t, statement); err != nil {
		return false, err
	}
	if err := i.commit(ctx); err != nil {
		return false, err
	}
	n := c.count()
	if n == 0 {
		return false, nil
	}
	end, err := c.endKey()
	if err != nil {
		return false, &unreadable{err.Error()}
	}
	i.context.Read(end)
	for row := range n {
		i.key = c.appendKey(i.key[:0], int32(row), c.keys)
		i.window.Add(i.key)
	}
	i.scanned += int64(n)
	i.chunk = c
	return true, nil
}

// maximum asks where the table ends. found: it has rows.
func (i *incrementalSnapshot) maximum(ctx context.Context, c *chunk, statement string) (found bool, err error) {
	rows, err := query(ctx, i.t.sql, statement)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	key := make(incremental.Key, len(c.types))
	for k, text := range rows[0] {
		if key[k], err = keyValue(c.types[k], text); err != nil {
			return false, &unreadable{fmt.Sprintf("value %q of its key: %v", text, err)}
		}
	}
	i.context.SetMaximum(key)
	i.t.log.Info("incremental snapshot of a table begins", "table", i.context.Current().ID)
	return true, nil
}

// staleTries is how often, staleWait apart, a state is looked for in which what the stream has had is seen.
const (
	staleTries = 200
	staleWait  = 5 * time.Millisecond
)

// begin starts a transaction in which the table keeps its columns and that sees what the stream has had. A transaction comes in
// the stream as soon as its commit is in the WAL; others see it later, with synchronous replication much later. A row
// that was read before would come after its change.
func (i *incrementalSnapshot) begin(ctx context.Context, table string) error {
	for try := 0; ; try++ {
		rows, err := query(ctx, i.t.sql, "begin isolation level repeatable read, read only; lock table "+table+" in access share mode; select pg_catalog.txid_current_snapshot()")
		if err != nil {
			return err
		}
		if len(rows) == 1 && i.seen.by(string(rows[0][0])) {
			return nil
		}
		if err := i.commit(ctx); err != nil {
			return err
		}
		if try == staleTries || !connectors.Wait(ctx, staleWait) {
			return errStale
		}
	}
}

func (i *incrementalSnapshot) commit(ctx context.Context) error {
	_, err := i.t.sql.Exec(ctx, "commit").ReadAll()
	return err
}

// watermark runs a statement on the table of signals, if watermarks are written. Its %s is the table.
func (i *incrementalSnapshot) watermark(ctx context.Context, statement string) error {
	if i.t.set.readOnly {
		return nil
	}
	schema, name, _ := strings.Cut(i.t.set.signals.Table, ".")
	statement = strings.Replace(statement, "%s", strings.ReplaceAll(quoteName(schema)+"."+quoteName(name), "%", "%%"), 1)
	_, err := i.t.sql.Exec(ctx, statement).ReadAll()
	return err
}

// insertWatermark is the statement that writes a watermark. Source: SignalMetadata.
func insertWatermark(id, kind string, opened, closed time.Time) string {
	const layout = "2006-01-02T15:04:05.000000Z"
	data := fmt.Sprintf(`{"openWindowTimestamp": "%s"}`, opened.UTC().Format(layout))
	if !closed.IsZero() {
		data = fmt.Sprintf(`{"openWindowTimestamp": "%s", "closeWindowTimestamp": "%s"}`, opened.UTC().Format(layout), closed.UTC().Format(layout))
	}
	return "INSERT INTO %s VALUES (" + quoteText(id) + ", " + quoteText(kind) + ", " + quoteText(data) + ")"
}

// await says at which LSN the stream has all that the chunk sees, and makes the server tell when it is there.
func (i *incrementalSnapshot) await(ctx context.Context) error {
	rows, err := query(ctx, i.t.sql, "select case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn() else pg_catalog.pg_current_wal_insert_lsn() end")
	if err != nil {
		return i.t.broken(connectors.Errorf("postgres: incremental snapshot: current LSN: %w", err))
	}
	if i.until, err = lsn(string(rows[0][0])); err != nil {
		return connectors.Errorf("postgres: incremental snapshot: current LSN: %w", err)
	}
	return nil
}

// chunkKeys are the keys of the rows of a batch.
type chunkKeys struct {
	types []*typemap.Type
	parts []byte
	ends  []uint32 // of each row's key among parts
}

func (k *chunkKeys) of(row int) (incremental.Key, error) {
	from := uint32(0)
	if row > 0 {
		from = k.ends[row-1]
	}
	return keyOf(k.types, k.parts[from:k.ends[row]])
}

// chunkPositions are the positions of a chunk's rows: each says which was the last one that was handed on.
type chunkPositions struct {
	partitions []batch.Value
	at         position
	keys       *chunkKeys
}

func (p *chunkPositions) Partition(int) int32       { return 0 }
func (p *chunkPositions) Partitions() []batch.Value { return p.partitions }

// Offset falls back on what was so before the batch where a key cannot be written, which emit has found it can.
func (p *chunkPositions) Offset(i int) batch.Value {
	at := p.at
	if key, err := p.keys.of(i); err == nil {
		if text, err := incremental.KeyText(key); err == nil {
			at.incremental = at.incremental.With(text)
		}
	}
	return at.value()
}
