package consume

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/budget"
	"github.com/millrace/millrace/internal/kafka/fetch"
)

// Options configure Records.
type Options struct {
	// NewClient makes the group's client with the given options on top of the connector's own.
	NewClient func(opts ...kgo.Opt) (*kgo.Client, error)
	Topics    []string // subscription
	Pattern   Pattern  // instead of Topics; nil: none
	// Memory is what batches may take, those in all lanes and those that Poll returned: above it nothing is fetched
	// while some wait.
	Memory    *budget.Share
	Rebalance Rebalance
	Logger    *slog.Logger

	RowsMax     int // rows of one batch
	BytesMax    int // bytes of one batch
	PollRowsMax int // rows that one Poll returns, more only to return one batch; 0: no limit
	LaneDepth   int // batches that wait in one lane: with a full one nothing is fetched
	// Dial opens the client's connections where batches are made of the bytes of brokers' responses; nil: of the
	// client's records.
	Dial fetch.Dial
	// RecordBytesMax is how many bytes of key and value a record may have: a larger one fails the consumer.
	RecordBytesMax int64
}

// Records is a Consumer on franz-go: on its record API, or with Options.Dial on the bytes that it stands for.
type Records struct {
	opt   Options
	cl    *kgo.Client
	adm   *kadm.Client
	reset reset
	unset kgo.Offset // what the client has for partitions without a committed offset

	signal chan struct{} // something for Poll to see
	kick   chan struct{} // something for the fetching goroutine to see
	ready  chan struct{} // closed once the fields below opt are set: the client calls back before
	closed chan struct{}
	done   chan struct{} // the fetching goroutine ended
	rounds rounds
	wire   *fromWire // nil: all batches are made of records
	limits fetchLimits

	// Of a subscription by pattern.
	unsubscribe context.CancelFunc
	subscribed  chan struct{} // its goroutine ended

	names map[string][]string // topic -> shared list of one; the fetching goroutine's own

	mu         sync.Mutex
	lanes      map[connectors.TopicPartition]*lane
	order      []*lane // of lanes; rotates
	assigning  map[connectors.TopicPartition]int64
	events     []*event
	calls      []func() // commit callbacks that are due
	seeks      []map[connectors.TopicPartition]int64
	bytes      int64 // in all lanes
	polled     int64 // bytes of keys and values that Poll returned
	woken      bool
	closing    bool
	err        error
	cancelPoll context.CancelFunc
}

var _ Consumer = (*Records)(nil)

// New joins the group and starts fetching.
func New(opt Options) (*Records, error) {
	c := &Records{
		opt: opt, signal: make(chan struct{}, 1), kick: make(chan struct{}, 1),
		ready: make(chan struct{}), closed: make(chan struct{}), done: make(chan struct{}),
		names: map[string][]string{}, lanes: map[connectors.TopicPartition]*lane{},
	}
	ctx, end := context.WithCancel(context.Background())
	c.rounds.end, c.rounds.news = end, make(chan struct{}, 1)
	opts := []kgo.Opt{
		kgo.WithContext(ctx),
		kgo.WithHooks(&c.rounds),
		kgo.ConsumeTopics(opt.Topics...),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.AdjustFetchOffsetsFn(c.adjust),
		kgo.OnPartitionsRevoked(func(ctx context.Context, _ *kgo.Client, m map[string][]int32) { c.take(ctx, revoked, m) }),
		kgo.OnPartitionsLost(func(ctx context.Context, _ *kgo.Client, m map[string][]int32) { c.take(ctx, lost, m) }),
	}
	if opt.Dial != nil {
		c.wire = newFromWire(&opt)
		opts = append(opts, c.wire.ip.Options()...)
	}
	cl, err := opt.NewClient(opts...)
	if err != nil {
		end()
		return nil, err
	}
	c.cl, c.adm = cl, kadm.NewClient(cl)
	if c.wire != nil {
		c.wire.start(cl, &opt)
	} else {
		c.limits = newFetchLimits(cl)
		c.limits.follow(cl, opt.Memory)
	}
	o, _ := cl.OptValue(kgo.ConsumeResetOffset).(kgo.Offset)
	c.unset, c.reset = o, resetOf(o, time.Now())
	close(c.ready)
	go c.fetch()
	if opt.Pattern != nil {
		ctx, cancel := context.WithCancel(context.Background())
		c.unsubscribe, c.subscribed = cancel, make(chan struct{})
		go c.subscribe(ctx)
	}
	return c, nil
}

var errWithdrawn = errors.New("consume: the assignment ended before the task saw it")

