//go:build bench

package bench

import (
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/e2e/harness"
)

// tuning are the curves of docs/tuning.md: one for each setting.
func (l *lab) tuning(t testing.TB) []curveSpec {
	five := jsonNull.With(fiveProperties(t))
	one, eight := l.ordersIn(t, 1), l.ordersIn(t, 8)
	return []curveSpec{
		sinks("stage-rows", "millrace.stage.rows.max", five, one, "64", "256", "1024", "4096", "16384"),
		sinks("stage-bytes", "millrace.stage.bytes.max", five, one, "16384", "65536", "262144", "1048576", "4194304"),
		sinks("lane-depth", "millrace.lane.depth", five, eight, "1", "2", "4", "8", "32"),
		sinks("task-cores", "millrace.task.cores", five, eight, "1", "2", "4"),
		sinks("task-memory", "millrace.task.memory.bytes", five, eight, "1048576", "4194304", "16777216", "67108864"),
		sinks("max-partition-fetch", "consumer.override.max.partition.fetch.bytes", five, one, "65536", "262144", "1048576", "4194304", "16777216"),
		sinks("fetch-max", "consumer.override.fetch.max.bytes", five, eight, "262144", "1048576", "4194304", "52428800"),
		l.topicCompression(t),
		sources("batch-size", "producer.override.batch.size", "16384", "131072", "1048576"),
		sources("max-request", "producer.override.max.request.size", "65536", "262144", "1048576"),
		sources("linger", "producer.override.linger.ms", "0", "5", "50"),
		sources("compression", "producer.override.compression.type", "none", "snappy", "lz4", "zstd", "gzip"),
		environments("cores-sink", "GOMAXPROCS=", reads("", five, one), "1", "2"),
		environments("cores-source", "GOMAXPROCS=", generates("", nil), "1", "2"),
		environments("gogc-sink", "GOGC=", reads("", five, one), "", "25", "50", "100", "200", "400"),
		environments("gogc-source", "GOGC=", generates("", nil), "", "25", "50", "100", "200", "400"),
		environments("memory-limit-source", "GOMEMLIMIT=", generates("", nil), "48MiB", "64MiB", "128MiB", "256MiB", "1GiB"),
	}
}

// sinks is a curve over a key of a sink.
func sinks(name, key string, config harness.Properties, in input, values ...string) curveSpec {
	c := curveSpec{name: tunePrefix + name}
	for _, v := range values {
		c.points = append(c.points, reads(v, config.With(harness.Properties{key: v}), in))
	}
	return c
}

// generates is a point of a source of generated records.
func generates(label string, more harness.Properties) point {
	count := strconv.Itoa(*perPass)
	return point{label: label, job: job{
		config: harness.Properties{"connector.class": datagen, "schema": "orders", "topic": theName, "records": count}.With(more),
		to:     func(name string) string { return name }, records: *perPass,
	}}
}

// sources is a curve over a key of a source.
func sources(name, key string, values ...string) curveSpec {
	c := curveSpec{name: tunePrefix + name}
	for _, v := range values {
		c.points = append(c.points, generates(v, harness.Properties{key: v}))
	}
	return c
}

// environments is a curve over a variable of the worker's environment.
func environments(name, variable string, of point, values ...string) curveSpec {
	c := curveSpec{name: tunePrefix + name}
	for _, v := range values {
		p := of
		p.label, p.env = v, []string{variable + v}
		if v == "" {
			p.label = "unset"
		}
		c.points = append(c.points, p)
	}
	return c
}

// topicCompression is a curve over what a sink's topic is compressed with.
func (l *lab) topicCompression(t testing.TB) curveSpec {
	c := curveSpec{name: tunePrefix + "topic-compression"}
	for _, codec := range []struct {
		name string
		is   kgo.CompressionCodec
	}{{"none", kgo.NoCompression()}, {"snappy", kgo.SnappyCompression()}, {"lz4", kgo.Lz4Compression()}, {"zstd", kgo.ZstdCompression()}, {"gzip", kgo.GzipCompression()}} {
		in := l.ordersIn(t, 1)
		in.topic, in.codec = "bench-orders-"+codec.name, codec.is
		c.points = append(c.points, reads(codec.name, jsonNull, in))
	}
	return c
}
