package consume

import (
	"context"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
)

// Pattern matches whole topic names.
type Pattern interface {
	Matches(topic string) (bool, error)
}

// subscribeRetry is how soon topics are listed again after that failed.
const subscribeRetry = time.Second

// subscribe keeps the subscription at the topics that match the pattern, as often as the client asks for
// metadata, until the consumer closes. The client could do that itself, but with Go's regular expressions,
// which know less than Java's and read some alike texts in another way.
// Source: ConsumerCoordinator.updatePatternSubscription.
func (c *Records) subscribe(ctx context.Context) {
	defer close(c.subscribed)
	every, _ := c.cl.OptValue(kgo.MetadataMaxAge).(time.Duration)
	var have []string
	for {
		wait := every
		switch now, err := c.matching(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			c.opt.Logger.Warn("topics could not be listed, trying again", "next_in", subscribeRetry, "err", err)
			wait = subscribeRetry
		default:
			c.resubscribe(have, now)
			have = now
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// matching lists the topics that match, sorted; internal ones never do. A pattern that cannot be decided
// fails the consumer.
func (c *Records) matching(ctx context.Context) ([]string, error) {
	topics, err := c.adm.ListTopics(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range topics.Names() {
		ok, err := c.opt.Pattern.Matches(name)
		if err != nil {
			c.fail(err)
			return nil, err
		}
		if ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// resubscribe moves the subscription from one list of topics to another. Topics that are gone are lost to
// the task.
func (c *Records) resubscribe(have, now []string) {
	var added []string
	for _, topic := range now {
		if !slices.Contains(have, topic) {
			added = append(added, topic)
		}
	}
	for _, topic := range have {
		if !slices.Contains(now, topic) && c.loseTopic(topic) {
			c.cl.PurgeTopicsFromConsuming(topic)
		}
	}
	c.cl.AddConsumeTopics(added...)
}

// loseTopic tells the task that the partitions of a topic are lost and waits until it has seen that; false
// means that the consumer closes.
func (c *Records) loseTopic(topic string) bool {
	c.mu.Lock()
	e := &event{kind: lost}
	for _, l := range c.order {
		if l.tp.Topic == topic {
			e.partitions = append(e.partitions, connectors.TopicPartition{Topic: topic, Partition: l.tp.Partition})
		}
	}
	c.mu.Unlock()
	return len(e.partitions) == 0 || c.post(context.Background(), e)
}
