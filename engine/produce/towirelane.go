package produce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/produce/wire"
)

// topic is one that rows went to. It belongs to whoever holds toWire.sending.
type topic struct {
	name      string
	bytesMost int // of a wire batch
	choice    kgo.TopicPartitioner

	lanes    []*lane // one for each partition that is known
	writable []int32 // partitions with a leader, as the client knew at checked
	checked  time.Time
}

// lane is one partition of a topic.
type lane struct {
	topic   *topic
	at      *wire.Lane
	current *parcel   // the one that was begun last
	fresh   []*parcel // that the client does not know yet
	rows    []rowOf   // of the present Send
}

// open returns the parcel that takes rows, nil for none. The lane is locked.
func (l *lane) open() *parcel {
	if l.current == nil || l.at.Open() != l.current.batch {
		return nil
	}
	return l.current
}

// topic finds a topic, or makes its lanes once the brokers know it.
func (w *toWire) topic(ctx context.Context, d *shipment, name string) (*topic, error) {
	w.mu.Lock()
	t := w.topics[name]
	w.mu.Unlock()
	if t == nil {
		n, err := w.partitions(ctx, d, name)
		if err != nil {
			return nil, err
		}
		t = &topic{name: name, bytesMost: int(w.p.limits.of(name)), choice: w.partitioner.ForTopic(name)}
		t.grow(n)
		w.mu.Lock()
		w.topics[name] = t
		w.mu.Unlock()
	}
	if d.now.Sub(t.checked) >= checkEvery {
		t.check(w.p.cl, d.now)
	}
	return t, nil
}

func (t *topic) grow(n int) {
	for p := len(t.lanes); p < n; p++ {
		t.lanes = append(t.lanes, &lane{topic: t, at: wire.NewLane(int32(p))})
	}
}

// checkEvery is how often the client is asked what it has learned of a topic.
const checkEvery = time.Second

// check takes over what the client knows: how many partitions there are, and which have a leader.
func (t *topic) check(cl *kgo.Client, now time.Time) {
	t.checked = now
	leads := func(p int) (leader, exists bool) {
		n, _, err := cl.PartitionLeader(t.name, int32(p))
		return n >= 0 && err == nil, n >= 0 || err != nil
	}
	for leader, _ := leads(len(t.lanes)); leader; leader, _ = leads(len(t.lanes)) {
		t.grow(len(t.lanes) + 1)
	}
	t.writable = t.writable[:0]
	n := 0 // partitions that exist
	for p := range t.lanes {
		leader, exists := leads(p)
		if exists {
			n = p + 1
		}
		if leader {
			t.writable = append(t.writable, int32(p))
		}
	}
	if n > 0 { // fewer than the brokers said, where the client knows better; none, where it has not met the topic yet
		t.lanes = t.lanes[:n]
	}
	if len(t.writable) == 0 { // all have to wait
		for p := range t.lanes {
			t.writable = append(t.writable, int32(p))
		}
	}
}

// askEvery is how long a topic that does not exist is waited for before it is asked for again.
const askEvery = 100 * time.Millisecond

