package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pglogrepl"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
)

// slotState is a replication slot as the server shows it.
type slotState struct {
	plugin    string
	database  string
	active    bool
	lost      bool // WAL that it needs is gone
	restart   uint64
	confirmed uint64
}

// readSlot returns the state of a slot, nil where there is none.
func readSlot(ctx context.Context, c *pgconn.PgConn, name string) (*slotState, error) {
	// to_jsonb lets one statement serve servers that lack a column.
	rows, err := query(ctx, c, `select plugin, database, active, restart_lsn, confirmed_flush_lsn, to_jsonb(s) ->> 'wal_status'
from pg_catalog.pg_replication_slots s where slot_name = `+quoteText(name))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	r := rows[0]
	s := &slotState{plugin: string(r[0]), database: string(r[1]), active: string(r[2]) == "t", lost: string(r[5]) == "lost"}
	s.restart, _ = lsn(string(r[3]))
	s.confirmed, _ = lsn(string(r[4]))
	return s, nil
}

// lsn reads X/X.
func lsn(text string) (uint64, error) {
	v, err := pglogrepl.ParseLSN(text)
	return uint64(v), err
}

func lsnText(v uint64) string { return pglogrepl.LSN(v).String() }

// createdSlot is a new slot: where its stream begins, and the snapshot that is exactly what was committed before.
type createdSlot struct {
	start    uint64
	snapshot string
}

// createSlot creates the slot on a replication connection. The snapshot is there until the connection's next command.
func createSlot(ctx context.Context, c *pgconn.PgConn, set *settings) (*createdSlot, error) {
	if set.slotFailover && serverVersion(c) < 17 {
		return nil, connectors.Errorf("postgres: slot.failover needs PostgreSQL 17, this is %d", serverVersion(c))
	}
	return newSlot(ctx, c, set.slot, false, set.slotFailover)
}

// momentSlot returns where the stream of a slot that is there has to begin so that it joins a snapshot exactly: that of
// another slot, which is there until dropMoment. nil, with a word in the log, where the server has no place for it: what
// is committing at this very moment may then be neither in the snapshot nor behind it.
func (t *task) momentSlot(ctx context.Context) (*createdSlot, error) {
	created, err := newSlot(ctx, t.replication, t.set.momentSlot(), true, false)
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == "53400" { // configuration_limit_exceeded
		t.log.Warn("no free replication slot for the moment of the snapshot: changes that are being committed now may be lost; raise max_replication_slots", "err", err)
		return nil, nil
	}
	return created, err
}

func (t *task) dropMoment(ctx context.Context) error {
	if _, err := t.replication.Exec(ctx, "DROP_REPLICATION_SLOT "+quoteName(t.set.momentSlot())).ReadAll(); err != nil {
		return connectors.Errorf("postgres: drop slot %q: %w", t.set.momentSlot(), err)
	}
	return nil
}

// momentSlot is the name of a slot for a moment; names have at most 63 bytes.
func (s *settings) momentSlot() string { return s.slot[:min(len(s.slot), 54)] + "_snapshot" }

func newSlot(ctx context.Context, c *pgconn.PgConn, name string, temporary, failover bool) (*createdSlot, error) {
	kind, options := "", "(SNAPSHOT 'export')"
	if temporary {
		kind = "TEMPORARY "
	}
	switch {
	case failover:
		options = "(FAILOVER, SNAPSHOT 'export')"
	case serverVersion(c) < 15:
		options = "EXPORT_SNAPSHOT"
	}
	results, err := c.Exec(ctx, fmt.Sprintf("CREATE_REPLICATION_SLOT %s %sLOGICAL pgoutput %s", quoteName(name), kind, options)).ReadAll()
	if err != nil {
		return nil, connectors.Errorf("postgres: create slot %q: %w", name, err)
	}
	if len(results) != 1 || len(results[0].Rows) != 1 || len(results[0].Rows[0]) < 3 {
		return nil, connectors.Errorf("postgres: create slot %q: an answer without a row", name)
	}
	row := results[0].Rows[0]
	start, err := lsn(string(row[1]))
	if err != nil {
		return nil, connectors.Errorf("postgres: create slot %q: consistent point %q: %w", name, row[1], err)
	}
	return &createdSlot{start, string(row[2])}, nil
}

// serverVersion returns the major version.
func serverVersion(c *pgconn.PgConn) int {
	major := 0
	_, _ = fmt.Sscan(c.ParameterStatus("server_version"), &major) // 0 where it says something else
	return major
}

// awaitSlot waits, as often as slot.max.retries says, until nobody else uses the slot.
func (t *task) awaitSlot(ctx context.Context) (*slotState, error) {
	for try := 0; ; try++ {
		s, err := readSlot(ctx, t.sql, t.set.slot)
		if err != nil || s == nil {
			return s, err
		}
		switch {
		case s.plugin != "pgoutput":
			return nil, connectors.Errorf("postgres: slot %q uses the plugin %q, and only pgoutput is served here: set another slot.name, or drop the slot with select pg_drop_replication_slot(%s)", t.set.slot, s.plugin, quoteText(t.set.slot))
		case s.database != t.set.address.database:
			return nil, connectors.Errorf("postgres: slot %q is of database %q, not of %q: set another slot.name", t.set.slot, s.database, t.set.address.database)
		case !s.active:
			return s, nil
		case try >= t.set.slotRetries:
			return nil, connectors.Retriable(connectors.Errorf("postgres: slot %q is in use by another connection", t.set.slot))
		}
		t.log.Warn("slot is in use, waiting", "slot", t.set.slot, "next_in", t.set.slotRetryDelay)
		if !connectors.Wait(ctx, min(t.set.slotRetryDelay, time.Minute)) {
			return nil, ctx.Err()
		}
	}
}

// dropSlot drops the slot once the server has noticed that its stream is gone.
func (t *task) dropSlot(ctx context.Context) error {
	s, err := t.awaitSlot(ctx)
	if err != nil || s == nil {
		return err
	}
	_, err = t.sql.Exec(ctx, "select pg_catalog.pg_drop_replication_slot("+quoteText(t.set.slot)+")").ReadAll()
	return err
}
