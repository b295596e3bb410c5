package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/wire"
)

// metricSet is what tasks of this connector export: Debezium's, and what the server says of the slot.
func metricSet() *connectors.MetricSet {
	return cdc.MetricSet(
		connectors.Metric{Name: "SlotLagInBytes", Doc: "WAL that was written since what the slot has confirmed: how far the relay is behind. Not in Debezium, as the other metrics of the slot; they are absent while the server does not answer."},
		connectors.Metric{Name: "SlotRetainedWalInBytes", Doc: "WAL that the server keeps for the slot."},
		connectors.Metric{Name: "SlotSafeWalSizeInBytes", Doc: "WAL that can still be written before the server removes some that the slot needs (max_slot_wal_keep_size); absent where there is no bound."},
		connectors.Metric{Name: "SlotActive", Doc: "1 while a stream uses the slot."},
		connectors.Metric{Name: "SlotWalStatus", By: "status", Doc: "1, with the state of the slot's WAL as label: reserved, extended, unreserved, lost, or missing where there is no slot."},
	)
}

// gauges are what a task exports. The watch's goroutine writes those of the slot.
type gauges struct {
	*cdc.Meter

	mu   sync.Mutex
	slot *slotHealth // nil: not known
}

// slotHealth is a slot, measured in bytes of WAL. missing: there is none.
type slotHealth struct {
	missing, active bool
	lag, retained   float64
	safe            float64 // negative: without bound
	status          string
}

func (g *gauges) watched(s *slotHealth) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slot = s
}

// ReadMetrics implements connectors.Metered.
func (t *task) ReadMetrics(emit connectors.EmitMetric) {
	g := t.gauges.Load()
	if g == nil { // it has not started
		return
	}
	g.ReadMetrics(emit)
	g.mu.Lock()
	s := g.slot
	g.mu.Unlock()
	if s == nil {
		return
	}
	put := func(name string, v float64, by ...string) { g.Emit(emit, cdc.ContextStreaming, name, v, by...) }
	put("SlotWalStatus", 1, s.status)
	if s.missing {
		return
	}
	put("SlotLagInBytes", s.lag)
	put("SlotRetainedWalInBytes", s.retained)
	if s.safe >= 0 {
		put("SlotSafeWalSizeInBytes", s.safe)
	}
	active := 0.0
	if s.active {
		active = 1
	}
	put("SlotActive", active)
}

// Progress implements connectors.Progressing.
func (t *task) Progress() *connectors.Progress {
	g := t.gauges.Load()
	if g == nil {
		return nil
	}
	return g.Progress()
}

// measure begins to count.
func (t *task) measure() {
	g := &gauges{Meter: cdc.NewMeter("postgres", t.set.naming.Prefix, t.set.queueSize, wire.WaitingMax)}
	t.gauges.Store(g)
	t.meter = g.Meter
	t.watch = startWatch(t.set, g)
}

// streams says which reader the stream has, nil for none.
func (t *task) streams(r *wire.Reader) {
	t.meter.Connected(r != nil)
	if r == nil {
		t.meter.Queue(cdc.ContextStreaming, nil)
		return
	}
	t.meter.Queue(cdc.ContextStreaming, r.Waiting)
}

// measured counts what a poll of the stream has decoded, by batch and by transaction.
func (s *stream) measured(all []pending) {
	d, m := &s.decoder, s.t.meter
	m.Filtered(d.Skipped)
	d.Skipped = 0
	for i := range all {
		m.Events(cdc.ContextStreaming, all[i].table.id(), all[i].rows.ops)
	}
	n := len(d.Transactions)
	if len(all) == 0 || n == 0 {
		return
	}
	begun := 0
	for i := range d.Transactions {
		if xid := d.Transactions[i].XID; xid != s.counted {
			s.counted = xid
			begun++
		}
	}
	last := &d.Transactions[n-1]
	m.Streamed(cdc.Position{LSN: int64(d.Events[len(d.Events)-1].LSN), XID: int64(last.XID), Xmin: s.at.xmin, Time: time.UnixMicro(last.CommitTime)}, begun)
}

