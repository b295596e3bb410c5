package mirror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/kafka"
)

// admin changes one cluster.
type admin struct {
	client  *kgo.Client
	alias   string
	timeout time.Duration
	log     *slog.Logger
}

// newAdmin makes a client of the cluster for a role. Errors: its keys are wrong. The caller closes it.
func newAdmin(s *settings, c cluster, role string, log *slog.Logger) (*admin, error) {
	client, err := kafka.Clients{Logger: log}.New(s.client(c, adminClient, role))
	if err != nil {
		return nil, fmt.Errorf("client %q: %w", role, err)
	}
	alias := s.source
	if c == targetCluster {
		alias = s.target
	}
	return &admin{client: client, alias: alias, timeout: s.adminTimeout, log: log}, nil
}

func (a *admin) close() {
	if a != nil {
		a.client.Close()
	}
}

// topics returns the partitions of all topics that are not Kafka's own, by number. The client's own view of them would be too
// old: what was just created must be seen.
func (a *admin) topics(ctx context.Context) (map[string][]int32, error) {
	resp, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, a.client)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: list topics: %w", a.alias, err)
	}
	out := make(map[string][]int32, len(resp.Topics))
	for _, t := range resp.Topics {
		if t.IsInternal {
			continue
		}
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return nil, fmt.Errorf("cluster %q: topic %q: %w", a.alias, *t.Topic, err)
		}
		numbers := make([]int32, len(t.Partitions))
		for i := range t.Partitions {
			numbers[i] = t.Partitions[i].Partition
		}
		slices.Sort(numbers)
		out[*t.Topic] = numbers
	}
	return out, nil
}

// newTopic is a topic to be made.
type newTopic struct {
	name       string
	partitions int32
	factor     int16
	configs    []topicConfig
}

// create makes topics in one request. What is wrong with a topic is in the answer, by name; nil for one that was made.
func (a *admin) create(ctx context.Context, topics []newTopic) (map[string]error, error) {
	req := kmsg.NewPtrCreateTopicsRequest()
	req.TimeoutMillis = int32(a.timeout.Milliseconds())
	for _, t := range topics {
		rt := kmsg.NewCreateTopicsRequestTopic()
		rt.Topic, rt.NumPartitions, rt.ReplicationFactor = t.name, t.partitions, t.factor
		for _, c := range t.configs {
			rc := kmsg.NewCreateTopicsRequestTopicConfig()
			rc.Name, rc.Value = c.name, c.value
			rt.Configs = append(rt.Configs, rc)
		}
		req.Topics = append(req.Topics, rt)
	}
	resp, err := req.RequestWith(ctx, a.client)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: create topics: %w", a.alias, err)
	}
	out := map[string]error{}
	for _, t := range resp.Topics {
		out[t.Topic] = answer(t.ErrorCode, t.ErrorMessage)
	}
	return out, nil
}

// grow gives topics more partitions, so many in all. Answers are by topic.
func (a *admin) grow(ctx context.Context, counts map[string]int32) (map[string]error, error) {
	req := kmsg.NewPtrCreatePartitionsRequest()
	req.TimeoutMillis = int32(a.timeout.Milliseconds())
	for name, n := range counts {
		rt := kmsg.NewCreatePartitionsRequestTopic()
		rt.Topic, rt.Count = name, n
		req.Topics = append(req.Topics, rt)
	}
	resp, err := req.RequestWith(ctx, a.client)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: create partitions: %w", a.alias, err)
	}
	out := map[string]error{}
	for _, t := range resp.Topics {
		out[t.Topic] = answer(t.ErrorCode, t.ErrorMessage)
	}
	return out, nil
}

// answer is a broker's answer as an error, with its words.
func answer(code int16, message *string) error {
	err := kerr.ErrorForCode(code)
	if err != nil && message != nil && *message != "" {
		return fmt.Errorf("%w: %s", err, *message)
	}
	return err
}

// createCompacted makes a topic of one partition that keeps the last record of each key, unless there is one. Where the right
// to is missing the topic is hoped to exist, as in Java. Source: MirrorUtils.createCompactedTopic.
func (a *admin) createCompacted(ctx context.Context, name string, factor int16) error {
	compact := "compact"
	answers, err := a.create(ctx, []newTopic{{name, 1, factor, []topicConfig{{name: "cleanup.policy", value: &compact}}}})
	if err == nil {
		err = answers[name]
	}
	switch {
	case err == nil:
		a.log.Info("topic created", "topic", name, "cluster", a.alias)
	case errors.Is(err, kerr.TopicAlreadyExists):
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		a.log.Debug("topic may not be created, it should exist", "topic", name, "cluster", a.alias, "err", err)
	case errors.Is(err, kerr.InvalidConfig):
		return &connectors.Error{Class: connectors.ConnectException, Text: "Unable to create topic '" + name + "': " + err.Error(), Err: err}
	default:
		return &connectors.Error{Class: connectors.ConnectException, Text: "Error while attempting to create/find topic '" + name + "'", Err: err}
	}
	return nil
}
