package postgres

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc/signal"
)

// startBlocking begins a snapshot that a signal has asked for, while the stream waits. Its rows are as they are now; the
// stream goes on where it is, with changes that some of them have already.
//
// Source: ChangeEventSourceCoordinator.doBlockingSnapshot.
func (t *task) startBlocking(ctx context.Context, r *signal.Request) error {
	captured, err := readTables(ctx, t.sql, 0)
	if err != nil {
		return connectors.Errorf("postgres: %w", err)
	}
	if captured, err = t.captured(captured); err != nil {
		return err
	}
	var tables []*catalogTable
	statements := map[string]string{}
	for _, c := range captured {
		ok, err := r.Matches(c.id(), quoteName(c.schema)+"."+quoteName(c.name))
		var statement string
		if err == nil && ok {
			tables = append(tables, c)
			statement, err = r.Filter(c.id())
		}
		if err != nil {
			t.log.Warn("blocking snapshot is left out", "err", err)
			t.signals.blocking = t.signals.blocking[1:]
			return nil
		}
		if statement != "" {
			statements[c.id()] = statement
		}
	}
	s := &snapshot{t: t, began: time.Now(), statements: statements, exports: true, blocking: true, at: t.stream.at, shown: t.stream.at}
	now, err := oneRow(ctx, t.sql, "select pg_catalog.pg_current_wal_lsn()", 1)
	if err != nil {
		return err
	}
	if s.shown.lsn, err = lsn(string(now[0])); err != nil {
		return connectors.Errorf("postgres: current LSN: %w", err)
	}
	if s.shown.xid, err = s.enter(ctx, "begin transaction isolation level repeatable read"); err != nil {
		return err
	}
	s.shown.micros = s.began.UnixMicro()
	s.at.snapshot, s.at.micros = "BLOCKING", s.shown.micros
	return t.copyTables(ctx, s, tables)
}

// blocks is startBlocking; one that the server refuses is given up.
func (t *task) blocks(ctx context.Context, r *signal.Request) error {
	err := t.startBlocking(ctx, r)
	if err == nil {
		return nil
	}
	if err = t.broken(err); connectors.IsRetriable(err) {
		return err
	}
	t.log.Warn("blocking snapshot is given up, the stream goes on", "err", err)
	t.signals.blocking = t.signals.blocking[1:]
	if _, err = t.sql.Exec(ctx, "rollback").ReadAll(); err != nil {
		return t.broken(connectors.Errorf("postgres: blocking snapshot: %w", err))
	}
	return nil
}

// blockingEnded takes note that a blocking snapshot has ended, or was given up because of an error that is not the connection's.
func (t *task) blockingEnded(ctx context.Context, err error) error {
	if err != nil {
		if err = t.broken(err); connectors.IsRetriable(err) {
			return err
		}
		t.log.Warn("blocking snapshot is given up, the stream goes on", "err", err)
	}
	t.signals.blocking = t.signals.blocking[1:]
	t.snapshotEnded(err == nil)
	t.closeSnapshot(ctx)
	return nil
}
