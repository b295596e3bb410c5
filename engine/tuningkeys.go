package engine

import (
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/restart"
	"github.com/millrace/millrace/engine/settings"
)

// tuning is the engine's own settings of a task. A connector's config may give its own values under
// the names of the worker's keys.
type tuning struct {
	cores                        int // of one task's stage
	rowsMax, bytesMax, laneDepth int
	memory                       int64
	stallAfter                   time.Duration // 0: nobody watches
	restart                      restart.Policy
	sourceLetters                bool
	fromWire                     bool // a sink's batches are made of brokers' responses
	toWire                       bool // a source's wire batches are its own
}

func readTuning(v *config.Values) tuning {
	return tuning{
		cores:     int(v.Int32(taskCores)),
		rowsMax:   int(v.Int32("millrace.stage.rows.max")),
		bytesMax:  int(v.Int64("millrace.stage.bytes.max")),
		laneDepth: int(v.Int32("millrace.lane.depth")),
		memory:    v.Int64(taskMemory),

		stallAfter:    settings.Millis(v.Int64("millrace.watchdog.stall.ms")),
		sourceLetters: v.Bool(settings.SourceLettersKey),
		fromWire:      v.String(consumerPath) == "wire",
		toWire:        v.String(producerPath) == "wire",
		restart: restart.Policy{
			Enabled: v.Bool("millrace.errors.restart.enable"), Max: int(v.Int32("millrace.errors.restart.max")),
			First: settings.Millis(v.Int64("millrace.errors.restart.backoff.ms")), Most: settings.Millis(v.Int64("millrace.errors.restart.backoff.max.ms")),
			Healthy: settings.Millis(v.Int64("millrace.errors.restart.healthy.ms")), FailuresUntilOff: int(v.Int32("millrace.errors.restart.circuit.failures")),
		},
	}
}

// taskTuning returns what is in force for the tasks of a connector.
//
// Errors: a *config.ConfigException for values that a key does not take.
func taskTuning(worker, connector map[string]string) (tuning, error) {
	d := config.NewDef()
	props := map[string]string{}
	for _, k := range tuningKeys() {
		d.Define(k)
		if v, ok := connector[k.Name]; ok {
			props[k.Name] = v
		} else if v, ok := worker[k.Name]; ok {
			props[k.Name] = v
		}
	}
	v, err := d.Parse(props)
	if err != nil {
		return tuning{}, err
	}
	return readTuning(v), nil
}

// taskCores is the key of how many cores a task converts and transforms on.
const taskCores = "millrace.task.cores"

// taskMemory is the key of a task's budget.
const taskMemory = "millrace.task.memory.bytes"

// consumerPath is the key of where a sink's batches are made.
const consumerPath = "millrace.consumer.path"

// producerPath is the key of who makes a source's wire batches.
const producerPath = "millrace.producer.path"

// tuningKeys are the engine's own keys. Java has none of them.
func tuningKeys() []config.Key {
	key := func(name string, t config.Type, def any, v config.Validator, doc string) config.Key {
		return config.Key{Name: name, Type: t, Default: def, Validator: v, Importance: config.Low, Doc: doc}
	}
	return []config.Key{
		key(taskCores, config.Int, 1, config.Between(1, 256),
			"Cores that the converters and transforms of one sink task run on; what they make comes in order all the same. More helps where a task's own work is what it waits for, and cores are idle. A task stays on one core where a transform or predicate is not known to treat each record by itself; its log says so."),
		key("millrace.stage.rows.max", config.Int, 1024, config.Between(1, 65536),
			"Rows of a sink that a stage takes in one pass; those of a source come as it polls them. More raises throughput and latency."),
		key("millrace.stage.bytes.max", config.Long, 4<<20, config.AtLeast(1),
			"Bytes of keys and values a stage takes in one pass; a single larger record is a pass of its own."),
		key("millrace.lane.depth", config.Int, 8, config.AtLeast(1),
			"Batches of one topic partition that wait for a sink task. A full lane pauses fetching of its partition; heartbeats go on."),
		key(taskMemory, config.Long, 64<<20, config.AtLeast(1<<20),
			"Bytes of batches that one task may hold. At the limit a sink stops fetching; a source stops polling when a quarter of it waits for Kafka. A single larger record fails the task."),
		key(consumerPath, config.String, "wire", config.In("record", "wire"),
			"What a sink's batches are made of. wire is the bytes of brokers' responses, and falls back to record where the client does not do what it expects. record is the records that the Kafka client gives, at several times the cost."),
		key(producerPath, config.String, "wire", config.In("record", "wire"),
			"What a source gives its Kafka client. wire is a stand-in for each wire batch, which is made of rows directly and takes its place in the request; it fails the task where the client does not do what it expects. record is a record for each row, at several times the cost."),
		key("millrace.errors.restart.enable", config.Boolean, false, nil,
			"Whether a task is restarted that failed for a reason that may pass: a connection, a timeout, an error that says it may be tried again. Meanwhile its state is FAILED, with the trace."),
		key("millrace.errors.restart.max", config.Int, 10, config.AtLeast(-1),
			"Restarts of a task in a row, after which it stays FAILED. -1 is without end."),
		key("millrace.errors.restart.backoff.ms", config.Long, 1000, config.AtLeast(1),
			"Milliseconds before the first restart in a row. The time doubles with each, and differs by up to a fifth."),
		key("millrace.errors.restart.backoff.max.ms", config.Long, 60000, config.AtLeast(1),
			"The longest time between a failure and its restart, in milliseconds."),
		key("millrace.errors.restart.healthy.ms", config.Long, 60000, config.AtLeast(1),
			"Milliseconds that a task runs until its failures so far are forgotten."),
		key("millrace.errors.restart.circuit.failures", config.Int, 5, config.AtLeast(1),
			"Failures in a row of a connector's tasks on a worker after which one task alone is restarted at a time, until it has run for millrace.errors.restart.healthy.ms."),
		key(settings.SourceLettersKey, config.Boolean, false, nil,
			"Whether a source has a dead letter queue too, under the keys that a sink has for it: errors.deadletterqueue.topic.name and those beside it. With errors.tolerance=all it takes records that a transform, a converter or Kafka refuses; their offsets wait for it. Java's sources ignore those keys."),
		key("millrace.watchdog.stall.ms", config.Long, 300000, config.AtLeast(0),
			"Milliseconds in one call of a plugin, a transform or Kafka after which a RUNNING task counts as stalled, in metrics and in its connector's health. A source whose poll waits longer for data needs more. 0 is never."),
	}
}
