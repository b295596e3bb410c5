package cdc

import (
	"bytes"
	"strconv"
	"sync"
	"time"

	"github.com/millrace/millrace/connectors"
)

// Meter counts what a task captures, for the metrics of MetricSet. The task counts once a batch; anybody reads. The nil
// value counts nothing.
// Source: CommonEventMeter, StreamingMeter, SnapshotMeter.
type Meter struct {
	plugin, server string
	now            func() time.Time
	queueTotal     int // max.queue.size
	queueBytes     int

	mu        sync.Mutex
	snapshot  snapshotMeter
	events    [2]eventMeter // by context: snapshot, streaming
	captured  []string
	connected bool
	queues    [2]func() int // bytes that wait; nil: nothing does
	behind    time.Duration // negative: no event yet
	commits   int64
	position  Position
}

// eventMeter counts the events of a context.
type eventMeter struct {
	all, creates, updates, deletes, filtered, bad int64
	last                                          time.Time
	lastOp                                        byte
	lastTable                                     string
}

// Position is where an event stands in its source.
type Position struct {
	LSN, XID int64
	Xmin     int64 // 0: not known
	Time     time.Time
}

// NewMeter returns the meter of a task. plugin is the kind of database; waiting bytes are measured against queueBytes.
func NewMeter(plugin, server string, queueTotal, queueBytes int) *Meter {
	return &Meter{plugin: plugin, server: server, now: time.Now, queueTotal: queueTotal, queueBytes: queueBytes, behind: -1}
}

var contexts = [...]string{ContextSnapshot, ContextStreaming}

func contextIndex(context string) int {
	if context == ContextSnapshot {
		return 0
	}
	return 1
}

// Captured says which tables are captured.
func (m *Meter) Captured(tables []string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.captured = tables
}

// Connected says whether the stream is.
func (m *Meter) Connected(yes bool) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.connected = yes
}

// Queue says what is asked for the bytes that wait in a context; nil: nothing does.
func (m *Meter) Queue(context string, waiting func() int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queues[contextIndex(context)] = waiting
}

// Events counts records of a table by their operations.
func (m *Meter) Events(context, table string, ops []byte) {
	if m == nil || len(ops) == 0 {
		return
	}
	n := func(op byte) int64 { return int64(bytes.Count(ops, []byte{op})) }
	gone, now := n(Tombstone), m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := &m.events[contextIndex(context)]
	e.all += int64(len(ops)) - gone
	e.creates, e.updates, e.deletes = e.creates+n(OpCreate), e.updates+n(OpUpdate), e.deletes+n(OpDelete)
	e.last, e.lastTable = now, table
	for i := len(ops) - 1; i >= 0; i-- {
		if ops[i] != Tombstone {
			e.lastOp = ops[i]
			break
		}
	}
}

// Filtered counts events that were left out.
func (m *Meter) Filtered(n int64) { m.count(n, func(e *eventMeter) *int64 { return &e.filtered }) }

// Erroneous counts events that could not be processed.
func (m *Meter) Erroneous(n int64) { m.count(n, func(e *eventMeter) *int64 { return &e.bad }) }

func (m *Meter) count(n int64, of func(*eventMeter) *int64) {
	if m == nil || n == 0 {
		return
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := &m.events[1]
	*of(e) += n
	e.all += n
	e.last = now
}

// Streamed is told of a poll's last event and of how many transactions had begun since the one before.
func (m *Meter) Streamed(at Position, transactions int) {
	if m == nil {
		return
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.commits += int64(transactions)
	m.position, m.behind = at, max(now.Sub(at.Time), 0)
}

// ReadMetrics gives all values but those of a connector's own.
func (m *Meter) ReadMetrics(emit connectors.EmitMetric) {
	m.mu.Lock()
	queues := m.queues
	m.mu.Unlock()
	var waiting [2]int
	for i, f := range queues {
		if f != nil {
			waiting[i] = f()
		}
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, context := range contexts {
		put := func(name string, v float64) { emit(name, v, m.plugin, m.server, m.server, context) }
		m.events[i].read(now, put)
		if e := &m.events[i]; e.lastTable != "" {
			m.emitBy(emit, context, "LastEvent", "operation:"+operationName(e.lastOp)+",table:"+e.lastTable, 1)
		}
		put("QueueTotalCapacity", float64(m.queueTotal))
		put("QueueRemainingCapacity", float64(m.queueTotal)*(1-min(float64(waiting[i])/float64(m.queueBytes), 1)))
		put("MaxQueueSizeInBytes", float64(m.queueBytes))
		put("CurrentQueueSizeInBytes", float64(waiting[i]))
	}
	for _, table := range m.captured {
		m.emitBy(emit, ContextStreaming, "CapturedTables", table, 1)
	}
	m.readStreaming(emit)
	m.snapshot.read(now, func(name string, v float64) { emit(name, v, m.plugin, m.server, m.server, ContextSnapshot) },
		func(name, table string, v float64) { m.emitBy(emit, ContextSnapshot, name, table, v) })
}

// Emit gives one value of a connector's own metrics.
func (m *Meter) Emit(emit connectors.EmitMetric, context, name string, v float64, by ...string) {
	emit(name, v, append([]string{m.plugin, m.server, m.server, context}, by...)...)
}

func (m *Meter) emitBy(emit connectors.EmitMetric, context, name, by string, v float64) {
	emit(name, v, m.plugin, m.server, m.server, context, by)
}

func (m *Meter) readStreaming(emit connectors.EmitMetric) {
	put := func(name string, v float64) { emit(name, v, m.plugin, m.server, m.server, ContextStreaming) }
	put("Connected", truth(m.connected))
	behind := float64(-1)
	if m.behind >= 0 {
		behind = float64(m.behind.Milliseconds())
		m.emitBy(emit, ContextStreaming, "SourceEventPosition", "lsn", float64(m.position.LSN))
		if m.position.Xmin > 0 {
			m.emitBy(emit, ContextStreaming, "SourceEventPosition", "xmin", float64(m.position.Xmin))
		}
		put("LastTransactionId", float64(m.position.XID))
	}
	put("MilliSecondsBehindSource", behind)
	put("NumberOfCommittedTransactions", float64(m.commits))
}

func (e *eventMeter) read(now time.Time, put func(string, float64)) {
	since := int64(-1)
	if !e.last.IsZero() {
		since = now.Sub(e.last).Milliseconds()
	}
	put("MilliSecondsSinceLastEvent", float64(since))
	put("TotalNumberOfEventsSeen", float64(e.all))
	put("TotalNumberOfCreateEventsSeen", float64(e.creates))
	put("TotalNumberOfUpdateEventsSeen", float64(e.updates))
	put("TotalNumberOfDeleteEventsSeen", float64(e.deletes))
	put("NumberOfEventsFiltered", float64(e.filtered))
	put("NumberOfErroneousEvents", float64(e.bad))
}

// operationName is how Debezium spells an operation in texts. Source: Envelope.Operation.
func operationName(op byte) string {
	switch op {
	case OpCreate:
		return "CREATE"
	case OpUpdate:
		return "UPDATE"
	case OpDelete:
		return "DELETE"
	case OpRead:
		return "READ"
	case OpTruncate:
		return "TRUNCATE"
	}
	return strconv.Quote(string(rune(op)))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
