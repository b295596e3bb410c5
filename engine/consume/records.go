package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Options configure Records.
type Options struct {
	// NewClient makes the group's client with the given options on top of the connector's own.
	NewClient func(opts ...kgo.Opt) (*kgo.Client, error)
	Topics    []string // subscription; with Regex: patterns
	Regex     bool
	Pool      *batch.Pool
	Rebalance Rebalance
	Logger    *slog.Logger

	RowsMax     int   // rows of one batch
	BytesMax    int   // bytes of one batch
	PollRowsMax int   // rows that one Poll returns, more only to return one batch; 0: no limit
	BudgetBytes int64 // bytes that wait in all lanes
	LaneDepth   int   // batches that wait in one lane
}

// Records is a Consumer on the record API of franz-go.
type Records struct {
	opt Options
	cl  *kgo.Client
	adm *kadm.Client

	signal chan struct{} // something for Poll to see
	kick   chan struct{} // something for the fetching goroutine to see
	closed chan struct{}
	done   chan struct{}       // the fetching goroutine ended
	names  map[string][]string // topic -> shared list of one; the fetching goroutine's own

	mu         sync.Mutex
	lanes      map[connectors.TopicPartition]*lane
	order      []*lane // of lanes; rotates
	assigning  map[connectors.TopicPartition]int64
	events     []*event
	calls      []func() // commit callbacks that are due
	seeks      []map[connectors.TopicPartition]int64
	bytes      int64 // in all lanes
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
		closed: make(chan struct{}), done: make(chan struct{}),
		names: map[string][]string{}, lanes: map[connectors.TopicPartition]*lane{},
	}
	opts := []kgo.Opt{
		kgo.ConsumeTopics(opt.Topics...),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.AdjustFetchOffsetsFn(c.adjust),
		kgo.OnPartitionsRevoked(func(ctx context.Context, _ *kgo.Client, m map[string][]int32) { c.take(ctx, revoked, m) }),
		kgo.OnPartitionsLost(func(ctx context.Context, _ *kgo.Client, m map[string][]int32) { c.take(ctx, lost, m) }),
	}
	if opt.Regex {
		opts = append(opts, kgo.ConsumeRegex())
	}
	cl, err := opt.NewClient(opts...)
	if err != nil {
		return nil, err
	}
	c.cl, c.adm = cl, kadm.NewClient(cl)
	go c.fetch()
	return c, nil
}

var errWithdrawn = errors.New("consume: the assignment ended before the task saw it")

// Poll implements Consumer.
func (c *Records) Poll(ctx context.Context, wait time.Duration) ([]*batch.Batch, error) {
	var timer <-chan time.Time
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
			c.reopenLocked()
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
			t := time.NewTimer(wait)
			defer t.Stop()
			timer = t.C
		}
		select {
		case <-c.signal:
		case <-timer:
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

func (c *Records) setPaused(partitions []connectors.TopicPartition, v bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tp := range partitions {
		if l := c.lanes[tp]; l != nil {
			l.paused = v
		}
	}
	c.notify()
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

// CommitAsync implements Consumer.
func (c *Records) CommitAsync(offsets map[connectors.TopicPartition]int64, done func(error)) {
	c.cl.CommitOffsets(context.Background(), commitMap(offsets),
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
			err = commitError(resp, err)
			c.mu.Lock()
			c.calls = append(c.calls, func() { done(err) })
			c.mu.Unlock()
			c.notify()
		})
}

// Commit implements Consumer.
func (c *Records) Commit(ctx context.Context, offsets map[connectors.TopicPartition]int64) error {
	var out error
	c.cl.CommitOffsetsSync(ctx, commitMap(offsets),
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
			out = commitError(resp, err)
		})
	return out
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
	c.cl.CloseAllowingRebalance()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lanes {
		c.bytes -= l.drop()
	}
	clear(c.lanes)
	c.order = nil
}

