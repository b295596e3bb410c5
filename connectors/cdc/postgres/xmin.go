package postgres

import (
	"context"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// refreshXmin reads the slot's catalog_xmin, for source.xmin and offsets, as often as xmin.fetch.interval.ms says.
// Source: PostgresStreamingChangeEventSource.getSlotXmin.
func (s *stream) refreshXmin(ctx context.Context, now time.Time) error {
	if s.t.set.xminInterval <= 0 || now.Before(s.xminDue) {
		return nil
	}
	rows, err := query(ctx, s.t.sql, "select catalog_xmin from pg_catalog.pg_replication_slots where slot_name = "+quoteText(s.t.set.slot))
	if err != nil {
		return s.t.broken(connectors.Errorf("postgres: slot %q: xmin: %w", s.t.set.slot, err))
	}
	s.xminDue = now.Add(s.t.set.xminInterval)
	if len(rows) == 1 {
		s.at.xmin = number(rows[0][0])
		s.t.layout.xmin = batch.Int64Value(s.at.xmin)
	}
	return nil
}
