package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
)

// task captures one database: a snapshot where it is due, then the stream. Source: PostgresConnectorTask.
type task struct {
	def *config.Def

	tc        connectors.SourceTaskContext
	log       *slog.Logger
	set       *settings
	partition []batch.Value
	builder   builder
	layout    layout
	messages  *messages
	heartbeat *cdc.Heartbeat // nil: none
	// transactions is nil without provide.transaction.metadata.
	transactions *cdc.TransactionTopic

	sql         *pgconn.PgConn // for the catalog
	replication *pgconn.PgConn // until the stream takes it over
	server      *serverState   // when the connections were opened
	snapshot    *snapshot      // while one runs
	stream      *stream
	at          position // of what was polled
	started     bool     // at holds a position
	retries     retries
	signals     *signals

	gauges        atomic.Pointer[gauges] // what metrics export; nil until Start
	meter         *cdc.Meter             // of gauges
	watch         *slotWatch             // nil: the slot is not watched
	notify        *cdc.Notifications     // nil: nobody is told
	snapshotNames string                 // tables of the snapshot, joined by commas
}

var (
	_ connectors.SourceTask  = (*task)(nil)
	_ connectors.Committer   = (*task)(nil)
	_ connectors.Metered     = (*task)(nil)
	_ connectors.Progressing = (*task)(nil)
)

// Start connects, and prepares the snapshot or the stream.
func (t *task) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	set, err := parse(t.def, props)
	if err != nil {
		return err
	}
	t.tc, t.log, t.set, t.partition = tc, tc.Logger(), set, set.partition()
	t.layout = layout{set: set, version: batch.StringValue(cdc.Version), name: batch.StringValue(set.naming.Prefix), db: batch.StringValue(set.address.database), xmin: batch.Null(), log: t.log}
	if set.headers {
		t.layout.headers = cdc.ContextHeaders(set.naming.Prefix, strconv.Itoa(tc.TaskID().Task), "postgresql")
	}
	if set.transactions {
		t.transactions = cdc.NewTransactionTopic(&set.naming, set.transactionTopic)
	}
	if set.beat > 0 {
		t.heartbeat = cdc.NewHeartbeat(set.beat, set.beatTopic, &set.naming, t.partition, time.Now())
	}
	t.measure()
	if set.notifyTopic != "" || set.notifyLog {
		t.notify = cdc.NewNotifications(set.naming.Prefix, set.notifyTopic, t.notifyLog())
	}
	for _, key := range unknown(t.def, props) {
		t.log.Warn("key is not known and has no effect", "key", key)
	}
	t.retries = retries{most: set.retriesMax, wait: set.retryWait}
	offsets, err := tc.OffsetReader().Offsets(ctx, t.partition)
	if err != nil {
		return err
	}
	if !offsets[0].IsNull() {
		p, err := readOffset(offsets[0])
		if err != nil {
			return err
		}
		t.at, t.started = *p, true
	}
	if err := t.startSignals(); err != nil {
		return err
	}
	return t.failed(ctx, t.open(ctx))
}

// open connects and goes on at t.at.
func (t *task) open(ctx context.Context) error {
	var err error
	if t.sql, err = t.set.address.connect(ctx, false); err != nil {
		return err
	}
	if t.replication, err = t.set.address.connect(ctx, true); err != nil {
		return err
	}
	if err := t.identify(ctx); err != nil {
		return err
	}
	registry, err := readTypes(ctx, t.sql)
	if err != nil {
		return connectors.Errorf("postgres: %w", err)
	}
	t.builder = builder{set: t.set, types: registry, source: sourceSchema(), transaction: cdc.TransactionBlock()}
	t.messages = newMessages(t.set, t.builder.source, t.builder.transaction)
	all, err := readTables(ctx, t.sql, 0)
	if err != nil {
		return connectors.Errorf("postgres: %w", err)
	}
	captured, err := t.captured(all)
	if err != nil {
		return err
	}
	if err := t.prepareTables(ctx, captured); err != nil {
		return err
	}
	if err := t.publish(ctx, captured); err != nil {
		return err
	}
	slot, err := t.awaitSlot(ctx)
	if err != nil {
		return err
	}
	return t.begin(ctx, captured, slot)
}

