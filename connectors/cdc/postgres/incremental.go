package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
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
	switch i.due = i.context.Running() && i.t.set.watermarks(); {
	case i.due:
		i.t.log.Info("incremental snapshot goes on", "table", i.context.Current().ID, "tables_left", i.context.Left())
	case i.context.Running():
		i.t.log.Warn("incremental snapshot waits: it needs signal.data.collection, for its watermarks, or read.only", "table", i.context.Current().ID)
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
	if began {
		i.due = true
		i.tellBegan()
	}
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
	for _, tuple := range i.live {
		i.rows.add(cdc.OpRead, tuple, pgoutput.None, tuple, pgoutput.None, tuple)
	}
	last, err := keyOf(c.types, c.appendKey(nil, i.live[len(i.live)-1], c.order))
	if err != nil {
		return nil, err
	}
	i.context.Sent(last)
	state, err := i.context.State()
	if err != nil {
		return nil, connectors.Errorf("postgres: incremental snapshot: %w", err)
	}
	at := s.at // with the state before the batch
	s.at.incremental = state
	at.micros, at.snapshot, at.last, at.completed = time.Now().UnixMicro(), "INCREMENTAL", true, true
	b, err := i.t.read(&i.rows, &c.copying, c.of, &at, func(int) uint8 { return cdc.MarkIncremental })
	if err != nil {
		return nil, connectors.Errorf("postgres: incremental snapshot: %w", err)
	}
	i.t.meter.SnapshotRows(c.of.id(), int64(len(i.live)))
	i.t.meter.Events(cdc.ContextSnapshot, c.of.id(), i.rows.ops)
	if b == nil {
		return nil, nil
	}
	keys := &chunkKeys{types: c.types}
	for _, tuple := range i.rows.after {
		keys.parts = c.appendKey(keys.parts, tuple, c.order)
		keys.ends = append(keys.ends, uint32(len(keys.parts)))
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
	id := i.context.Correlation()
	gone := i.context.Remove(names)
	i.scanned = 0
	i.tellStopped(id, gone)
	i.t.log.Info("tables leave the incremental snapshot", "tables", strings.Join(gone, ","), "tables_left", i.context.Left())
	return nil
}

// finished goes on to the next table. status says how the current one ended.
func (i *incrementalSnapshot) finished(status string) {
	i.t.log.Info("incremental snapshot of a table ends", "table", i.context.Current().ID, "rows", i.scanned, "status", status, "tables_left", i.context.Left()-1)
	id := i.context.Correlation()
	i.tellTable(status)
	i.context.Next()
	i.scanned = 0
	if !i.context.Running() {
		i.t.log.Info("incremental snapshot is complete")
		i.tellEnded(id)
	}
}
