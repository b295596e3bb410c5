package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
)

// watermarks reports whether there can be any.
func (s *settings) watermarks() bool { return s.readOnly || s.signals.Table != "" }

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

// passed reports whether the stream has had all that was committed before an LSN; otherwise the server is asked where it is.
func (s *stream) passed(lsn uint64) bool {
	if max(s.reached, s.at.lsn) >= lsn {
		return true
	}
	s.status.ask()
	return false
}

// abandon ends the snapshot where its watermarks cannot be written; other errors are returned.
func (i *incrementalSnapshot) abandon(err error) error {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) || strings.HasPrefix(answer.Code, "57") {
		return i.t.broken(connectors.Errorf("postgres: incremental snapshot: watermark: %w", err))
	}
	i.t.log.Error("incremental snapshot is ended: its watermarks cannot be written", "table", i.t.set.signals.Table, "left_out", strings.Join(i.context.Tables(), ","), "err", err)
	i.drop()
	id := i.context.Correlation()
	i.tellStopped(id, i.context.Remove(i.context.Tables()))
	return i.store()
}
