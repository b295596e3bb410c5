package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/signal"
)

// signals acts on the signals of a task. It belongs to the task's goroutine.
//
// The table of signals comes in the stream like any other. A poll of the stream ends with a row of it, so that what the
// signal asks for happens at its place among the changes. Source: SignalProcessor, EventDispatcher.
type signals struct {
	t           *task
	channels    *signal.Channels
	table       *pgoutput.Relation // of signals, once the stream has described it
	incremental incrementalSnapshot
	blocking    []*signal.Request // snapshots that the stream waits for; the first may run
}

// startSignals opens the channels and takes the incremental snapshot that the offset knows of.
func (t *task) startSignals() error {
	c, err := incremental.Load(t.at.incremental)
	if err != nil {
		return connectors.Errorf("postgres: %w", err)
	}
	g := &signals{t: t, incremental: incrementalSnapshot{t: t, context: c}}
	if g.channels, err = t.set.signals.Open(t.log); err != nil {
		return connectors.Errorf("postgres: %w", err)
	}
	t.signals = g
	return nil
}

// described takes the description of a relation.
func (g *signals) described(r *pgoutput.Relation) {
	if r.Schema+"."+r.Name == g.t.set.signals.Table {
		g.table = r
	}
	if c := g.incremental.chunk; c != nil && c.of.oid == r.ID && c.differs(r) {
		g.incremental.reread()
	}
}

// arrived reports whether a row of the table of signals was decoded.
func (g *signals) arrived() bool { return g.table != nil && len(g.table.Rows.Ops) > 0 }

// observe looks at what a poll of the stream has decoded, before it is handed on.
func (g *signals) observe(ctx context.Context, s *stream, tr *trail, all []pending, buf []byte) error {
	for i := range s.decoder.Transactions {
		g.incremental.seen.add(s.decoder.Transactions[i].XID)
	}
	g.incremental.changed(all, buf)
	if !g.arrived() {
		return nil
	}
	one, ok := g.row(s.tables[g.table.ID], buf)
	if !ok || !g.t.set.signals.Source && !one.Watermark() {
		return nil
	}
	if err := g.act(ctx, &one); err != nil {
		return err
	}
	var err error
	tr.signalled = true
	if tr.after, err = g.incremental.context.State(); err != nil {
		return connectors.Errorf("postgres: incremental snapshot: %w", err)
	}
	return nil
}

// row reads the signal that the last row of the table is: it has three columns, whatever their names.
// Source: SignalRecord.buildSignalRecordFromChangeEventSource.
func (g *signals) row(t *table, buf []byte) (one signal.Signal, ok bool) {
	r := &g.table.Rows
	last := len(r.Ops) - 1
	tuple := r.New[last]
	switch {
	case r.Ops[last] == 'D' && g.t.set.deleteWatermark:
		tuple = r.Old[last]
	case r.Ops[last] != 'I':
		return one, false
	}
	if len(t.fields) != 3 {
		g.t.log.Warn("signal is left out: the table of signals must have three columns", "table", t.id(), "columns", len(t.fields))
		return one, false
	}
	text := func(field int) string {
		c := r.Tuple(tuple)[t.fields[field].column]
		if c.Len < 0 {
			return ""
		}
		return string(buf[c.Pos : int(c.Pos)+int(c.Len)])
	}
	if r.Ops[last] == 'D' {
		return signal.Closing(text(0)), true
	}
	return signal.Signal{ID: text(0), Type: text(1), Data: text(2)}, true
}