// partitions asks the brokers how many partitions a topic has, and has them create it where they do that. It waits
// until there is an answer, as Java's producer does. Source: KafkaProducer.waitOnMetadata.
func (w *toWire) partitions(ctx context.Context, d *shipment, name string) (int, error) {
	req := creating(name)
	for {
		resp, err := req.RequestWith(ctx, w.p.cl)
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case errors.Is(err, kgo.ErrClientClosed):
			return 0, err
		case err == nil && len(resp.Topics) == 1:
			err = kerr.ErrorForCode(resp.Topics[0].ErrorCode)
			if n := len(resp.Topics[0].Partitions); err == nil && n > 0 {
				return n, nil
			}
			if err != nil && !kerr.IsRetriable(err) {
				return 0, err
			}
		}
		if d.late != nil && d.late.over() {
			return 0, kgo.ErrRecordTimeout
		}
		select {
		case <-time.After(askEvery):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// lane finds the lane of a row: that of its own partition, or of the one that the partitioner chooses.
func (w *toWire) lane(t *topic, p *Rows, i int) (*lane, error) {
	r := &w.scratch
	r.Partition = partitionOf(p.B, i)
	r.Key, _ = p.Key.Get(i)
	r.Value, _ = p.Value.Get(i)
	n := len(t.lanes)
	all := t.choice.RequiresConsistency(r)
	if !all {
		n = len(t.writable)
	}
	var pick int
	if c, ok := t.choice.(kgo.TopicBackupPartitioner); ok {
		w.backlog = backlog{t: t, all: all}
		pick = c.PartitionByBackup(r, n, &w.backlog)
	} else {
		pick = t.choice.Partition(r, n)
	}
	if pick < 0 || pick >= n {
		return nil, noPartition(pick, n)
	}
	if !all {
		pick = int(t.writable[pick])
	}
	return t.lanes[pick], nil
}

// noPartition is the client's error for a partition that there is not.
func noPartition(choice, n int) error {
	return fmt.Errorf("invalid record partitioning choice of %d from %d available", choice, n)
}

// backlog tells a partitioner how many rows wait for each partition that it may choose.
type backlog struct {
	t    *topic
	all  bool
	next int
}

var _ kgo.TopicBackupIter = (*backlog)(nil)

// Rem implements kgo.TopicBackupIter.
func (b *backlog) Rem() int {
	if b.all {
		return len(b.t.lanes) - b.next
	}
	return len(b.t.writable) - b.next
}

// Next implements kgo.TopicBackupIter.
func (b *backlog) Next() (int, int64) {
	i := b.next
	b.next++
	p := i
	if !b.all {
		p = int(b.t.writable[i])
	}
	return i, b.t.lanes[p].at.Waiting.Load()
}

// parcel is a wire batch, the record that stands for it, and whose rows it has. It is the record's context, which says
// when it may be given up.
type parcel struct {
	lane  *lane
	batch *wire.Batch
	rec   kgo.Record
	late  *patience // nil: never

	// Guarded by the lane's lock until the client says what became of the record.
	contents *contents
	bytes    int64 // of keys, values and headers
	payload  int64 // of keys and values
}

// contents say which rows a batch has. Their memory is used again.
type contents struct {
	rows   []int32
	times  []int64 // timestamps
	shares []share
}

// share is rows of one Send, behind those of the share before, up to end.
type share struct {
	of  *shipment
	end int
}

var _ context.Context = (*parcel)(nil)

// Deadline implements context.Context.
func (*parcel) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (x *parcel) Done() <-chan struct{} { return ended(x.over()) }

// Err implements context.Context.
func (x *parcel) Err() error { return timedOut(x.over()) }

// Value implements context.Context.
func (*parcel) Value(any) any { return nil }

func (x *parcel) over() bool { return x.late != nil && x.late.over() }

// begin opens a batch. The lane is locked, and has none.
func (w *toWire) begin(d *shipment, l *lane, p *Rows) *parcel {
	about := 0
	if l.current != nil {
		about = l.current.batch.Bytes()
	}
	x := w.parcel(d, l, wire.NewBatch(p.B.Pool().Mem, l.topic.bytesMost, about))
	l.at.Begin(x.batch)
	l.current = x
	l.fresh = append(l.fresh, x)
	return x
}

// parcel returns what tells the client of a wire batch.
func (w *toWire) parcel(d *shipment, l *lane, b *wire.Batch) *parcel {
	x := &parcel{lane: l, batch: b, late: d.late}
	if x.contents, _ = w.free.Get().(*contents); x.contents == nil {
		x.contents = new(contents)
	}
	x.rec = kgo.Record{Topic: l.topic.name, Partition: l.at.Partition, Timestamp: d.now, Value: w.ip.StandIn(b), Context: x}
	return x
}

// add notes a row that the batch has taken. The lane is locked.
func (x *parcel) add(d *shipment, row int32, ts int64, bytes, payload int) {
	c := x.contents
	c.rows = append(c.rows, row)
	c.times = append(c.times, ts)
	x.bytes += int64(bytes)
	x.payload += int64(payload)
	if n := len(c.shares); n > 0 && c.shares[n-1].of == d {
		c.shares[n-1].end = len(c.rows)
		return
	}
	c.shares = append(c.shares, share{d, len(c.rows)})
}

// headerBytes makes headers of rows as they lie in wire batches.
type headerBytes struct {
	buf    []byte
	bytes  int            // of keys and values
	shared *batch.Headers // whose rows all have those in buf
}

func (h *headerBytes) reset() { h.shared = nil }

// of returns the headers of row i with their count, nil for none, and the bytes of their keys and values. They are good
// until the next call.
func (h *headerBytes) of(list *batch.Headers, i int) ([]byte, int) {
	if list.Empty() {
		return nil, 0
	}
	if h.shared == list {
		return h.buf, h.bytes
	}
	h.shared = nil
	if alike(list) {
		h.shared = list
	}
	h.bytes = 0
	entries := list.List(i)
	n := len(entries)
	for k := range list.Columns {
		if list.Columns[k].Rows.Has(i) {
			n++
		}
	}
	h.buf = wire.AppendCount(h.buf[:0], n)
	for k := range entries {
		h.add(entries[k].Key, entries[k].Raw)
	}
	for k := range list.Columns {
		if c := &list.Columns[k]; c.Rows.Has(i) {
			h.add(c.Key, c.RawAt(i))
		}
	}
	return h.buf, h.bytes
}

func (h *headerBytes) add(key string, value []byte) {
	h.buf = wire.AppendHeader(h.buf, key, value)
	h.bytes += len(key) + len(value)
}
