package produce

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/produce/wire"
	"github.com/millrace/millrace/internal/kafka"
)

// Of what a request can hold: brokers take 100 MiB by default (socket.request.max.bytes), and a request has at most
// what waits.
const waitingMost = 90 << 20

// toWire makes wire batches of rows itself; the client has stand-ins for them.
//
// Goroutines: send's fields belong to whoever holds sending; acked is called by the client, one call after the other.
type toWire struct {
	p  *Records
	ip *wire.Interposer

	partitioner kgo.Partitioner
	compressor  kgo.Compressor // nil: none
	codec       int8           // that wire batches must have to be sent as they are; anyCodec
	bytesMost   int64          // that wait
	waiting     atomic.Int64   // bytes of keys, values and headers without a result
	room        chan struct{}  // some of it went
	flushing    atomic.Bool
	broken      atomic.Pointer[error]
	tasks       sync.WaitGroup // goroutines that close waits for

	mu     sync.Mutex // guards the next two
	topics map[string]*topic
	closed bool

	sending sync.Mutex
	order   []rowOf    // of the present Send
	lanes   []*lane    // that have rows of it
	scratch kgo.Record // what the partitioner sees
	backlog backlog    // and asks
	headers headerBytes

	free    sync.Pool  // of *contents
	results sync.Mutex // one call of a sink after the other
	made    []Result
}

// newToWire returns what makes the batches of p.
func newToWire(p *Records, v *config.Values, dial wire.Dial) (*toWire, error) {
	partitioner, err := partitionerOf(v)
	if err != nil {
		return nil, err
	}
	w := &toWire{
		p: p, partitioner: partitioner, bytesMost: min(max(v.Int64("buffer.memory"), 1), waitingMost),
		codec: codecAsked(v), room: make(chan struct{}, 1), topics: map[string]*topic{},
	}
	if w.compressor, err = kgo.DefaultCompressor(compression(v)); err != nil {
		return nil, err
	}
	w.ip = wire.New(wire.Options{Dial: dial, Compressor: w.compressor, Broken: w.fail})
	return w, nil
}

// options are the client's, which has stand-ins: its own counts and limits would be of those.
func (w *toWire) options() []kgo.Opt {
	return []kgo.Opt{
		kgo.Dialer(w.ip.Dial), kgo.WithHooks(w.ip), kgo.DisableClientMetrics(), kgo.MaxBufferedBytes(0),
		kgo.WithCompressor(w.ip.Compressor(w.compressor)),
		kgo.ProducerBatchMaxBytesFn(func(topic string) int32 {
			if w.isOurs(topic) {
				return wire.ClientBatchBytes
			}
			return w.p.limits.of(topic)
		}),
	}
}

func (w *toWire) isOurs(topic string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.topics[topic] != nil
}

// fail ends the producer: the client library does not do what is asked of it.
func (w *toWire) fail(why error) {
	err := fmt.Errorf("the Kafka client does not do what batches of our own rest on, set millrace.producer.path to record: %w", why)
	w.broken.Store(&err)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.tasks.Go(w.p.cl.Close) // what waits fails, with this error
	}
}

// send hands over the selected rows of parts, and lets go of them: they are copied.
func (w *toWire) send(ctx context.Context, d *shipment, parts []Rows) {
	w.sending.Lock()
	defer w.sending.Unlock()
	w.order = appendOrder(w.order[:0], parts)
	d.now = time.Now()
	w.distribute(ctx, d, parts)
	for i, l := range w.lanes {
		w.fill(ctx, d, l, parts)
		l.rows = l.rows[:0]
		w.lanes[i] = nil
	}
	w.lanes = w.lanes[:0]
	w.headers.reset()
	w.scratch = kgo.Record{}
	for i := range parts {
		parts[i].B.Release()
	}
	d.results(1) // that of the sending itself
}

// distribute finds the lane of every row. A topic is looked up where it changes from row to row.
func (w *toWire) distribute(ctx context.Context, d *shipment, parts []Rows) {
	var t *topic
	var name string
	var missing error // why there is no t
	for k, r := range w.order {
		p := &parts[r.part]
		if of := p.B.Topics.At(int(r.row)); k == 0 || of != name {
			name = of
			t, missing = w.topic(ctx, d, name)
		}
		if missing != nil {
			w.refuse(d, r.row, name, missing)
			continue
		}
		l, err := w.lane(t, p, int(r.row))
		if err != nil {
			w.refuse(d, r.row, name, err)
			continue
		}
		if len(l.rows) == 0 {
			w.lanes = append(w.lanes, l)
		}
		l.rows = append(l.rows, r)
	}
}

// fill puts the rows of a lane into its batches, and tells the client of new ones.
func (w *toWire) fill(ctx context.Context, d *shipment, l *lane, parts []Rows) {
	for rest := l.rows; len(rest) > 0; {
		if err := w.await(ctx); err != nil {
			for _, r := range rest {
				w.refuse(d, r.row, l.topic.name, err)
			}
			return
		}
		room := min(stretchBytes, int(w.bytesMost-w.waiting.Load()))
		rest = rest[w.stretch(d, l, parts, rest, room):]
		for i, x := range l.fresh {
			w.p.cl.Produce(ctx, &x.rec, w.acked)
			l.fresh[i] = nil
		}
		l.fresh = l.fresh[:0]
	}
}

