package postgres

import (
	"log/slog"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
)

// notifies adds the notifications that are due behind what a poll returns, with the offset that all before them have.
func (t *task) notifies(out []*batch.Batch) ([]*batch.Batch, error) {
	at := t.at
	switch {
	case t.snapshot == nil && t.stream == nil && !t.started: // there is no offset that would not hide the snapshot
		return out, nil
	case t.snapshot != nil:
		at = t.snapshot.at
	case t.stream != nil:
		at = t.stream.at
	}
	due := t.notify.Take()
	if len(due) == 0 {
		return out, nil
	}
	batches, err := connectors.Records(t.tc.Pool(), due)
	if err != nil {
		for _, b := range append(out, batches...) {
			b.Release()
		}
		return nil, connectors.Errorf("postgres: notifications: %w", err)
	}
	for _, b := range batches {
		b.Source = &fixedPositions{t.partition, at.value()}
	}
	return append(out, batches...), nil
}

// snapshotBegan tells of a snapshot of tables, whose estimated rows are by their oids, in parts.
func (t *task) snapshotBegan(tables []*table, estimates map[uint32]int64, parts []part) {
	names := make([]string, len(tables))
	all := make([]cdc.TableProgress, len(tables))
	for i, c := range tables {
		rows, ok := estimates[c.oid]
		if !ok || t.set.overrides[c.id()] != "" {
			rows = -1
		}
		names[i], all[i] = c.id(), cdc.TableProgress{Table: c.id(), Estimated: rows}
		for k := range parts {
			if p := &parts[k]; p.of.table == c && p.of.parts > 1 {
				all[i].Parts++
			}
		}
	}
	t.snapshotNames = strings.Join(names, ",")
	t.meter.SnapshotStarted(all)
	t.notify.Initial(cdc.NotifyStarted)
}

// begin tells of the first part of a table.
func (s *snapshot) begin(p *progress) {
	if !p.begun {
		p.begun = true
		s.t.tableBegan(p.table)
	}
}

// notifyLog is the log for notifications, nil unless they go there.
func (t *task) notifyLog() *slog.Logger {
	if t.set.notifyLog {
		return t.log
	}
	return nil
}

// tableBegan tells of a table that the snapshot begins to read.
func (t *task) tableBegan(c *table) {
	t.notify.Initial(cdc.NotifyInProgress, cdc.NotifyTable, c.id(), cdc.NotifyTables, t.snapshotNames)
}

// tableEnded tells of a table that the snapshot has read.
func (t *task) tableEnded(c *table, rows int64) {
	t.meter.SnapshotTable(c.id())
	t.notify.Initial(cdc.NotifyTableComplete, cdc.NotifyScanned, c.id(), cdc.NotifyTables, t.snapshotNames,
		cdc.NotifyRows, strconv.FormatInt(rows, 10), cdc.NotifyStatus, "SUCCEEDED")
}

// snapshotEnded tells how a snapshot ended.
func (t *task) snapshotEnded(complete bool) {
	state, kind := cdc.SnapshotAborted, cdc.NotifyAborted
	if complete {
		state, kind = cdc.SnapshotCompleted, cdc.NotifyCompleted
	}
	t.meter.SnapshotEnded(state)
	t.notify.Initial(kind)
}

// snapshotSkipped tells that there is none.
func (t *task) snapshotSkipped() {
	t.meter.SnapshotSkipped()
	t.notify.Initial(cdc.NotifySkipped)
}
