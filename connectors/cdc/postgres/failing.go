package postgres

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// failing is what is done about what cannot be processed.
type failing int

const (
	failingFail failing = iota
	failingWarn
	failingSkip
)

// Keys of values that cannot be converted, and of events that cannot be processed: with such a value in a required
// column, say. Source: CommonConnectorConfig.
const (
	convertingKey = "event.converting.failure.handling.mode"
	processingKey = "event.processing.failure.handling.mode"
)

// failingOf reads a mode; ignore does what skip does.
func failingOf(text string) failing {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "warn":
		return failingWarn
	case "skip", "ignore":
		return failingSkip
	}
	return failingFail
}

// level is that of the log. Source: EventDispatcher, TableSchemaBuilder.
func (f failing) level() slog.Level {
	if f == failingWarn {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// failed is told of values of rows of a schema in whose place null stands; nil: they are errors.
func (l *layout) failed(s *batch.Schema) func(*typemap.ValueError) {
	if l.set.converting == failingFail {
		return nil
	}
	return func(e *typemap.ValueError) {
		l.log.Log(context.Background(), l.set.converting.level(), "value cannot be converted: null stands for it", "schema", s.Name(), "err", e)
	}
}

// withdraw takes out of r what could not be laid out because of err: a row with a value that its column does not take,
// and the rows that follow of its event. false: nothing was, and err stands. lsn tells where an event was.
//
// Source: EventDispatcher.handleEventProcessingFailure: records that came before are sent.
func (l *layout) withdraw(pool *batch.Pool, t *table, r *rows, from cells, err error, lsn func(event int32) uint64) bool {
	if value := (*typemap.ValueError)(nil); l.set.processing == failingFail || !errors.As(err, &value) {
		return false
	}
	quiet := *l
	quiet.log = slog.New(slog.DiscardHandler)
	kept, gone := 0, int32(-1)
	r.moved = false
	for i, event := range r.event {
		if event == gone {
			continue
		}
		if err := quiet.try(pool, t, r, i, from); err != nil {
			gone = event
			l.log.Log(context.Background(), l.set.processing.level(), "event cannot be processed: it is left out", "table", t.id(), "lsn", lsnText(lsn(event)), "err", err)
			continue
		}
		r.ops[kept], r.key[kept], r.before[kept], r.after[kept], r.other[kept], r.event[kept] = r.ops[i], r.key[i], r.before[i], r.after[i], r.other[i], event
		r.moved = r.moved || r.other[i] != pgoutput.None
		kept++
	}
	all := len(r.ops)
	r.ops, r.key, r.before, r.after, r.other, r.event = r.ops[:kept], r.key[:kept], r.before[:kept], r.after[:kept], r.other[:kept], r.event[:kept]
	return kept < all
}

// try lays the columns of row i out.
func (l *layout) try(pool *batch.Pool, t *table, r *rows, i int, from cells) error {
	b := pool.New(1)
	defer b.Release()
	for _, part := range []struct {
		schema *batch.Schema
		fields []field
		tuples []int32
	}{{t.row, t.fields, r.before}, {t.row, t.fields, r.after}, {t.key, t.keys, r.key}, {t.key, t.keys, r.other}} {
		if part.schema == nil {
			continue
		}
		if _, err := l.fields(b, part.schema, part.fields, from, part.tuples[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}
