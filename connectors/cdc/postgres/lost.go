package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
)

// serverState is where a server's WAL stands.
type serverState struct {
	recovering bool // a standby
	timeline   uint32
	end        uint64
	branches   []branch // of its timeline, from the oldest; where they were asked for
}

// branch is where a timeline was left for the next one.
type branch struct {
	timeline uint32
	end      uint64
}

// readServer asks a connection for replication, and another one, about the server. Where it is not on the timeline of a
// position, 0 for none, it tells its history.
func readServer(ctx context.Context, replication, sql *pgconn.PgConn, timeline uint32) (*serverState, error) {
	system, err := oneRow(ctx, replication, "IDENTIFY_SYSTEM", 3)
	if err != nil {
		return nil, err
	}
	s := &serverState{timeline: uint32(number(system[1]))}
	if s.end, err = lsn(string(system[2])); err != nil {
		return nil, connectors.Errorf("postgres: IDENTIFY_SYSTEM: %w", err)
	}
	recovery, err := oneRow(ctx, sql, "select pg_catalog.pg_is_in_recovery()", 1)
	if err != nil {
		return nil, err
	}
	s.recovering = string(recovery[0]) == "t"
	if timeline == 0 || s.timeline == timeline || s.timeline == 1 { // the first has no history
		return s, nil
	}
	history, err := oneRow(ctx, replication, "TIMELINE_HISTORY "+strconv.FormatUint(uint64(s.timeline), 10), 2)
	if err != nil {
		return nil, err
	}
	s.branches, err = readBranches(history[1])
	return s, err
}

// oneRow returns the only row of an answer, which has at least n columns.
func oneRow(ctx context.Context, c *pgconn.PgConn, command string, n int) ([][]byte, error) {
	rows, err := query(ctx, c, command)
	if err == nil && (len(rows) != 1 || len(rows[0]) < n) {
		err = fmt.Errorf("an answer of %d rows", len(rows))
	}
	if err != nil {
		return nil, connectors.Errorf("postgres: %s: %w", command, err)
	}
	return rows[0], nil
}

// identify finds out what the server is. A standby without the slot is waited for: it may be about to be promoted, and no
// slot can be made on it.
func (t *task) identify(ctx context.Context) (err error) {
	if t.server, err = readServer(ctx, t.replication, t.sql, t.at.timeline); err != nil || !t.server.recovering {
		return err
	}
	slot, err := readSlot(ctx, t.sql, t.set.slot)
	if err == nil && slot == nil {
		err = connectors.Retriable(connectors.Errorf("postgres: %s:%d is a standby, and has no slot %q: waiting until it is promoted", t.set.address.host, t.set.address.port, t.set.slot))
	}
	return err
}

// readBranches reads a history file: timeline, LSN and reason in each line. Source: timeline.c.
func readBranches(file []byte) (out []branch, err error) {
	for line := range bytes.Lines(file) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		f := bytes.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) < 2 {
			return nil, connectors.Errorf("postgres: timeline history: line %q", line)
		}
		at, err := lsn(string(f[1]))
		if err != nil {
			return nil, connectors.Errorf("postgres: timeline history: line %q: %w", line, err)
		}
		out = append(out, branch{uint32(number(f[0])), at})
	}
	return out, nil
}

// diverged returns why the server's history is not the one that p stands in: a standby that had not received everything
// was promoted, or an older state was restored. What such a server commits up to p would be taken for delivered.
func (s *serverState) diverged(p *position) error {
	reached := max(p.lsn, p.commit)
	if !s.recovering && s.end < reached {
		return fmt.Errorf("its WAL ends at LSN %s, and changes up to %s were delivered: what it has committed, and will, up to there is skipped", lsnText(s.end), lsnText(reached))
	}
	if p.timeline == 0 || p.timeline == s.timeline {
		return nil
	}
	i := slices.IndexFunc(s.branches, func(b branch) bool { return b.timeline == p.timeline })
	if i < 0 {
		return fmt.Errorf("its timeline %d does not come from timeline %d, of which changes up to LSN %s were delivered", s.timeline, p.timeline, lsnText(reached))
	}
	if left := s.branches[i].end; left < reached {
		return fmt.Errorf("it left timeline %d at LSN %s, and changes up to %s were delivered: what it has committed in between is skipped", p.timeline, lsnText(left), lsnText(reached))
	}
	return nil
}

// lostHelp is how to go on.
const lostHelp = "reset the offsets for a new snapshot, or set snapshot.mode to when_needed"

// continues returns why the stream cannot go on at t.at without losing changes; nil: it can.
func (t *task) continues(slot *slotState) error {
	if err := t.server.diverged(&t.at); err != nil {
		return connectors.Errorf("postgres: events lost: the server is not the one that changes came from, or has lost some: %w; %s", err, lostHelp)
	}
	from, until := lsnText(t.at.start()), lsnText(t.server.end)
	switch {
	case slot == nil:
		return connectors.Errorf("postgres: events lost: slot %q does not exist any more, and what was committed after LSN %s is not to be had (the server is at %s): %s", t.set.slot, from, until, lostHelp)
	case slot.lost:
		return connectors.Errorf("postgres: events lost: the server has removed WAL that slot %q needs (wal_status lost), and what was committed after LSN %s is not to be had (the server is at %s): drop the slot and %s", t.set.slot, from, until, lostHelp)
	case slot.confirmed > t.at.start():
		return connectors.Errorf("postgres: events lost: slot %q begins at LSN %s, after %s, up to which changes were delivered, and what was committed in between is not to be had: somebody else has moved it, or made it anew; %s", t.set.slot, lsnText(slot.confirmed), from, lostHelp)
	}
	return nil
}

// removed turns the server's word that WAL of a slot is gone into lost events.
func (t *task) removed(err error, at *position) error {
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == "58P01" { // undefined_file: "requested WAL segment … has already been removed"
		return connectors.Errorf("postgres: events lost: slot %q cannot go on after LSN %s: %w: drop the slot and %s", t.set.slot, lsnText(at.start()), err, lostHelp)
	}
	return err
}
