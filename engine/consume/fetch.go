package consume

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
)

// fetchRowsMax bounds one poll of the client, so that pausing takes effect soon.
const fetchRowsMax = 16384

// fetch moves what the client fetched into the lanes until the consumer closes. Rebalances wait while
// it holds polled records, so a lane never gets records of an earlier time.
func (c *Records) fetch() {
	defer close(c.done)
	for {
		c.applySeeks()
		ctx, ok := c.awaitRoom()
		if !ok {
			return
		}
		f := c.cl.PollRecords(ctx, fetchRowsMax)
		c.mu.Lock()
		c.cancelPoll()
		c.cancelPoll = nil
		c.mu.Unlock()
		if f.IsClientClosed() {
			c.fail(errors.New("consume: the client was closed"))
			return
		}
		f.EachError(c.fetchError)
		any := false
		f.EachPartition(func(p kgo.FetchTopicPartition) {
			if len(p.Records) > 0 {
				any = true
				c.push(p.Topic, p.Partition, p.Records)
			}
		})
		c.cl.AllowRebalance()
		if any {
			c.notify()
		}
	}
}

// awaitRoom waits until the lanes may take more and returns the context of the next poll of the client.
func (c *Records) awaitRoom() (context.Context, bool) {
	for {
		c.mu.Lock()
		if c.closing {
			c.mu.Unlock()
			return nil, false
		}
		c.reopenLocked()
		if len(c.seeks) > 0 || c.bytes < c.opt.BudgetBytes {
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

// reopenLocked lets full lanes that were drained fetch again.
func (c *Records) reopenLocked() {
	var resume map[string][]int32
	for _, l := range c.order {
		if l.full && len(l.queue) <= c.opt.LaneDepth/2 {
			l.full = false
			if resume == nil {
				resume = map[string][]int32{}
			}
			resume[l.tp.Topic] = append(resume[l.tp.Topic], l.tp.Partition)
		}
	}
	if resume != nil {
		c.cl.ResumeFetchPartitions(resume)
	}
}

// push appends records of one partition to its lane.
func (c *Records) push(topic string, partition int32, recs []*kgo.Record) {
	tp := connectors.TopicPartition{Topic: topic, Partition: partition}
	names := c.names[topic]
	if names == nil {
		names = []string{topic}
		c.names[topic] = names
	}
	for len(recs) > 0 {
		n, bytes := cut(recs, c.opt.RowsMax, c.opt.BytesMax)
		b := rawBatch(c.opt.Pool, tp, names, recs[:n])
		recs = recs[n:]
		c.mu.Lock()
		l := c.lanes[tp]
		if l == nil || l.seeking > 0 {
			c.mu.Unlock()
			b.Release()
			return
		}
		l.queue = append(l.queue, queued{b, int64(bytes)})
		c.bytes += int64(bytes)
		if len(l.queue) >= c.opt.LaneDepth && !l.full {
			l.full = true
			c.cl.PauseFetchPartitions(map[string][]int32{topic: {partition}})
		}
		c.mu.Unlock()
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
	case topic == "":
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
			k != kerr.MemberIDRequired && k != kerr.OffsetOutOfRange
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
