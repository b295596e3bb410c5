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
	"github.com/millrace/millrace/internal/java"
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
type Pattern interface{ MatchString(s string) bool }

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
// Errors: retriable ones, when the brokers could not be asked; else Java's "Task failed to create new
// topic", which must fail the task.
func (t *Topics) Ensure(ctx context.Context, topic string) error {
	if t == nil {
		return nil
	}
	if _, ok := t.known[topic]; ok {
		return nil
	}
	adm := kadm.NewClient(t.Client)
	found, err := adm.ListTopics(ctx, topic)
	if err != nil {
		return connectors.Retriable(fmt.Errorf("describe topic %q: %w", topic, err))
	}
	if d, ok := found[topic]; ok && d.Err == nil {
		t.add(topic)
		return nil
	}
	g := t.find(topic)
	configs := map[string]*string{}
	for k, v := range g.Configs {
		configs[k] = kadm.StringPtr(v)
	}
	res, err := adm.CreateTopic(ctx, g.Partitions, g.ReplicationFactor, configs, topic)
	if err == nil {
		err = res.Err
	}
	switch {
	case err == nil:
		t.Logger.Info("created topic", "topic", topic, "group", g.Name, "partitions", g.Partitions, "replication_factor", g.ReplicationFactor)
	case errors.Is(err, kerr.TopicAlreadyExists):
	case kerr.IsRetriable(err):
		return connectors.Retriable(fmt.Errorf("create topic %q: %w", topic, err))
	default:
		return &connectors.Error{Class: connectors.ConnectException, Err: err,
			Text: "Task failed to create new topic " + g.text(topic) + ". Ensure that the task is authorized to create topics or that the topic exists and restart the task"}
	}
	t.add(topic)
	return nil
}

func (t *Topics) add(topic string) {
	if t.known == nil {
		t.known = map[string]struct{}{}
	}
	t.known[topic] = struct{}{}
}

// find returns the first group that takes the topic. Source: TopicCreation.findFirstGroup.
func (t *Topics) find(topic string) *TopicGroup {
	for i := range t.Groups {
		if g := &t.Groups[i]; !matches(g.Exclude, topic) && matches(g.Include, topic) {
			return g
		}
	}
	return &t.Groups[len(t.Groups)-1]
}

func matches(list []Pattern, topic string) bool {
	for _, p := range list {
		if p.MatchString(topic) {
			return true
		}
	}
	return false
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
	sort.Slice(keys, func(i, k int) bool { return java.HashString(keys[i]) < java.HashString(keys[k]) })
	for i, k := range keys {
		keys[i] = k + "=" + g.Configs[k]
	}
	return fmt.Sprintf("(name=%s, numPartitions=%s, replicationFactor=%s, replicasAssignments=null, configs={%s})",
		topic, num(int64(g.Partitions)), num(int64(g.ReplicationFactor)), strings.Join(keys, ", "))
}
