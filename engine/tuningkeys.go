package engine

import "github.com/millrace/millrace/config"

// tuningKeys are the engine's own keys. Java has none of them.
func tuningKeys() []config.Key {
	key := func(name string, t config.Type, def any, v config.Validator, doc string) config.Key {
		return config.Key{Name: name, Type: t, Default: def, Validator: v, Importance: config.Low, Doc: doc}
	}
	return []config.Key{
		key("millrace.stage.rows.max", config.Int, 1024, config.Between(1, 65536),
			"Rows a stage takes in one pass. More raises throughput and latency."),
		key("millrace.stage.bytes.max", config.Long, 4<<20, config.AtLeast(1),
			"Bytes of keys and values a stage takes in one pass; a single larger record is a pass of its own."),
		key("millrace.lane.depth", config.Int, 8, config.AtLeast(1),
			"Batches of one topic partition that wait for a sink task. A full lane pauses fetching of its partition; heartbeats go on."),
		key("millrace.task.memory.bytes", config.Long, 64<<20, config.AtLeast(1<<20),
			"Bytes of batches that one task may hold. At the limit a sink stops fetching and a source stops polling."),
		key("millrace.worker.memory.fraction", config.Double, 0.6, nil,
			"Share of the process's memory limit that batches of all tasks together may take."),
		key("millrace.task.cores", config.Int, 0, config.AtLeast(0),
			"Cores that one task may use to decode, transform and encode. 0 leaves the choice to the worker."),
	}
}