// measured counts rows of a snapshot.
func (s *snapshot) measured(of *table, rows int) {
	s.t.meter.SnapshotRows(of.id(), int64(rows))
	s.t.meter.Events(cdc.ContextSnapshot, of.id(), s.rows.ops)
	waiting := 0
	for _, c := range s.active {
		waiting += c.reader.Waiting()
	}
	s.t.meter.Queue(cdc.ContextSnapshot, func() int { return waiting })
	s.report()
}

// reportEvery is how often the log says how far a snapshot is. Source: RelationalSnapshotChangeEventSource.LOG_INTERVAL.
const reportEvery = 10 * time.Second

// report tells the log how far the snapshot is, at times.
func (s *snapshot) report() {
	now := time.Now()
	if now.Sub(s.reported) < reportEvery {
		return
	}
	first := s.reported.IsZero()
	if s.reported = now; first {
		return
	}
	if p := s.t.meter.Progress(); p != nil {
		s.t.log.Info("snapshot goes on", "rows", p.Rows, "of_about", p.RowsEstimated, "rows_per_second", int64(p.RowsPerSecond),
			"tables", fmt.Sprintf("%d of %d", p.Done, p.Parts), "left_about", p.Left.Round(time.Second))
	}
}

// slotWatch asks the server for the slot's state, on a connection and a goroutine of its own: the task's may wait for
// Kafka just when the slot falls behind.
type slotWatch struct {
	set    *settings
	gauges *gauges
	end    context.CancelFunc
	ended  chan struct{}
}

// startWatch watches as often as the config says; nil: never.
func startWatch(set *settings, g *gauges) *slotWatch {
	if set.watchInterval <= 0 {
		return nil
	}
	ctx, end := context.WithCancel(context.Background())
	w := &slotWatch{set: set, gauges: g, end: end, ended: make(chan struct{})}
	go w.run(ctx, set.watchInterval)
	return w
}

func (w *slotWatch) run(ctx context.Context, every time.Duration) {
	defer close(w.ended)
	var c *pgconn.PgConn
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		s, err := w.ask(ctx, &c)
		if err != nil && c != nil {
			_ = c.Close(ctx) // of no use any more
			c = nil
		}
		w.gauges.watched(s)
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	if c != nil {
		closing, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.Close(closing) // of no use any more
	}
}

// slotQuery lets one statement serve servers that lack a column, and standbys.
const slotQuery = `select s.active, pg_catalog.pg_wal_lsn_diff(w.at, s.confirmed_flush_lsn), pg_catalog.pg_wal_lsn_diff(w.at, s.restart_lsn),
coalesce((to_jsonb(s) ->> 'safe_wal_size')::numeric, -1), coalesce(to_jsonb(s) ->> 'wal_status', 'reserved')
from pg_catalog.pg_replication_slots s,
(select case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_receive_lsn() else pg_catalog.pg_current_wal_lsn() end) w(at)
where s.slot_name = `

// ask opens the connection where there is none, and asks.
func (w *slotWatch) ask(ctx context.Context, c **pgconn.PgConn) (*slotHealth, error) {
	ctx, cancel := context.WithTimeout(ctx, connectMax)
	defer cancel()
	if *c == nil {
		var err error
		if *c, err = w.set.address.connect(ctx, false); err != nil {
			return nil, err
		}
	}
	rows, err := query(ctx, *c, slotQuery+quoteText(w.set.slot))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return &slotHealth{missing: true, status: "missing"}, nil
	}
	return readHealth(rows[0])
}

func readHealth(r [][]byte) (*slotHealth, error) {
	s := &slotHealth{active: string(r[0]) == "t", status: string(r[4])}
	for i, to := range []*float64{&s.lag, &s.retained, &s.safe} {
		if text := r[1+i]; text != nil {
			if _, err := fmt.Sscan(string(text), to); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// stop ends the watch.
func (w *slotWatch) stop() {
	if w != nil {
		w.end()
		<-w.ended
	}
}
