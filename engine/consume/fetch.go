package consume

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/kafka"
)

// fetchRowsMax bounds one poll of the client, so that pausing takes effect soon.
const fetchRowsMax = 16384

// fetch moves what the client fetched into the lanes until the consumer closes. Rebalances wait while
// it holds polled records, so a lane never gets records of an earlier time.
func (c *Records) fetch() {
	defer close(c.done)
	for {
		c.applySeeks()
		if c.wire == nil {
			c.limits.follow(c.cl, c.opt.Memory)
		}
		ctx, ok := c.awaitRoom()
		if !ok {
			return
		}
		f := c.cl.PollRecords(ctx, c.wire.beforePoll())
		c.mu.Lock()
		c.cancelPoll()
		c.cancelPoll = nil
		c.mu.Unlock()
		if f.IsClientClosed() {
			c.fail(errors.New("consume: the client was closed"))
			return
		}
		var again []string // topics that were deleted and made anew
		f.EachError(func(topic string, partition int32, err error) {
			if errors.Is(err, kerr.UnknownTopicID) || errors.Is(err, kerr.InconsistentTopicID) {
				again = append(again, topic)
				return
			}
			c.fetchError(topic, partition, err)
		})
		some := false
		f.EachPartition(func(p kgo.FetchTopicPartition) {
			some = some || len(p.Records) > 0
			c.push(&p)
		})
		c.cl.AllowRebalance()
		if some {
			c.notify()
		}
		slices.Sort(again)
		for _, topic := range slices.Compact(again) {
			c.startOver(topic)
		}
	}
}

// awaitRoom waits until the lanes may take more and returns the context of the next poll of the client.
//
// The client is left alone meanwhile: what it fetched waits in it, and it fetches no more. Pausing
// single partitions would make it throw away what it holds of them.
func (c *Records) awaitRoom() (context.Context, bool) {
	for {
		c.mu.Lock()
		if c.closing {
			c.mu.Unlock()
			return nil, false
		}
		if len(c.seeks) == 0 && c.fullLocked() {
			c.evictLocked()
		}
		if len(c.seeks) > 0 || !c.fullLocked() {
			ctx, cancel := context.WithCancel(context.Background())
			if len(c.seeks) > 0 {
				cancel() // the poll returns at once, then the seeks are applied
			}
			c.cancelPoll = cancel
			c.mu.Unlock()
			return ctx, true
		}
		c.mu.Unlock()
		select {
		case <-c.kick:
		case <-c.closed:
		}
	}
}

// fullLocked reports whether there is no more memory, or a lane full that the task takes from.
func (c *Records) fullLocked() bool {
	// With empty lanes the task would wait for ever for others, and for what it holds itself: Poll returned it.
	if c.bytes > 0 && c.opt.Memory.Room() <= 0 {
		return true
	}
	for _, l := range c.order {
		if !l.paused && len(l.queue) >= c.opt.LaneDepth {
			return true
		}
	}
	return false
}

// evictLocked makes room where paused lanes hold the budget and the task has nothing else to take: it
// would wait for ever. What they hold is read again once they are resumed.
func (c *Records) evictLocked() {
	starving := false
	for _, l := range c.order {
		if !l.paused {
			if len(l.queue) > 0 {
				return
			}
			starving = true
		}
	}
	if !starving {
		return
	}
	back := map[connectors.TopicPartition]int64{}
	for _, l := range c.order {
		if l.paused && len(l.queue) > 0 {
			back[l.tp] = l.queue[0].b.Offsets[0]
			c.bytes -= l.drop()
			l.seeking++
		}
	}
	if len(back) > 0 {
		c.seeks = append(c.seeks, back)
	}
}

// push appends records of one partition to its lane.
func (c *Records) push(p *kgo.FetchTopicPartition) {
	tp := connectors.TopicPartition{Topic: p.Topic, Partition: p.Partition}
	if !c.takes(tp, p.HighWatermark) {
		return
	}
	names := c.names[p.Topic]
	if names == nil {
		names = []string{p.Topic}
		c.names[p.Topic] = names
	}
	if c.wire == nil {
		c.pushRecords(tp, names, p.Records)
	} else {
		c.pushStandIns(tp, names, p.Records)
	}
}