// captured returns the tables that the filters let through.
func (t *task) captured(all []*catalogTable) ([]*catalogTable, error) {
	var out []*catalogTable
	for _, c := range all {
		ok, err := t.set.captured(c.schema, c.name)
		if err != nil {
			return nil, connectors.Errorf("postgres: table %s: %w", c.id(), err)
		}
		if ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// begin decides between snapshot and stream.
func (t *task) begin(ctx context.Context, captured []*catalogTable, slot *slotState) error {
	due := t.due(slot)
	if !due && t.started {
		if err := t.continues(slot); err != nil {
			return err
		}
	}
	var created *createdSlot
	if slot == nil && t.set.streams() || slot == nil && due {
		var err error
		if created, err = createSlot(ctx, t.replication, t.set); err != nil {
			return err
		}
		t.log.Info("slot created", "slot", t.set.slot, "lsn", lsnText(created.start))
	}
	if due {
		t.delay(ctx, "snapshot.delay.ms", t.set.snapshotDelay)
		return t.startSnapshot(ctx, captured, created)
	}
	if t.retries.tried == 0 {
		t.snapshotSkipped()
	}
	switch {
	case t.started:
	case created != nil:
		t.at = position{lsn: created.start, micros: time.Now().UnixMicro()}
	case slot != nil:
		t.at = position{lsn: slot.confirmed, micros: time.Now().UnixMicro()}
	}
	t.at.timeline = t.server.timeline
	if !t.set.streams() {
		return nil
	}
	return t.goStream(ctx)
}

// due reports whether snapshot.mode wants a snapshot now.
func (t *task) due(slot *slotState) bool {
	switch t.set.snapshotMode {
	case "always":
		return true
	case "no_data":
		return false
	case "configuration_based":
		return t.set.byConfig.data && (!t.started || t.at.snapshot != "") || t.set.byConfig.onDataError && t.started && t.continues(slot) != nil
	case "when_needed":
		return !t.started || t.at.snapshot != "" || t.continues(slot) != nil
	}
	return !t.started || t.at.snapshot != ""
}

// startSnapshot begins the snapshot in the state that a new slot begins at, or else now.
func (t *task) startSnapshot(ctx context.Context, captured []*catalogTable, created *createdSlot) error {
	s := &snapshot{t: t, began: time.Now(), statements: t.set.overrides, exports: created == nil}
	exact := created
	if exact == nil {
		var err error
		if exact, err = t.momentSlot(ctx); err != nil {
			return err
		}
	}
	export := "begin transaction isolation level repeatable read"
	if exact != nil {
		s.at.lsn, s.name = exact.start, exact.snapshot
		export += "; set transaction snapshot " + quoteText(exact.snapshot)
	} else {
		now, err := oneRow(ctx, t.sql, "select pg_catalog.pg_current_wal_lsn()", 1)
		if err != nil {
			return err
		}
		if s.at.lsn, err = lsn(string(now[0])); err != nil {
			return connectors.Errorf("postgres: current LSN: %w", err)
		}
		if t.set.isolation == "serializable" {
			export = "begin transaction isolation level serializable read only deferrable"
		}
	}
	id, err := s.enter(ctx, export)
	if err != nil {
		return err
	}
	s.at.xid = id
	if created == nil && exact != nil {
		if err := t.dropMoment(ctx); err != nil {
			return err
		}
	}
	s.at.snapshot, s.at.micros, s.at.timeline = "INITIAL", time.Now().UnixMicro(), t.server.timeline
	s.shown = s.at
	return t.copyTables(ctx, s, captured)
}

// enter begins the transaction of a snapshot, and exports it if that was not done. It returns the transaction's id.
func (s *snapshot) enter(ctx context.Context, begin string) (int64, error) {
	if _, err := s.t.sql.Exec(ctx, begin).ReadAll(); err != nil {
		return 0, connectors.Errorf("postgres: snapshot: %w", err)
	}
	s.keep = func(ctx context.Context) error {
		_, err := s.t.sql.Exec(ctx, "commit").ReadAll()
		return err
	}
	id, err := oneRow(ctx, s.t.sql, "select case when pg_catalog.current_setting('transaction_read_only') = 'on' then 0 else pg_catalog.txid_current() end", 1)
	if err == nil && s.exports {
		var name [][]byte
		if name, err = oneRow(ctx, s.t.sql, "select pg_catalog.pg_export_snapshot()", 1); err == nil {
			s.name = string(name[0])
		}
	}
	if err != nil {
		return 0, err
	}
	return number(id[0]), nil
}

// copyTables begins to copy tables.
func (t *task) copyTables(ctx context.Context, s *snapshot, captured []*catalogTable) error {
	if err := t.lockTables(ctx, captured); err != nil {
		return err
	}
	var tables []*table
	for _, c := range captured {
		if len(t.set.snapshotTables) > 0 && !s.blocking {
			ok, err := t.set.snapshotTables.Match(c.id())
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
		}
		built, err := t.builder.table(c, nil)
		if err != nil {
			return connectors.Errorf("postgres: %w", err)
		}
		tables = append(tables, built)
	}
	if err := t.set.asListed(tables); err != nil {
		return err
	}
	estimates, err := t.estimates(ctx, tables)
	if err != nil {
		return err
	}
	t.set.order.sort(tables, estimates)
	if err := s.plan(ctx, tables); err != nil {
		return err
	}
	t.snapshot = s
	t.snapshotBegan(tables, estimates, s.todo)
	t.log.Info("snapshot begins", "tables", s.tables, "lsn", lsnText(s.at.lsn))
	return nil
}

// lockTables keeps the columns of tables as they are until the snapshot ends, with snapshot.locking.mode shared.
func (t *task) lockTables(ctx context.Context, tables []*catalogTable) error {
	if !t.set.lock || len(tables) == 0 {
		return nil
	}
	command := fmt.Sprintf("set local lock_timeout = %d; lock table %s in access share mode", t.set.lockTimeout.Milliseconds(), tableNames(tables))
	if _, err := t.sql.Exec(ctx, command).ReadAll(); err != nil {
		return connectors.Errorf("postgres: snapshot: lock the tables: %w", err)
	}
	return nil
}

// delay waits as a key says, before the first snapshot or stream.
func (t *task) delay(ctx context.Context, key string, d time.Duration) {
	if d > 0 && t.retries.tried == 0 {
		t.log.Info("waiting", "key", key, "for", d)
		connectors.Wait(ctx, d)
	}
}

// goStream starts the stream at t.at.
func (t *task) goStream(ctx context.Context) error {
	t.delay(ctx, "streaming.delay.ms", t.set.streamDelay)
	c := t.replication
	t.replication = nil
	var err error
	t.stream, err = t.startStream(ctx, c, t.at)
	return err
}

// Poll returns what the snapshot or the stream has. Without any it waits, up to poll.interval.ms.
func (t *task) Poll(ctx context.Context) ([]*batch.Batch, error) {
	out, err := t.poll(ctx)
	if err == nil {
		out, err = t.notifies(out)
	}
	t.progressed(out)
	return out, t.failed(ctx, err)
}

func (t *task) poll(ctx context.Context) ([]*batch.Batch, error) {
	switch {
	case !t.retries.due.IsZero():
		return nil, t.reopen(ctx)
	case t.snapshot != nil:
		return t.pollSnapshot(ctx)
	case t.stream == nil && t.replication != nil && t.set.streams(): // behind the snapshot
		return nil, t.goStream(ctx)
	case t.stream != nil:
		if out, err := t.signals.poll(ctx); err != nil || len(out) > 0 || t.snapshot != nil {
			return out, err
		}
		return t.stream.poll(ctx, t.pollWait())
	}
	connectors.Wait(ctx, t.pollWait())
	return nil, nil
}

// pollWait is how long a Poll without rows waits at most.
func (t *task) pollWait() time.Duration {
	return max(min(t.set.pollInterval, pollWaitMax), time.Millisecond)
}

// pollWaitMax bounds it: the worker tells of commits between polls.
const pollWaitMax = time.Second

func (t *task) pollSnapshot(ctx context.Context) ([]*batch.Batch, error) {
	out, done, err := t.snapshot.poll(ctx)
	if err != nil && t.snapshot.blocking {
		return nil, t.blockingEnded(ctx, err)
	}
	if err != nil || !done {
		return out, err
	}
	t.log.Info("snapshot is complete", "rows", t.snapshot.emitted, "took", time.Since(t.snapshot.began).Round(time.Millisecond))
	if t.snapshot.blocking {
		return out, t.blockingEnded(ctx, nil)
	}
	// From here on the rows count as delivered: nothing that fails may take them back. The stream begins at the next poll.
	t.snapshotEnded(true)
	t.at, t.started = t.snapshot.at, true
	t.at.snapshot = ""
	t.closeSnapshot(ctx)
	return out, nil
}

// closeSnapshot ends a snapshot whose rows are on their way. What fails has no consequence but for the connection.
func (t *task) closeSnapshot(ctx context.Context) {
	if err := t.snapshot.close(ctx); err != nil {
		t.log.Debug("the snapshot's transaction has not ended", "err", err)
	}
	t.snapshot = nil
}

// describe builds the table that the stream describes.
func (t *task) describe(ctx context.Context, r *pgoutput.Relation) (*table, error) {
	found, err := readTables(ctx, t.sql, r.ID)
	if err != nil {
		return nil, err
	}
	c := &catalogTable{oid: r.ID, schema: r.Schema, name: r.Name}
	if len(found) == 1 {
		c.columns, c.key = found[0].columns, found[0].key
	}
	if slices.ContainsFunc(r.Columns, func(c pgoutput.Column) bool { return t.builder.types.Type(c.Type) == nil }) {
		if t.builder.types, err = readTypes(ctx, t.sql); err != nil {
			return nil, err
		}
	}
	return t.builder.table(c, r)
}

// Commit confirms to the server what the committed source offset holds.
func (t *task) Commit(ctx context.Context) error {
	t.signals.channels.Commit(ctx)
	if t.stream == nil || !t.set.confirms {
		return nil
	}
	offsets, err := t.tc.OffsetReader().Offsets(ctx, t.partition)
	if err != nil || offsets[0].IsNull() {
		return err
	}
	p, err := readOffset(offsets[0])
	if err != nil {
		return err
	}
	if p.snapshot == "" {
		t.stream.confirm(p.start())
	}
	return nil
}

// Stop ends the connections, and with slot.drop.on.stop the slot.
func (t *task) Stop(ctx context.Context) error {
	var err error
	if t.stream != nil && t.set.slotDrop {
		err = t.stream.close()
		t.stream = nil
		err = errors.Join(err, t.dropSlot(ctx))
	}
	err = errors.Join(err, t.disconnect(ctx))
	if t.signals != nil {
		err = errors.Join(err, t.signals.close(ctx))
	}
	t.watch.stop()
	return err
}
