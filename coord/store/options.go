package store

import (
	"log/slog"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/exactlyonce"
)

// Options are what the stores of the internal topics are made of.
type Options struct {
	// Properties are the worker's, variables replaced. All of them without a prefix reach the clients, as in Java.
	Properties map[string]string
	NewClient  NewClient
	Logger     *slog.Logger
}

// internalTopic is one of the three.
type internalTopic struct {
	prefix  string // of its keys
	client  string // end of its clients' names
	purpose string // in error texts
	reader  string // in warnings
}

var (
	configTopic = internalTopic{"config.storage.", "configs", "connector configurations", "worker's config topic"}
	offsetTopic = internalTopic{"offset.storage.", "offsets", "source connector offsets", "worker offsets topic"}
	statusTopic = internalTopic{"status.storage.", "statuses", "connector and task statuses", ""}
)

// open makes the log of an internal topic.
//
// Errors: *config.ConfigException for properties.
func (t internalTopic) open(o Options, apply func([]Record), opts ...kgo.Opt) (*Log, error) {
	v, err := Def().Parse(o.Properties)
	if err != nil {
		return nil, err
	}
	var reader map[string]string
	if exactlyonce.Of(o.Properties).Enabled() && t != statusTopic {
		reader = readCommittedOnly(o.Properties, t.reader, o.Logger)
	}
	return NewLog(LogOptions{
		Topic: t.describe(v, o.Logger), TopicKey: t.prefix + topicSuffix, Purpose: t.purpose, OneOnly: t == configTopic,
		ClientID: ClientIDBase(o.Properties) + t.client, NewClient: o.NewClient, Properties: o.Properties, ReaderProperties: reader,
		WriterOptions: opts, Apply: apply, Logger: o.Logger,
	})
}

// describe returns the topic as it is created. Source: DistributedConfig.topicSettings.
func (t internalTopic) describe(v *config.Values, log interface{ Warn(string, ...any) }) NewTopic {
	out := NewTopic{
		Name: v.String(t.prefix + topicSuffix), Partitions: 1,
		ReplicationFactor: v.Int16(t.prefix + replicationSuffix), Settings: config.WithPrefix(v.Originals(), t.prefix),
	}
	if n, set := out.Settings[partitionsSuffix]; t == configTopic && set {
		log.Warn("Ignoring '" + t.prefix + partitionsSuffix + "=" + n + "' setting, since config topic partitions is always 1")
	}
	if t != configTopic {
		out.Partitions = v.Int32(t.prefix + partitionsSuffix)
	}
	if policy, set := out.Settings[cleanupPolicy]; set {
		log.Warn("Ignoring '" + t.prefix + "cleanup.policy=" + policy + "' setting, since compaction is always used")
	}
	for _, k := range []string{topicSuffix, partitionsSuffix, replicationSuffix, cleanupPolicy} {
		delete(out.Settings, k)
	}
	return out
}

// ClientIDBase is what the names of a worker's clients begin with. Source: ConnectUtils.clientIdBase.
func ClientIDBase(props map[string]string) string {
	base := strings.TrimSpace(props["group.id"])
	if base == "" {
		base = "connect"
	}
	if id := strings.TrimSpace(props["client.id"]); id != "" {
		base += "-" + id
	}
	return base + "-"
}