// act does what a signal asks for. One that cannot be understood is warned of. Errors: the connection's.
func (g *signals) act(ctx context.Context, one *signal.Signal) error {
	i := &g.incremental
	var err error
	switch one.Type {
	case signal.ExecuteSnapshot:
		return g.execute(ctx, one)
	case signal.StopSnapshot:
		var r *signal.Request
		if r, err = one.Request(); err == nil && !r.Blocking {
			i.context.Stop(r.Tables)
		}
	case signal.PauseSnapshot:
		if i.context.Pause() {
			i.tellPaused(cdc.NotifyPaused)
			g.t.log.Info("incremental snapshot pauses", "signal", one.ID)
		}
	case signal.ResumeSnapshot:
		if i.context.Resume() {
			i.tellPaused(cdc.NotifyResumed)
			g.t.log.Info("incremental snapshot goes on", "signal", one.ID)
			i.due = i.due || i.chunk == nil // otherwise the second watermark is still to come
		}
	case signal.Log:
		var message string
		if message, err = one.Message(); err == nil {
			g.t.log.Info(strings.Replace(message, "{}", g.t.stream.at.text(), 1), "signal", one.ID)
		}
	case signal.SchemaChanges:
		g.t.log.Info("signal has no effect: the stream describes tables as they change", "signal", one.ID, "type", one.Type)
	case signal.WindowOpen: // what matters is when the chunk was read
	case signal.WindowClose:
		i.closed = i.closed || i.context.Expects(one.ID)
	default:
		err = fmt.Errorf("signal %q: type %q is not known", one.ID, one.Type)
	}
	if err != nil {
		g.t.log.Warn("signal is left out", "err", err)
	}
	return nil
}

// execute begins a snapshot. Source: ExecuteSnapshot.
func (g *signals) execute(ctx context.Context, one *signal.Signal) error {
	r, err := one.Request()
	if err == nil && !r.Blocking && !g.t.set.watermarks() {
		err = fmt.Errorf("signal %q: an incremental snapshot needs signal.data.collection, for its watermarks, or read.only", one.ID)
	}
	if err != nil {
		g.t.log.Warn("signal is left out", "err", err)
		return nil
	}
	g.t.log.Info("snapshot is asked for", "signal", one.ID, "tables", strings.Join(r.Tables, ","), "blocking", r.Blocking)
	if r.Blocking {
		g.blocking = append(g.blocking, r)
		return nil
	}
	all, err := g.t.capturedNames(ctx)
	if err != nil {
		return err
	}
	names, err := signal.Expand(r.Tables, all)
	var tables []incremental.Collection
	for _, name := range names {
		filter, failed := r.Filter(name)
		if failed != nil {
			err = failed
			break
		}
		tables = append(tables, incremental.Collection{ID: name, Condition: incremental.Condition(filter), SurrogateKey: r.SurrogateKey})
	}
	if err != nil {
		g.t.log.Warn("signal is left out", "signal", one.ID, "err", err)
		return nil
	}
	g.incremental.add(one.ID, tables)
	return nil
}

// poll reads the channels and goes on with what signals have asked for.
func (g *signals) poll(ctx context.Context) ([]*batch.Batch, error) {
	for _, one := range g.channels.Read(ctx, time.Now()) {
		if err := g.act(ctx, &one); err != nil {
			return nil, err
		}
	}
	if len(g.blocking) > 0 && !g.incremental.closed {
		return nil, g.t.blocks(ctx, g.blocking[0])
	}
	return g.incremental.poll(ctx)
}

// close ends the channels.
func (g *signals) close(ctx context.Context) error {
	g.incremental.drop()
	return g.channels.Close(ctx)
}

// capturedNames returns the names of the captured tables, as signals have them.
func (t *task) capturedNames(ctx context.Context) (out []string, err error) {
	rows, err := query(ctx, t.sql, `select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relpersistence = 'p' order by n.nspname collate "C", c.relname collate "C"`)
	if err != nil {
		return nil, t.broken(connectors.Errorf("postgres: read the names of tables: %w", err))
	}
	for _, r := range rows {
		ok, err := t.set.captured(string(r[0]), string(r[1]))
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, string(r[0])+"."+string(r[1]))
		}
	}
	return out, nil
}

// found is a table that a signal names.
type found struct {
	oid  uint32
	name string // quoted
}

// find looks for a captured table. Errors: *unreadable, or the connection's.
func (t *task) find(ctx context.Context, id string) (*found, error) {
	rows, err := query(ctx, t.sql, `select c.oid, n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relpersistence = 'p' and n.nspname || '.' || c.relname = `+quoteText(id))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, &unreadable{"there is no such table", statusUnknown}
	}
	schema, name := string(rows[0][1]), string(rows[0][2])
	if ok, err := t.set.captured(schema, name); err != nil || !ok {
		return nil, &unreadable{"it is not captured", statusUnknown}
	}
	return &found{oid(rows[0][0]), quoteName(schema) + "." + quoteName(name)}, nil
}