// take tells the task that partitions go.
func (c *Records) take(ctx context.Context, kind change, m map[string][]int32) {
	e := &event{kind: kind}
	c.mu.Lock()
	for t, ps := range m {
		for _, p := range ps {
			if tp := (connectors.TopicPartition{Topic: t, Partition: p}); c.lanes[tp] != nil {
				e.partitions = append(e.partitions, tp)
			}
		}
	}
	c.mu.Unlock()
	if len(e.partitions) > 0 {
		c.post(ctx, e)
	}
}

// remove drops the lanes of partitions that are gone.
func (c *Records) remove(partitions []connectors.TopicPartition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tp := range partitions {
		l := c.lanes[tp]
		if l == nil {
			continue
		}
		c.bytes -= l.drop()
		delete(c.lanes, tp)
		for i := range c.order {
			if c.order[i] == l {
				c.order = append(c.order[:i], c.order[i+1:]...)
				break
			}
		}
	}
}

// adjust is asked for the offsets at which reading of new partitions starts: where those that the
// group committed are missing it looks up what auto.offset.reset means, then lets the task open the
// partitions and seek in them.
func (c *Records) adjust(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	positions := map[connectors.TopicPartition]int64{}
	if err := c.resolve(ctx, offsets, positions); err != nil {
		return nil, err
	}
	fresh := map[connectors.TopicPartition]int64{}
	c.mu.Lock()
	for tp, o := range positions {
		if l := c.lanes[tp]; l == nil {
			fresh[tp] = o
		} else {
			// Opened before, but a rebalance ended that session before reading began.
			positions[tp] = l.start
		}
	}
	c.mu.Unlock()
	if len(fresh) > 0 {
		e := &event{kind: assigned, positions: fresh}
		if !c.post(ctx, e) {
			return nil, errors.Join(errWithdrawn, ctx.Err())
		}
	}
	c.mu.Lock()
	for tp, o := range fresh { // as the task's seeks left them
		positions[tp] = o
		if l := c.lanes[tp]; l != nil {
			l.start = o
		}
	}
	c.mu.Unlock()
	for tp, o := range positions {
		offsets[tp.Topic][tp.Partition] = kgo.NewOffset().At(o)
	}
	return offsets, nil
}

// resolve fills in the position of every partition; offsets that stand for the start or the end of a
// partition are looked up. Source: Consumer.position.
func (c *Records) resolve(ctx context.Context, offsets map[string]map[int32]kgo.Offset, positions map[connectors.TopicPartition]int64) error {
	ask := map[int64][]string{}
	for t, ps := range offsets {
		for p, o := range ps {
			at := o.EpochOffset().Offset
			if at >= 0 {
				positions[connectors.TopicPartition{Topic: t, Partition: p}] = at
			} else if len(ask[at]) == 0 || ask[at][len(ask[at])-1] != t {
				ask[at] = append(ask[at], t)
			}
		}
	}
	for at, topics := range ask {
		list := c.adm.ListStartOffsets
		if at == -1 {
			list = c.adm.ListEndOffsets
		}
		found, err := list(ctx, topics...)
		if err != nil {
			return fmt.Errorf("consume: positions of new partitions: %w", err)
		}
		for t, ps := range offsets {
			for p, o := range ps {
				if o.EpochOffset().Offset != at {
					continue
				}
				l, ok := found.Lookup(t, p)
				if !ok || l.Err != nil {
					return fmt.Errorf("consume: position of %s-%d: %w", t, p, errors.Join(l.Err))
				}
				positions[connectors.TopicPartition{Topic: t, Partition: p}] = l.Offset
			}
		}
	}
	return nil
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

func commitMap(offsets map[connectors.TopicPartition]int64) map[string]map[int32]kgo.EpochOffset {
	m := map[string]map[int32]kgo.EpochOffset{}
	for tp, o := range offsets {
		if m[tp.Topic] == nil {
			m[tp.Topic] = map[int32]kgo.EpochOffset{}
		}
		m[tp.Topic][tp.Partition] = kgo.EpochOffset{Epoch: -1, Offset: o}
	}
	return m
}

func commitError(resp *kmsg.OffsetCommitResponse, err error) error {
	if err != nil || resp == nil {
		return err
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("commit of %s-%d: %w", t.Topic, p.Partition, err)
			}
		}
	}
	return nil
}