// stretchBytes is how much goes into a lane before it is looked again whether there is room.
const stretchBytes = 64 << 10

// stretch adds rows of so many bytes, one at least, to the batches of a lane and returns how many.
func (w *toWire) stretch(d *shipment, l *lane, parts []Rows, rows []rowOf, room int) (n int) {
	bytes, added := 0, int64(0)
	var tooLarge []refused
	l.at.Lock()
	x := l.open()
	for n < len(rows) && (n == 0 || bytes < room) {
		r := rows[n]
		p := &parts[r.part]
		i := int(r.row)
		key, _ := p.Key.Get(i)
		value, _ := p.Value.Get(i)
		headers, size := w.headers.of(&p.B.Headers, i)
		size += len(key) + len(value)
		ts := timestamp(p.B, i, d.now)
		if x == nil || !x.batch.Add(ts, key, value, headers) {
			if wire.BatchBytes(key, value, headers) > l.topic.bytesMost || int64(size) > w.bytesMost {
				tooLarge = append(tooLarge, refused{r.row, size})
				n++
				continue
			}
			l.at.End()
			x = w.begin(d, l, p)
			x.batch.Add(ts, key, value, headers)
		}
		x.add(d, r.row, ts, size, len(key)+len(value))
		bytes += size
		added++
		n++
	}
	l.at.Waiting.Add(added)
	l.at.Unlock()
	w.waiting.Add(int64(bytes))
	for _, r := range tooLarge {
		w.refuse(d, r.row, l.topic.name, fmt.Errorf("%w (uncompressed_bytes=%d)", kerr.MessageTooLarge, r.bytes))
	}
	return n
}

// refused is a row that no wire batch takes.
type refused struct {
	row   int32
	bytes int
}

// await waits until there is room.
func (w *toWire) await(ctx context.Context) error {
	for w.waiting.Load() >= w.bytesMost {
		// What lingers goes out now, as in Java. Source: RecordAccumulator.ready.
		if w.flushing.CompareAndSwap(false, true) {
			w.tasks.Go(func() {
				_ = w.p.cl.Flush(ctx) // rows have their own results
				w.flushing.Store(false)
			})
		}
		select {
		case <-w.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// refuse gives a row a result that no broker gave.
func (w *toWire) refuse(d *shipment, row int32, topic string, err error) {
	w.results.Lock()
	d.sink.Acked([]Result{{Row: row, Topic: topic, Partition: -1, Offset: -1, Timestamp: d.now.UnixMilli(), Err: kafka.Denied(w.p.cl, err, "Write", topic)}})
	w.results.Unlock()
	d.results(1)
}

// acked is the promise of every stand-in: what became of it became of its rows.
func (w *toWire) acked(r *kgo.Record, err error) {
	x := r.Context.(*parcel)
	l := x.lane
	w.ip.Forget(x.batch)
	l.at.Finished(x.batch, err == nil)
	if err == nil {
		w.p.bytes.Add(x.payload)
	} else {
		err = w.why(x, err)
	}
	w.tell(x, r.Offset, err)
	w.waiting.Add(-x.bytes)
	x.batch.Release()
	select {
	case w.room <- struct{}{}:
	default:
	}
}

// tell gives all rows of a parcel their results, and lets go of its contents.
func (w *toWire) tell(x *parcel, offset int64, err error) {
	c, l := x.contents, x.lane
	l.at.Waiting.Add(-int64(len(c.rows)))
	w.results.Lock()
	first := 0
	for i := range c.shares {
		of, end := c.shares[i].of, c.shares[i].end
		w.made = w.made[:0]
		for k := first; k < end; k++ {
			at := int64(-1)
			if err == nil && offset >= 0 {
				at = offset + int64(k)
			}
			w.made = append(w.made, Result{Row: c.rows[k], Topic: l.topic.name, Partition: l.at.Partition, Offset: at, Timestamp: c.times[k], Err: err})
		}
		of.sink.Acked(w.made)
		of.results(end - first)
		first = end
	}
	w.results.Unlock()
	clear(c.shares)
	c.rows, c.times, c.shares = c.rows[:0], c.times[:0], c.shares[:0]
	x.contents = nil
	w.free.Put(c)
}

// why is the error of rows whose stand-in has one.
func (w *toWire) why(x *parcel, err error) error {
	broken := w.broken.Load()
	switch {
	case broken != nil && errors.Is(err, kgo.ErrClientClosed):
		return *broken
	case errors.Is(err, kerr.MessageTooLarge): // the client says how large the stand-in is
		return fmt.Errorf("%w (uncompressed_bytes=%d)", kerr.MessageTooLarge, x.bytes)
	}
	return kafka.Denied(w.p.cl, err, "Write", x.lane.topic.name)
}

// close follows the client's close and the last result.
func (w *toWire) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.tasks.Wait()
}
