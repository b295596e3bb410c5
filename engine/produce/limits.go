package produce

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/config"
)

// limits is how large the wire batches of topics may be.
//
// The client library asks for a topic's limit once, in its own goroutine, when it first meets one of
// its partitions; so ask must come before the first row of the topic.
type limits struct {
	most int32 // max.request.size

	mu    sync.Mutex
	known map[string]int32
	seen  []string // names of the last call that asked for nothing, by identity
}

// askTimeout bounds the question; without an answer rows go out as if there was no limit.
const askTimeout = 5 * time.Second

// limitDefault is max.message.bytes of a topic for which nobody set it. Source: LogConfig.
const limitDefault = 1<<20 + 12

// of returns the limit of a topic in bytes.
func (l *limits) of(topic string) int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n, ok := l.known[topic]; ok {
		return n
	}
	return l.most
}

// learned is of for a topic that was asked for, 0 for others.
func (l *limits) learned(topic string) int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[topic]
}

// ask learns the limits of topics that were not asked for before. One that does not exist is waited for where requests may
// be larger than it is going to take, and brokers that create topics are asked to. Topics that nobody creates, or that the client may not describe, have none but
// max.request.size.
func (l *limits) ask(ctx context.Context, cl *kgo.Client, topics []string) {
	missing := l.missing(topics)
	if len(missing) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	defer l.learn(missing, nil)
	for absent := missing; ; {
		found, _ := kadm.NewClient(cl).DescribeTopicConfigs(ctx, absent...) // what was found counts, errors do not
		absent = l.learn(nil, found)
		if len(absent) == 0 || l.most <= limitDefault {
			return
		}
		if _, err := creating(absent...).RequestWith(ctx, cl); err != nil {
			return
		}
		select {
		case <-time.After(askEvery):
		case <-ctx.Done():
			return
		}
	}
}

// creating asks for the metadata of topics, and has brokers create those that are not there where they do that.
func creating(topics ...string) *kmsg.MetadataRequest {
	req := kmsg.NewPtrMetadataRequest()
	req.AllowAutoTopicCreation = true
	for i := range topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = &topics[i]
		req.Topics = append(req.Topics, t)
	}
	return req
}

// learn keeps what was found, and max.request.size for topics of which nothing was; it returns topics that do not exist.
func (l *limits) learn(asked []string, found kadm.ResourceConfigs) (absent []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[string]int32{}
	}
	for _, r := range found {
		if errors.Is(r.Err, kerr.UnknownTopicOrPartition) {
			absent = append(absent, r.Name)
			continue
		}
		if r.Err != nil {
			continue
		}
		for _, c := range r.Configs {
			if c.Key == "max.message.bytes" && c.Value != nil {
				if n, err := strconv.ParseInt(*c.Value, 10, 32); err == nil {
					l.known[r.Name] = int32(clamp(n, batchBytesMin, int64(l.most)))
				}
			}
		}
	}
	for _, t := range asked {
		if _, ok := l.known[t]; !ok {
			l.known[t] = l.most
		}
	}
	return absent
}

func (l *limits) missing(topics []string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Batches of one source mostly share the list of their topics.
	if len(topics) > 0 && len(topics) == len(l.seen) && &topics[0] == &l.seen[0] {
		return nil
	}
	var out []string
	for _, t := range topics {
		if _, ok := l.known[t]; !ok {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		l.seen = topics
	}
	return out
}

// requestSize is max.request.size within what the client library takes.
func requestSize(props map[string]string) (int32, error) {
	v, err := definition().Parse(props)
	if err != nil {
		return 0, err
	}
	return batchBytes(v), nil
}

func batchBytes(v *config.Values) int32 {
	return int32(clamp(int64(v.Int32("max.request.size")), batchBytesMin, batchBytesMax))
}
