package consume

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
)

func TestClientOptions(t *testing.T) {
	for _, c := range []struct {
		name  string
		props map[string]string
		opt   any
		want  any
	}{
		{"default reset", nil, kgo.ConsumeResetOffset, kgo.NewOffset().AtStart()},
		{"latest", map[string]string{"auto.offset.reset": "latest"}, kgo.ConsumeResetOffset, kgo.NewOffset().AtEnd()},
		{"none", map[string]string{"auto.offset.reset": " none "}, kgo.ConsumeResetOffset, kgo.NoResetOffset()},
		{"session", map[string]string{"session.timeout.ms": "6000"}, kgo.SessionTimeout, 6 * time.Second},
		{"heartbeat is within the session", map[string]string{"session.timeout.ms": "2000"}, kgo.HeartbeatInterval, 2 * time.Second},
		{"rebalance", map[string]string{"max.poll.interval.ms": "9000"}, kgo.RebalanceTimeout, 9 * time.Second},
		{"instance", map[string]string{"group.instance.id": "i"}, kgo.InstanceID, "i"},
		{"rack", map[string]string{"client.rack": "r"}, kgo.Rack, "r"},
		{"wait", map[string]string{"fetch.max.wait.ms": "0"}, kgo.FetchMaxWait, 10 * time.Millisecond},
		{"fetch bytes", map[string]string{"fetch.max.bytes": "1000"}, kgo.FetchMaxBytes, int32(1000)},
		{"large fetches", map[string]string{"fetch.max.bytes": "2147483647"}, kgo.BrokerMaxReadBytes, int32(1 << 30)},
		{"partition bytes", map[string]string{"max.partition.fetch.bytes": "2000"}, kgo.FetchMaxPartitionBytes, int32(2000)},
		{"read committed", map[string]string{"isolation.level": "read_committed"}, kgo.FetchIsolationLevel, int8(1)},
		{"read uncommitted", nil, kgo.FetchIsolationLevel, int8(0)},
		{"checksums", map[string]string{"check.crcs": "false"}, kgo.DisableFetchCRCValidation, true},
		{"topics may be made", nil, kgo.AllowAutoTopicCreation, true},
		{"or not", map[string]string{"allow.auto.create.topics": "false"}, kgo.AllowAutoTopicCreation, false},
		{"server side", map[string]string{"group.protocol": "CONSUMER", "group.remote.assignor": "range"}, kgo.ServerSideBalancer, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			props := map[string]string{"group.id": "g"}
			maps.Copy(props, c.props)
			opts, err := ClientOptions(props)
			if err != nil {
				t.Fatal(err)
			}
			cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers("127.0.0.1:1"))...)
			if err != nil {
				t.Fatal(err)
			}
			defer cl.Close()
			if got := cl.OptValue(c.opt); got != c.want {
				t.Errorf("%v (%T), want %v (%T)", got, got, c.want, c.want)
			}
		})
	}
}

// TestClientOptions_Refused: what a Java consumer refuses, in its words, and what cannot work here.
func TestClientOptions_Refused(t *testing.T) {
	for _, c := range []struct {
		props map[string]string
		want  string
	}{
		{map[string]string{"group.id": ""}, "group.id: a sink task needs a consumer group, the key is blank"},
		{map[string]string{"auto.offset.reset": "middle"}, "Invalid value middle for configuration auto.offset.reset: Invalid value `middle` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'."},
		{map[string]string{"isolation.level": "dirty"}, "Invalid value dirty for configuration isolation.level: String must be one of: read_committed, read_uncommitted"},
		{map[string]string{"fetch.min.bytes": "-1"}, "Invalid value -1 for configuration fetch.min.bytes: Value must be at least 0"},
		{map[string]string{"max.poll.records": "0"}, "Invalid value 0 for configuration max.poll.records: Value must be at least 1"},
		{map[string]string{"enable.auto.commit": "true"}, "enable.auto.commit: sink tasks commit their offsets themselves, after rows are delivered; remove the key"},
		{map[string]string{"exclude.internal.topics": "false"}, "exclude.internal.topics: patterns never match internal topics here; name them in topics, or remove the key"},
		{map[string]string{"key.deserializer": "com.example.D"}, "key.deserializer: com.example.D cannot run here: the stage takes bytes; set the connector's converter instead"},
		{map[string]string{"group.protocol": "consumer", "session.timeout.ms": "1", "heartbeat.interval.ms": "2"}, "heartbeat.interval.ms, session.timeout.ms cannot be set when group.protocol=CONSUMER"},
		{map[string]string{"group.remote.assignor": "uniform"}, "group.remote.assignor cannot be set when group.protocol=CLASSIC"},
		{map[string]string{"group.protocol": "consumer", "group.remote.assignor": "mine"}, "group.remote.assignor: mine is not known here; uniform and range are"},
		{map[string]string{"partition.assignment.strategy": "com.example.A"}, "partition.assignment.strategy: class com.example.A could not be found; known are " + rangeAssignor + ", " + roundAssignor + ", " + stickyAssignor + ", " + cooperativeAssignor},
	} {
		props := map[string]string{"group.id": "g"}
		maps.Copy(props, c.props)
		_, err := ClientOptions(props)
		var e *config.ConfigException
		if !errors.As(err, &e) || err.Error() != c.want {
			t.Errorf("%v:\n got %v\nwant %s", c.props, err, c.want)
		}
	}
}

// TestParseDuration: what java.time.Duration.parse reads, in nanoseconds of its toNanos, and refuses.
func TestParseDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"PT10M": 10 * time.Minute, "pt1h": time.Hour, "P1D": 24 * time.Hour, "P1DT2H3M4.5S": 26*time.Hour + 3*time.Minute + 4500*time.Millisecond,
		"PT0S": 0, "PT-1M": -time.Minute, "-PT1M": -time.Minute, "-PT-1M": time.Minute, "+PT+1S": time.Second, "PT1,5S": 1500 * time.Millisecond, "PT1.S": time.Second,
	} {
		if got, ok := parseDuration(s); !ok || got != want {
			t.Errorf("%s is %v (%v), want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "P", "PT", "P1", "1D", "PT1", "P1H", "PT1D", "PT1M1H", "PT1.5M", "PT.5S", "PT--1S", "PT1e3S", "P1DT", "PTxS", "PT1S ", "PT99999999999999999999D", "P999999999D"} {
		if got, ok := parseDuration(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}

// FuzzParseDuration: no text makes it fail hard, and what it reads it reads again the same.
func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"PT10M", "-P1DT2H3M4.5S", "PT1,5S", "P", "PT+1S"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDuration(s)
		if !ok {
			return
		}
		if neg, ok := parseDuration("-" + s); ok && neg != -d {
			t.Fatalf("%q is %v, negated %v", s, d, neg)
		}
	})
}

// TestReset_SurvivesTheClient: what the client library gives back means what went in.
func TestReset_SurvivesTheClient(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	for _, r := range []reset{{kind: earliest}, {kind: latest}, {kind: none}, {byDuration, 10 * time.Minute}, {byDuration, 0}} {
		if got := resetOf(r.offset(now), now); got != r {
			t.Errorf("%+v came back as %+v", r, got)
		}
	}
}