// Poll implements Consumer.
func (c *Records) Poll(ctx context.Context, wait time.Duration) ([]*batch.Batch, error) {
	var timer *time.Timer // from the first wait on
	var timeout <-chan time.Time
	defer func() {
		if timer != nil {
			timer.Stop()
		}
	}()
	for {
		c.mu.Lock()
		if len(c.calls) > 0 {
			calls := c.calls
			c.calls = nil
			c.mu.Unlock()
			for _, f := range calls {
				f()
			}
			continue
		}
		if e := c.takeLocked(); e != nil {
			c.mu.Unlock()
			if err := c.handle(ctx, e); err != nil {
				return nil, err
			}
			continue
		}
		if c.err != nil {
			err := c.err
			c.mu.Unlock()
			return nil, err
		}
		if out := c.drainLocked(); len(out) > 0 {
			c.mu.Unlock()
			c.kickFetch()
			return out, nil
		}
		woken := c.woken
		c.woken = false
		c.mu.Unlock()
		if woken || wait <= 0 || ctx.Err() != nil {
			return nil, nil
		}
		if timer == nil {
			timer = time.NewTimer(wait)
			timeout = timer.C
		}
		select {
		case <-c.signal:
		case <-timeout:
			return nil, nil
		case <-ctx.Done():
			return nil, nil
		}
	}
}

// drainLocked takes batches from the lanes, one of each in turn.
func (c *Records) drainLocked() []*batch.Batch {
	var out []*batch.Batch
	rows, bytes := 0, int64(0)
	for progress := true; progress; {
		progress = false
		for _, l := range c.order {
			if l.paused || len(l.queue) == 0 {
				continue
			}
			next := l.queue[0]
			over := c.opt.PollRowsMax > 0 && rows+next.b.Len() > c.opt.PollRowsMax || bytes+next.bytes > int64(c.opt.BytesMax)
			if len(out) > 0 && over {
				c.rotateLocked()
				return out
			}
			q := l.pop()
			c.bytes -= q.bytes
			c.polled += q.payload
			rows, bytes = rows+q.b.Len(), bytes+q.bytes
			out = append(out, q.b)
			progress = true
		}
	}
	return out
}

// rotateLocked lets another partition be first at the next Poll.
func (c *Records) rotateLocked() {
	if len(c.order) > 1 {
		first := c.order[0]
		copy(c.order, c.order[1:])
		c.order[len(c.order)-1] = first
	}
}

// Wake implements Consumer.
func (c *Records) Wake() {
	c.mu.Lock()
	c.woken = true
	c.mu.Unlock()
	c.notify()
}

// Pause implements Consumer.
func (c *Records) Pause(partitions []connectors.TopicPartition) { c.setPaused(partitions, true) }

// Resume implements Consumer.
func (c *Records) Resume(partitions []connectors.TopicPartition) { c.setPaused(partitions, false) }

// setPaused also keeps the client from fetching paused partitions. What waits in their lanes stays:
// a sink that is to put rows again pauses everything for a moment.
func (c *Records) setPaused(partitions []connectors.TopicPartition, v bool) {
	m := map[string][]int32{}
	c.mu.Lock()
	for _, tp := range partitions {
		if l := c.lanes[tp]; l != nil && l.paused != v {
			l.paused = v
			m[tp.Topic] = append(m[tp.Topic], tp.Partition)
		}
	}
	if len(m) > 0 {
		if v {
			c.cl.PauseFetchPartitions(m)
		} else {
			c.cl.ResumeFetchPartitions(m)
		}
	}
	c.mu.Unlock()
	c.notify()
	c.kickFetch()
}

// Seek implements Consumer.
func (c *Records) Seek(offsets map[connectors.TopicPartition]int64) {
	c.mu.Lock()
	later := map[connectors.TopicPartition]int64{}
	for tp, o := range offsets {
		if _, ok := c.assigning[tp]; ok {
			c.assigning[tp] = o
			continue
		}
		if l := c.lanes[tp]; l != nil {
			c.bytes -= l.drop()
			l.seeking++
			l.position = o
			later[tp] = o
		}
	}
	if len(later) > 0 {
		c.seeks = append(c.seeks, later)
		if c.cancelPoll != nil {
			c.cancelPoll()
		}
	}
	c.mu.Unlock()
	c.kickFetch()
}

// Assignment implements Consumer.
func (c *Records) Assignment() []connectors.TopicPartition {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]connectors.TopicPartition, 0, len(c.lanes))
	for _, l := range c.order {
		out = append(out, l.tp)
	}
	return out
}

// Stats is what a consumer has given and holds.
type Stats struct {
	Bytes         int64 // of keys and values that Poll returned so far
	BufferedBytes int64 // in all lanes
	Lag, LagMax   int64 // records up to the high watermark: of all partitions, of the one with most
}

// Stats returns the counts. Safe from any goroutine.
func (c *Records) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Stats{Bytes: c.polled, BufferedBytes: c.bytes}
	for _, l := range c.order {
		n := l.lag()
		s.Lag += n
		s.LagMax = max(s.LagMax, n)
	}
	return s
}

// Close implements Consumer.
func (c *Records) Close() {
	c.mu.Lock()
	if c.closing {
		c.mu.Unlock()
		return
	}
	c.closing = true
	close(c.closed)
	if c.cancelPoll != nil {
		c.cancelPoll()
	}
	c.mu.Unlock()
	<-c.done
	if c.opt.Pattern != nil {
		c.unsubscribe()
		<-c.subscribed
	}
	c.closeClient()
	if c.wire != nil {
		c.wire.close()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lanes {
		c.bytes -= l.drop()
	}
	clear(c.lanes)
	c.order = nil
}

func (c *Records) notify() {
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

func (c *Records) kickFetch() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}
