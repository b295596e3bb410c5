package engine

import (
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/engine/settings"
)

// Options are what a Worker is made of.
type Options struct {
	Config      map[string]string // worker properties
	Plugins     plugin.Set
	Transformer *config.Transformer // nil: variables stay as they are
	Pool        *batch.Pool         // of the batches of all tasks; nil: the worker's own
	Offsets     OffsetStore
	ExactlyOnce ExactlyOnce       // may be nil unless exactly.once.source.support is enabled
	Topics      TopicTracker      // nil: nothing is told
	Logger      *slog.Logger      // nil: nothing is logged
	Metrics     *metrics.Registry // nil: nobody looks at them
	// NewClient makes a Kafka client from Java client properties (bootstrap.servers, security.*, sasl.*,
	// ssl.*, client.id, …) and further options.
	NewClient func(props map[string]string, opts ...kgo.Opt) (*kgo.Client, error)
	// MemoryLimit is how many bytes the process may use; 0: what Go's runtime, the container or the
	// machine allows.
	MemoryLimit int64
	// Guarded keeps converters from addresses that outbound.Refuse refuses.
	Guarded bool
	// Distributed says that the worker is part of a cluster: group.id is in force.
	Distributed bool
}

// workerSettings are the worker's keys that the engine reads.
type workerSettings struct {
	keyConverter, valueConverter, headerConverter string
	shutdownTimeout                               time.Duration
	flushInterval, flushTimeout                   time.Duration
	policy                                        string
	allowlist                                     []string
	topicCreation, topicTracking                  bool
	tuning                                        tuning
	memoryFraction                                float64
}

// WorkerDef returns the worker's keys that the engine reads: Java's of WorkerConfig, and our tuning
// keys. It feeds --help and the generated reference.
func WorkerDef() *config.Def {
	d := config.NewDef()
	for _, k := range javaWorkerKeys() {
		d.Define(k)
	}
	for _, k := range tuningKeys() {
		d.Define(k)
	}
	d.Define(config.Key{Name: memoryFraction, Type: config.Double, Default: 0.6, Importance: config.Low, Validator: config.Between(0.01, 1.0),
		Doc: "Share of the process's memory limit that batches of all tasks together may take. Tasks get equal parts of it where millrace.task.memory.bytes of each would be more."})
	return d
}

// memoryFraction is a key of the worker alone.
const memoryFraction = "millrace.worker.memory.fraction"

// parseWorker reads the worker's settings. Source: WorkerConfig.
func parseWorker(props map[string]string, plugins plugin.Set) (workerSettings, error) {
	v, err := WorkerDef().ParseWith(props, config.Options{ClassExists: func(name string) bool {
		_, err := plugins.Converters.Find(name)
		return err == nil
	}})
	if err != nil {
		return workerSettings{}, err
	}
	ms := func(key string) time.Duration { return settings.Millis(v.Int64(key)) }
	return workerSettings{
		keyConverter:    v.Class("key.converter"),
		valueConverter:  v.Class("value.converter"),
		headerConverter: v.Class("header.converter"),
		shutdownTimeout: ms("task.shutdown.graceful.timeout.ms"),
		flushInterval:   max(ms("offset.flush.interval.ms"), time.Millisecond),
		flushTimeout:    ms("offset.flush.timeout.ms"),
		policy:          policyName(props, v.String(policyKey)),
		allowlist:       v.List("connector.client.config.override.allowlist"),
		topicCreation:   v.Bool("topic.creation.enable"),
		topicTracking:   v.Bool("topic.tracking.enable"),
		tuning:          readTuning(v),
		memoryFraction:  v.Float64(memoryFraction),
	}, nil
}
