package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// retries counts what went wrong in a row. It ends the task after errors.max.retries; progress begins anew.
type retries struct {
	most  int // -1: without end
	wait  time.Duration
	tried int
	due   time.Time // of the next try; zero: nothing is wrong
}

// failed takes an error of Poll: a connection that broke is opened anew later, anything else ends the task.
func (t *task) failed(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	if err = t.broken(err); !connectors.IsRetriable(err) {
		return err
	}
	if t.retries.tried++; t.retries.most >= 0 && t.retries.tried > t.retries.most {
		return connectors.Errorf("postgres: after %d retries (errors.max.retries): %v", t.retries.most, err)
	}
	if t.stream != nil {
		t.at, t.started = t.stream.at, true
	}
	t.log.Warn("connection broke, trying again", "attempt", t.retries.tried, "next_in", t.retries.wait, "err", err)
	if err := t.disconnect(ctx); err != nil {
		t.log.Debug("closing what is left of it", "err", err)
	}
	t.retries.due = time.Now().Add(t.retries.wait)
	return nil
}

// broken makes an error retriable where a connection is gone.
func (t *task) broken(err error) error {
	for _, c := range []*pgconn.PgConn{t.sql, t.replication} {
		if c != nil && c.IsClosed() {
			return connectors.Retriable(err)
		}
	}
	return err
}

// cut makes an error of a command retriable unless it is the server's answer to what was asked.
func cut(err error) error {
	var answer *pgconn.PgError
	if errors.As(err, &answer) && !passing(answer.Code) {
		return err
	}
	return connectors.Retriable(err)
}

// passing reports whether an SQLSTATE speaks of the server's state at the moment, not of what was asked: connections
// (08), conflicts (40), resources (53), shutdown and start (57), and a slot that an old connection still holds.
func passing(code string) bool {
	switch code[:min(2, len(code))] {
	case "08", "40", "53", "57":
		return true
	}
	return code == "55006"
}

// reopen opens the connections anew once it is time; until then it waits a while.
func (t *task) reopen(ctx context.Context) error {
	if rest := time.Until(t.retries.due); rest > 0 {
		connectors.Wait(ctx, min(rest, t.pollWait()))
		return nil
	}
	if err := t.open(ctx); err != nil {
		return err
	}
	t.retries.due = time.Time{}
	return nil
}

// progressed is told what a poll returned.
func (t *task) progressed(out []*batch.Batch) {
	if len(out) > 0 {
		t.retries.tried = 0
	}
}

// disconnect closes all connections.
func (t *task) disconnect(ctx context.Context) error {
	var err error
	if t.snapshot != nil {
		t.snapshotEnded(false)
		err = t.snapshot.close(ctx)
		t.snapshot = nil
	}
	if t.stream != nil {
		err = errors.Join(err, t.stream.close())
		t.stream = nil
	}
	if t.replication != nil {
		err = errors.Join(err, t.replication.Close(ctx))
	}
	if t.sql != nil {
		err = errors.Join(err, t.sql.Close(ctx))
	}
	t.replication, t.sql = nil, nil
	return err
}
