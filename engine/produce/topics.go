package produce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sort"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/kafka"
)

// TopicGroup is the settings of one topic creation group. Source: TopicCreationGroup.
type TopicGroup struct {
	Name              string
	Include, Exclude  []Pattern
	Partitions        int32
	ReplicationFactor int16
	Configs           map[string]string
}

// Pattern matches whole topic names.
type Pattern interface {
	Matches(topic string) (bool, error)
}

// Topics creates topics that a source's rows go to, before the first row does.
// Used by the task's goroutine. Source: TopicCreation, AbstractWorkerSourceTask.maybeCreateTopic.
type Topics struct {
	Groups []TopicGroup // in order; the last one is the default group
	Client *kgo.Client
	Logger *slog.Logger

	known map[string]struct{}
}

// Ensure returns once the topic exists.
//
// Errors: with Java's texts; retriable when no broker said whether the topic exists.
func (t *Topics) Ensure(ctx context.Context, topic string) error {
	if t == nil {
		return nil
	}
	if _, ok := t.known[topic]; ok {
		return nil
	}
	there, err := t.describe(ctx, topic)
	if err != nil {
		return err
	}
	if !there {
		if err := t.create(ctx, topic); err != nil {
			return err
		}
	}
	t.add(topic)
	return nil
}

// describe reports whether the topic exists. Source: TopicAdmin.describeTopics.
func (t *Topics) describe(ctx context.Context, topic string) (bool, error) {
	found, err := kadm.NewClient(t.Client).ListTopics(ctx, topic)
	if err == nil {
		err = found[topic].Err
	}
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return false, nil
	case errors.Is(err, kerr.ClusterAuthorizationFailed), errors.Is(err, kerr.TopicAuthorizationFailed):
		return false, connectError(kafka.Denied(t.Client, err, "Describe", topic), "Not authorized to describe topic(s) '%s' on the brokers %s", topic, t.brokers())
	case errors.Is(err, kerr.UnsupportedVersion):
		return false, connectError(err, "Unable to describe topic(s) '%s' since the brokers at %s do not support the DescribeTopics API.", topic, t.brokers())
	case unanswered(err):
		return false, connectors.Retriable(connectError(err, "Timed out while describing topics '%s'", topic))
	}
	return false, connectError(err, "Error while attempting to describe topics '%s'", topic)
}

// create makes the topic as the first group that takes it says.
// Source: TopicAdmin.createOrFindTopics.
func (t *Topics) create(ctx context.Context, topic string) error {
	g, err := t.find(topic)
	if err != nil {
		return err
	}
	configs := map[string]*string{}
	for k, v := range g.Configs {
		configs[k] = kadm.StringPtr(v)
	}
	crash.At(crash.TopicCreate)
	res, err := kadm.NewClient(t.Client).CreateTopic(ctx, g.Partitions, g.ReplicationFactor, configs, topic)
	crash.At(crash.TopicCreated)
	if err == nil {
		err = res.Err
	}
	switch {
	case err == nil:
		t.Logger.Info("created topic", "topic", topic, "group", g.Name, "partitions", g.Partitions, "replication_factor", g.ReplicationFactor)
		return nil
	case errors.Is(err, kerr.TopicAlreadyExists):
		return nil
	case errors.Is(err, kerr.ClusterAuthorizationFailed), errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.UnsupportedVersion):
		return connectError(kafka.Denied(t.Client, err, "Create", topic), "Task failed to create new topic %s. Ensure that the task is authorized to create topics or that the topic exists and restart the task", g.text(topic))
	case errors.Is(err, kerr.InvalidConfig):
		text := res.ErrMessage
		if text == "" {
			text = err.Error()
		}
		return connectError(err, "Unable to create topic(s) '%s': %s", topic, text)
	case unanswered(err):
		return connectError(err, "Timed out while checking for or creating topic(s) '%s'. This could indicate a connectivity issue, unavailable topic partitions, or if this is your first use of the topic it may have taken too long to create.", topic)
	}
	return connectError(err, "Error while attempting to create/find topic(s) '%s'", topic)
}

// brokers is bootstrap.servers.
func (t *Topics) brokers() string {
	seeds, _ := t.Client.OptValue(kgo.SeedBrokers).([]string)
	return strings.Join(seeds, ",")
}

// unanswered reports whether no broker gave a final answer; the client asked again as long as it may.
func unanswered(err error) bool {
	var answer *kerr.Error
	return !errors.As(err, &answer) || answer.Retriable
}

func connectError(cause error, format string, args ...any) error {
	return &connectors.Error{Class: connectors.ConnectException, Text: fmt.Sprintf(format, args...), Err: cause}
}

func (t *Topics) add(topic string) {
	if t.known == nil {
		t.known = map[string]struct{}{}
	}
	t.known[topic] = struct{}{}
}

// find returns the first group that takes the topic, the last where none else does.
//
// Errors: a pattern's. Source: TopicCreation.findFirstGroup.
func (t *Topics) find(topic string) (*TopicGroup, error) {
	last := len(t.Groups) - 1
	for i := range t.Groups[:last] {
		g := &t.Groups[i]
		not, err := matches(g.Exclude, topic)
		if err != nil {
			return nil, err
		}
		if not {
			continue
		}
		switch ok, err := matches(g.Include, topic); {
		case err != nil:
			return nil, err
		case ok:
			return g, nil
		}
	}
	return &t.Groups[last], nil
}

func matches(list []Pattern, topic string) (bool, error) {
	for _, p := range list {
		if ok, err := p.Matches(topic); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// text is NewTopic.toString.
func (g *TopicGroup) text(topic string) string {
	num := func(n int64) string {
		if n == -1 {
			return "default"
		}
		return fmt.Sprint(n)
	}
	keys := make([]string, 0, len(g.Configs))
	for k := range g.Configs {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	entries := make([]string, 0, len(keys))
	for _, i := range java.HashMapOrder(keys) {
		entries = append(entries, keys[i]+"="+g.Configs[keys[i]])
	}
	return fmt.Sprintf("(name=%s, numPartitions=%s, replicationFactor=%s, replicasAssignments=null, configs={%s})",
		topic, num(int64(g.Partitions)), num(int64(g.ReplicationFactor)), strings.Join(entries, ", "))
}
