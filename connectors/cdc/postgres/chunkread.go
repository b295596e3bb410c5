package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/signal"
)

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
			i.finished(i.ending())
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

// skip ends the current table because of an answer of the server or of what it is; other errors are returned.
func (i *incrementalSnapshot) skip(ctx context.Context, err error) error {
	var answer *pgconn.PgError
	var of *unreadable
	status := statusRefused
	if errors.As(err, &of) {
		status = of.status
	}
	if errors.As(err, &answer) && !strings.HasPrefix(answer.Code, "57") || of != nil {
		i.t.log.Warn("table is left out of the incremental snapshot", "table", i.context.Current().ID, "err", err)
		i.finished(status)
		_, err = i.t.sql.Exec(ctx, "rollback").ReadAll()
	}
	if err != nil {
		return i.t.broken(connectors.Errorf("postgres: incremental snapshot: %w", err))
	}
	return nil
}

// unreadable says why a table cannot be read in chunks.
type unreadable struct{ why, status string }

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
		return false, &unreadable{"there is no such table", statusUnknown}
	}
	if slices.ContainsFunc(tables[0].columns, func(c catalogColumn) bool { return i.t.builder.types.Type(c.typ) == nil }) {
		if i.t.builder.types, err = readTypes(ctx, i.t.sql); err != nil {
			return false, err
		}
	}
	t, err := i.t.builder.table(tables[0], nil)
	if err != nil {
		return false, &unreadable{err.Error(), statusUnknown}
	}
	order, err := chunkOrder(t, current.SurrogateKey)
	if err != nil {
		return false, &unreadable{err.Error(), statusNoKey}
	}
	c, texts := newChunk(t, order, i.t.builder.types)
	if i.context.Maximum() == nil {
		if found, err = i.maximum(ctx, c, maximumQuery(t, order, current.Condition)); !found {
			return false, errors.Join(err, i.commit(ctx))
		}
	}
	statement, err := chunkQuery(t, order, texts, i.context, i.t.set.chunkRows)
	if err != nil {
		return false, &unreadable{err.Error(), statusRefused}
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
		return false, &unreadable{err.Error(), statusRefused}
	}
	i.context.Read(end)
	for row := range n {
		i.key = c.appendKey(i.key[:0], int32(row), c.keys)
		i.window.Add(i.key)
	}
	i.scanned += int64(n)
	i.chunk = c
	i.tellProgress()
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
			return false, &unreadable{fmt.Sprintf("value %q of its key: %v", text, err), statusRefused}
		}
	}
	i.context.SetMaximum(key)
	i.t.log.Info("incremental snapshot of a table begins", "table", i.context.Current().ID)
	return true, nil
}

// staleTries is how often, staleWait apart, a state is looked for in which what the stream has had is seen.
const (
	staleTries = 20
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
