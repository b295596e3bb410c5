package produce

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"
)

// ForTopic returns a client as Java producer properties have it, for records of one topic that somebody else makes.
// Wire batches stay below what the topic takes, as those of New do; newClient adds what every client has.
//
// Errors: those of Options and of newClient.
func ForTopic(ctx context.Context, props map[string]string, topic string, newClient func(opts ...kgo.Opt) (*kgo.Client, error)) (*kgo.Client, error) {
	own, err := Options(props)
	if err != nil {
		return nil, err
	}
	size, err := requestSize(props)
	if err != nil {
		return nil, err
	}
	l := &limits{most: size}
	cl, err := newClient(append(own, kgo.ProducerBatchMaxBytesFn(l.of), kgo.UnknownTopicRetries(-1))...)
	if err != nil {
		return nil, err
	}
	l.ask(ctx, cl, []string{topic})
	return cl, nil
}
