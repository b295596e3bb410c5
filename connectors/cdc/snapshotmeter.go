package cdc

import (
	"time"

	"github.com/millrace/millrace/connectors"
)

// snapshotMeter is how far a snapshot is. Source: SnapshotMeter.
type snapshotMeter struct {
	state        SnapshotState
	skipped      bool
	began, ended time.Time
	pausedSince  time.Time
	paused       time.Duration
	tables       []TableProgress
	at           map[string]int // by table
	rows         int64
	finished     int // tables
}

// SnapshotState is what a snapshot does.
type SnapshotState uint8

// The states. Of a task that takes none it is SnapshotNone.
const (
	SnapshotNone SnapshotState = iota
	SnapshotRunning
	SnapshotPaused
	SnapshotCompleted
	SnapshotAborted
)

// TableProgress is a table of a snapshot.
type TableProgress struct {
	Table     string
	Estimated int64 // rows; negative: not known
	Rows      int64
	Done      bool
	Parts     int // in which it is read; 0: it is read as a whole
	PartsDone int
}

// SnapshotStarted begins a snapshot of tables.
func (m *Meter) SnapshotStarted(tables []TableProgress) {
	if m == nil {
		return
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := snapshotMeter{state: SnapshotRunning, began: now, tables: tables, at: make(map[string]int, len(tables))}
	for i, t := range tables {
		s.at[t.Table] = i
	}
	m.snapshot = s
}

// SnapshotSkipped says that the task began without a snapshot.
func (m *Meter) SnapshotSkipped() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshot.skipped = true
}

// SnapshotEnded ends it, complete or aborted.
func (m *Meter) SnapshotEnded(how SnapshotState) {
	if m == nil {
		return
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshot.pause(now, false)
	m.snapshot.state, m.snapshot.ended = how, now
}

// SnapshotPaused pauses it, or lets it go on.
func (m *Meter) SnapshotPaused(yes bool) {
	if m == nil {
		return
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshot.pause(now, yes)
	if m.snapshot.state = SnapshotRunning; yes {
		m.snapshot.state = SnapshotPaused
	}
}

func (s *snapshotMeter) pause(now time.Time, yes bool) {
	switch {
	case yes && s.pausedSince.IsZero():
		s.pausedSince = now
	case !yes && !s.pausedSince.IsZero():
		s.paused, s.pausedSince = s.paused+now.Sub(s.pausedSince), time.Time{}
	}
}

// SnapshotRows counts rows of a table that were read.
func (m *Meter) SnapshotRows(table string, rows int64) {
	m.tableOf(table, func(s *snapshotMeter, t *TableProgress) {
		t.Rows += rows
		s.rows += rows
	})
}

// SnapshotPart says that one part of a table was read.
func (m *Meter) SnapshotPart(table string) {
	m.tableOf(table, func(_ *snapshotMeter, t *TableProgress) { t.PartsDone++ })
}

// SnapshotTable says that a table is complete.
func (m *Meter) SnapshotTable(table string) {
	m.tableOf(table, func(s *snapshotMeter, t *TableProgress) {
		if !t.Done {
			t.Done = true
			s.finished++
		}
	})
}

func (m *Meter) tableOf(table string, do func(*snapshotMeter, *TableProgress)) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if i, ok := m.snapshot.at[table]; ok {
		do(&m.snapshot, &m.snapshot.tables[i])
	}
}

// Progress is how far a running snapshot is; nil: none runs.
func (m *Meter) Progress() *connectors.Progress {
	if m == nil {
		return nil
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &m.snapshot
	if s.state != SnapshotRunning && s.state != SnapshotPaused {
		return nil
	}
	p := &connectors.Progress{Of: ContextSnapshot, Rows: s.rows, RowsEstimated: s.expected(), Parts: len(s.tables), Done: s.finished, Took: s.took(now)}
	p.RowsPerSecond, p.Left = s.rate(now)
	return p
}

// took is how long the snapshot has run, pauses included.
func (s *snapshotMeter) took(now time.Time) time.Duration {
	switch {
	case s.began.IsZero():
		return 0
	case s.ended.IsZero():
		return now.Sub(s.began)
	}
	return s.ended.Sub(s.began)
}

// expected is how many rows all tables have together: complete ones what was read, others what is estimated, or what was
// read where that is more. 0: a table was never analysed.
func (s *snapshotMeter) expected() (n int64) {
	for i := range s.tables {
		switch t := &s.tables[i]; {
		case t.Done:
			n += t.Rows
		case t.Estimated < 0:
			return 0
		default:
			n += max(t.Estimated, t.Rows)
		}
	}
	return n
}

// pausedFor is how long it was paused.
func (s *snapshotMeter) pausedFor(now time.Time) time.Duration {
	if s.pausedSince.IsZero() {
		return s.paused
	}
	return s.paused + now.Sub(s.pausedSince)
}

// rate returns rows per second since the start without pauses, and the time that the other rows will take: negative
// where that is not known.
func (s *snapshotMeter) rate(now time.Time) (perSecond float64, left time.Duration) {
	if seconds := (s.took(now) - s.pausedFor(now)).Seconds(); seconds > 0 {
		perSecond = float64(s.rows) / seconds
	}
	expected := s.expected()
	if perSecond == 0 || expected == 0 {
		return perSecond, -1
	}
	return perSecond, time.Duration(float64(expected-s.rows) / perSecond * float64(time.Second))
}

func (s *snapshotMeter) read(now time.Time, put func(string, float64), by func(name, table string, v float64)) {
	put("TotalTableCount", float64(len(s.tables)))
	put("RemainingTableCount", float64(len(s.tables)-s.finished))
	put("SnapshotRunning", truth(s.state == SnapshotRunning))
	put("SnapshotPaused", truth(s.state == SnapshotPaused))
	put("SnapshotAborted", truth(s.state == SnapshotAborted))
	put("SnapshotCompleted", truth(s.state == SnapshotCompleted))
	put("SnapshotSkipped", truth(s.skipped))
	put("SnapshotDurationInSeconds", float64(s.took(now)/time.Second))
	put("SnapshotPausedDurationInSeconds", float64(s.pausedFor(now)/time.Second))
	perSecond, left := s.rate(now)
	put("SnapshotRowsEstimated", float64(s.expected()))
	put("SnapshotRowsPerSecond", perSecond)
	switch {
	case s.state != SnapshotRunning && s.state != SnapshotPaused:
		put("SnapshotSecondsLeft", 0)
	case left < 0:
		put("SnapshotSecondsLeft", -1)
	default:
		put("SnapshotSecondsLeft", left.Seconds())
	}
	for i := range s.tables {
		t := &s.tables[i]
		by("CapturedTables", t.Table, 1)
		by("RowsScanned", t.Table, float64(t.Rows))
		if t.Parts > 0 {
			by("TableChunkCounts", t.Table, float64(t.Parts))
			by("TableChunksCompletedCounts", t.Table, float64(t.PartsDone))
		}
	}
}