// pushRecords appends records to a lane; false means that it takes no more.
func (c *Records) pushRecords(tp connectors.TopicPartition, names []string, recs []*kgo.Record) bool {
	for len(recs) > 0 {
		n, payload := cut(recs, c.opt.RowsMax, c.opt.BytesMax)
		if int64(payload) > c.opt.RecordBytesMax {
			if err := tooLarge(recs[:n], c.opt.RecordBytesMax); err != nil {
				c.fail(err)
				return false
			}
		}
		if !c.enqueue(tp, rawBatch(c.opt.Memory.Pool, tp, names, recs[:n]), payload) {
			return false
		}
		recs = recs[n:]
	}
	return true
}

// enqueue appends a batch to its lane; false means that the lane does not take it, and it was released.
func (c *Records) enqueue(tp connectors.TopicPartition, b *batch.Batch, payload int) bool {
	q := queued{b: b, bytes: int64(payload + b.Len()*rowOverhead), payload: int64(payload)}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lanes[tp]
	if l == nil || l.seeking > 0 {
		b.Release()
		return false
	}
	l.queue = append(l.queue, q)
	c.bytes += q.bytes
	return true
}

// takes notes the end of a partition and reports whether its lane takes records.
func (c *Records) takes(tp connectors.TopicPartition, end int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lanes[tp]
	if l == nil || l.seeking > 0 {
		return false
	}
	l.end = end
	return true
}

// startOver gives up the partitions of a topic that is not the one it was: the client would ask for the
// old one for ever. They are lost to the task, without a commit, and assigned again.
func (c *Records) startOver(topic string) {
	c.opt.Logger.Warn("topic was made anew, reading from its beginning", "topic", topic)
	if c.loseTopic(topic) {
		c.cl.PurgeTopicsFromConsuming(topic)
		c.cl.AddConsumeTopics(topic)
	}
}

// applySeeks carries out the seeks that are due.
func (c *Records) applySeeks() {
	c.mu.Lock()
	seeks := c.seeks
	c.seeks = nil
	c.mu.Unlock()
	for _, m := range seeks {
		c.cl.SetOffsets(commitMap(m))
		c.mu.Lock()
		for tp := range m {
			if l := c.lanes[tp]; l != nil && l.seeking > 0 {
				l.seeking--
			}
		}
		c.mu.Unlock()
	}
}

// fetchError logs what the client recovers from and fails the consumer for the rest, as Java's
// consumer throws from poll.
func (c *Records) fetchError(topic string, partition int32, err error) {
	err = kafka.Denied(c.cl, err, "Read", topic)
	var denied *kafka.DeniedError
	var session *kgo.ErrGroupSession
	var loss *kgo.ErrDataLoss
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case errors.As(err, &loss):
		c.opt.Logger.Warn("records lost by the broker, reading goes on", "topic", topic, "partition", partition, "err", err)
	case errors.As(err, &session) && !fatal(err):
		c.opt.Logger.Warn("consumer group session ended, rejoining", "err", err)
	case !fatal(err):
		c.opt.Logger.Warn("fetch error, trying again", "topic", topic, "partition", partition, "err", err)
	case topic == "", errors.As(err, &denied):
		c.fail(err)
	default:
		c.fail(fmt.Errorf("fetch of %s-%d: %w", topic, partition, err))
	}
}

// fatal reports whether the client cannot recover from err.
func fatal(err error) bool {
	var k *kerr.Error
	if errors.As(err, &k) {
		return !k.Retriable && k != kerr.RebalanceInProgress && k != kerr.IllegalGeneration && k != kerr.UnknownMemberID &&
			k != kerr.MemberIDRequired
	}
	var sess *kgo.ErrGroupSession
	var first *kgo.ErrFirstReadEOF
	return !errors.As(err, &sess) && !errors.As(err, &first)
}

func (c *Records) fail(err error) {
	c.mu.Lock()
	if c.err == nil && !c.closing {
		c.err = err
	}
	c.mu.Unlock()
	c.notify()
}
