package produce

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

// client makes a client, which connects to nothing, of properties.
func client(t *testing.T, props map[string]string) *kgo.Client {
	t.Helper()
	opts, err := Options(props)
	if err != nil {
		t.Fatal(err)
	}
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers("127.0.0.1:1"), kgo.Dialer(nil))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name  string
		props map[string]string
		opt   any
		want  any
	}{
		{"default size", nil, kgo.ProducerBatchMaxBytes, int32(1 << 20)},
		{"size", map[string]string{"max.request.size": "5000000"}, kgo.ProducerBatchMaxBytes, int32(5000000)},
		{"size above the client's request", map[string]string{"max.request.size": "200000000"}, kgo.BrokerMaxWriteBytes, int32(200000000 + 1<<20)},
		{"smallest size", map[string]string{"max.request.size": "0"}, kgo.ProducerBatchMaxBytes, int32(512)},
		{"default linger", nil, kgo.ProducerLinger, 5 * time.Millisecond},
		{"linger", map[string]string{"linger.ms": " 100 "}, kgo.ProducerLinger, 100 * time.Millisecond},
		{"long linger", map[string]string{"linger.ms": "9223372036854775807", "delivery.timeout.ms": "2147483647"}, kgo.ProducerLinger, time.Minute},
		{"buffer", map[string]string{"buffer.memory": "1000"}, kgo.MaxBufferedBytes, int64(1000)},
		{"no delivery limit by timestamps", map[string]string{"delivery.timeout.ms": "120000"}, kgo.RecordDeliveryTimeout, time.Duration(0)},
		{"request timeout", map[string]string{"request.timeout.ms": "1000"}, kgo.ProduceRequestTimeout, time.Second},
		{"retries", map[string]string{"retries": "3"}, kgo.RecordRetries, int64(3)},
		{"endless retries", nil, kgo.RecordRetries, int64(math.MaxInt32)},
		{"idempotent by default", nil, kgo.DisableIdempotentWrite, false},
		{"not with acks 1", map[string]string{"acks": "1"}, kgo.DisableIdempotentWrite, true},
		{"not without retries", map[string]string{"retries": "0"}, kgo.DisableIdempotentWrite, true},
		{"not where switched off", map[string]string{"enable.idempotence": "FALSE"}, kgo.DisableIdempotentWrite, true},
		{"in flight", map[string]string{"enable.idempotence": "false", "max.in.flight.requests.per.connection": "7"}, kgo.MaxProduceRequestsInflightPerBroker, 7},
		{"transaction", map[string]string{"transactional.id": "x", "transaction.timeout.ms": "5000"}, kgo.TransactionTimeout, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := client(t, c.props).OptValue(c.opt); got != c.want {
				t.Errorf("%v (%T), want %v (%T)", got, got, c.want, c.want)
			}
		})
	}
}

func TestDelivery(t *testing.T) {
	for _, c := range []struct {
		name  string
		props map[string]string
		want  time.Duration
	}{
		{"default", nil, 2 * time.Minute},
		{"no limit", map[string]string{"delivery.timeout.ms": "2147483647"}, 0},
		{"grows with what it contains", map[string]string{"request.timeout.ms": "600000"}, 600005 * time.Millisecond},
	} {
		if have, err := Delivery(c.props); err != nil || have != c.want {
			t.Errorf("%s: %v, %v, want %v", c.name, have, err, c.want)
		}
	}
}

// TestOptions_Refused: what a Java producer refuses, in its words, and what cannot work here, by name.
func TestOptions_Refused(t *testing.T) {
	for _, c := range []struct {
		props map[string]string
		want  string
	}{
		{map[string]string{"acks": "2"}, "Invalid value 2 for configuration acks: String must be one of: all, -1, 0, 1"},
		{map[string]string{"linger.ms": "soon"}, "Invalid value soon for configuration linger.ms: Not a number of type LONG"},
		{map[string]string{"retries": "-1"}, "Invalid value -1 for configuration retries: Value must be at least 0"},
		{map[string]string{"compression.type": "brotli"}, "Invalid value brotli for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd"},
		{map[string]string{"compression.gzip.level": "0"}, "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1"},
		{map[string]string{"compression.lz4.level": "18"}, "Invalid value 18 for configuration compression.lz4.level: Value must be no more than 17"},
		{map[string]string{"delivery.timeout.ms": "1000"}, "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms"},
		{map[string]string{"enable.idempotence": "true", "acks": "1"}, "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence."},
		{map[string]string{"enable.idempotence": "true", "retries": "0"}, "Must set retries to non-zero when using the idempotent producer."},
		{map[string]string{"max.in.flight.requests.per.connection": "6"}, "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is 6."},
		{map[string]string{"enable.idempotence": "false", "transactional.id": "x"}, "Cannot set a transactional.id without also enabling idempotence."},
		{map[string]string{"transactional.id": ""}, "Invalid value  for configuration transactional.id: String must be non-empty"},
		{map[string]string{"partitioner.class": "com.example.P"}, "partitioner.class: Java's class com.example.P cannot be loaded here; " + roundRobin + " is known, and without the key rows go where Java's default puts them"},
		{map[string]string{"value.serializer": "com.example.S"}, "value.serializer: com.example.S cannot run here: rows reach the producer as bytes; set the connector's converter instead"},
		{map[string]string{"transaction.two.phase.commit.enable": "true"}, "transaction.two.phase.commit.enable: two-phase commit is not supported here; remove the key"},
	} {
		_, err := Options(c.props)
		var e *config.ConfigException
		if !errors.As(err, &e) || err.Error() != c.want {
			t.Errorf("%v:\n got %v\nwant %s", c.props, err, c.want)
		}
	}
}

// TestCompression: every codec works, at Java's lowest, default and highest level.
func TestCompression(t *testing.T) {
	for _, c := range []struct{ codec, key, low, high string }{
		{codec: "none"}, {codec: "snappy"},
		{"gzip", "compression.gzip.level", "1", "9"},
		{"lz4", "compression.lz4.level", "1", "17"},
		{"zstd", "compression.zstd.level", "-131072", "22"},
	} {
		for _, level := range []string{"", c.low, c.high} {
			if level == "" || c.key != "" {
				props := map[string]string{"compression.type": c.codec}
				if level != "" {
					props[c.key] = level
				}
				v, err := definition().Parse(props)
				if err != nil {
					t.Fatal(err)
				}
				comp, err := kgo.DefaultCompressor(compression(v))
				if err != nil || (comp == nil) != (c.codec == "none") {
					t.Errorf("%s level %q: %v", c.codec, level, err)
				}
			}
		}
	}
	for java, want := range map[int32]int{9: 0, 1: 1 << 9, 8: 1 << 16, 10: 1 << 17, 17: 1 << 17} {
		if got := lz4Level(java); got != want {
			t.Errorf("lz4 level %d is %d, want %d", java, got, want)
		}
	}
	for java, want := range map[int32]int{-5: 1, 0: 2, 1: 1, 3: 2, 6: 3, 10: 4, 22: 4} {
		if got := zstdLevel(java); got != want {
			t.Errorf("zstd level %d is %d, want %d", java, got, want)
		}
	}
}
