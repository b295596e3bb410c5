package consume

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
)

// take tells the task that partitions go.
func (c *Records) take(ctx context.Context, kind change, m map[string][]int32) {
	<-c.ready
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
	gone := map[string][]int32{}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tp := range partitions {
		l := c.lanes[tp]
		if l == nil {
			continue
		}
		c.bytes -= l.drop()
		delete(c.lanes, tp)
		if l.paused {
			gone[tp.Topic] = append(gone[tp.Topic], tp.Partition)
		}
		c.order = slices.DeleteFunc(c.order, func(o *lane) bool { return o == l })
	}
	c.kickFetch() // what waited may have been all there was room for
	if len(gone) > 0 {
		c.cl.ResumeFetchPartitions(gone) // whoever gets them again starts without a pause, as in Java
	}
}

// adjust is asked for the offsets at which reading of new partitions starts: where those that the
// group committed are missing it looks up what auto.offset.reset means, then lets the task open the
// partitions and seek in them.
func (c *Records) adjust(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	<-c.ready
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
			l.start, l.position = o, o
		}
	}
	c.mu.Unlock()
	for tp, o := range positions {
		offsets[tp.Topic][tp.Partition] = kgo.NewOffset().At(o)
	}
	return offsets, nil
}

// resolve fills in the position of every partition; where the group committed none, it looks up what
// auto.offset.reset means. Source: Consumer.position, SubscriptionState.resetInitializingPositions.
func (c *Records) resolve(ctx context.Context, offsets map[string]map[int32]kgo.Offset, positions map[connectors.TopicPartition]int64) error {
	var topics []string
	missing := 0
	for t, ps := range offsets {
		before := missing
		for p, o := range ps {
			// Where nothing is committed, offsets holds the reset offset, whose number means something else.
			if at := o.EpochOffset().Offset; at >= 0 && o != c.unset {
				positions[connectors.TopicPartition{Topic: t, Partition: p}] = at
			} else {
				missing++
			}
		}
		if missing > before {
			topics = append(topics, t)
		}
	}
	if missing == 0 {
		return nil
	}
	if c.reset.kind == none {
		err := noOffset(offsets, positions)
		c.fail(err)
		return err
	}
	found, err := c.listOffsets(ctx, topics)
	if err != nil {
		return fmt.Errorf("consume: positions of new partitions: %w", err)
	}
	for t, ps := range offsets {
		for p := range ps {
			tp := connectors.TopicPartition{Topic: t, Partition: p}
			if _, known := positions[tp]; known {
				continue
			}
			l, ok := found.Lookup(t, p)
			if !ok {
				return fmt.Errorf("consume: position of %s-%d: the brokers gave none", t, p)
			}
			if l.Err != nil {
				return fmt.Errorf("consume: position of %s-%d: %w", t, p, l.Err)
			}
			positions[tp] = l.Offset
		}
	}
	return nil
}

// listOffsets asks for the offsets that auto.offset.reset means now.
func (c *Records) listOffsets(ctx context.Context, topics []string) (kadm.ListedOffsets, error) {
	switch c.reset.kind {
	case latest:
		return c.adm.ListEndOffsets(ctx, topics...)
	case byDuration:
		return c.adm.ListOffsetsAfterMilli(ctx, time.Now().Add(-c.reset.back).UnixMilli(), topics...)
	}
	return c.adm.ListStartOffsets(ctx, topics...)
}

// noOffset is Java's NoOffsetForPartitionException.
func noOffset(offsets map[string]map[int32]kgo.Offset, positions map[connectors.TopicPartition]int64) error {
	var list []string
	for t, ps := range offsets {
		for p := range ps {
			if _, known := positions[connectors.TopicPartition{Topic: t, Partition: p}]; !known {
				list = append(list, fmt.Sprintf("%s-%d", t, p))
			}
		}
	}
	slices.Sort(list)
	return &connectors.Error{Class: "org.apache.kafka.clients.consumer.NoOffsetForPartitionException",
		Text: "Undefined offset with no reset policy for partitions: [" + strings.Join(list, ", ") + "]"}
}
