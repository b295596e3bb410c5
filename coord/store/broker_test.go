package store

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/kafka"
)

// startBroker starts a broker of one node without automatic topics.
func startBroker(t testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// workerProps are the properties of a worker on a broker of one node.
func workerProps(c *kfake.Cluster, more ...string) map[string]string {
	p := map[string]string{
		"bootstrap.servers": c.ListenAddrs()[0], "group.id": "g",
		"config.storage.topic": "configs", "offset.storage.topic": "offsets", "status.storage.topic": "statuses",
		"config.storage.replication.factor": "1", "offset.storage.replication.factor": "1", "status.storage.replication.factor": "1",
		"offset.storage.partitions": "3", "status.storage.partitions": "2",
		"fetch.max.wait.ms": "50",
	}
	for i := 0; i < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

func testOptions(t testing.TB, props map[string]string) Options {
	return Options{Properties: props, NewClient: kafka.Clients{}.New, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

// heard collects changes.
type heard struct {
	mu   sync.Mutex
	list []ConfigChange
}

func (h *heard) add(list []ConfigChange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, list...)
}

func (h *heard) take() []ConfigChange {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.list
	h.list = nil
	return list
}

// openConfigs starts a config store.
func openConfigs(t *testing.T, props map[string]string) (*ConfigStore, *heard) {
	t.Helper()
	h := &heard{}
	s, err := NewConfigStore(testOptions(t, props), h.add)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, h
}

func openStatuses(t *testing.T, props map[string]string) *StatusStore {
	t.Helper()
	s, err := NewStatusStore(testOptions(t, props))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func openOffsets(t *testing.T, props map[string]string) *OffsetTopic {
	t.Helper()
	s, err := NewOffsetTopic(testOptions(t, props))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// produce writes a record as somebody else does.
func produce(t *testing.T, c *kfake.Cluster, topic, key string, value []byte) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Key: []byte(key), Value: value}).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func removeTopic(t *testing.T, c *kfake.Cluster, topic string) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	must(t, err)
	defer cl.Close()
	_, err = kadm.NewClient(cl).DeleteTopics(t.Context(), topic)
	must(t, err)
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !ok() {
		if !connectors.Wait(ctx, 5*time.Millisecond) {
			t.Fatal("never: " + what)
		}
	}
}

func TestConfigStore_WritesReadsAndTells(t *testing.T) {
	c := startBroker(t)
	s, h := openConfigs(t, workerProps(c, "config.storage.segment.bytes", "1048576", "config.storage.cleanup.policy", "delete"))
	config := map[string]string{"name": "a", "connector.class": "X"}
	must(t, s.PutConnector(t.Context(), "a", config, connectors.TargetPaused))
	if !maps.Equal(s.Configs().Config("a"), config) || s.Configs().Target("a") != connectors.TargetPaused || s.Configs().Offset() != 2 {
		t.Fatal(stateText(s.Configs()))
	}
	must(t, s.PutTaskConfigs(t.Context(), "a", []map[string]string{{"n": "0"}, {"n": "1"}}))
	if got := s.Configs(); len(got.Tasks("a")) != 2 || got.TaskConfig(connectors.TaskID{Connector: "a", Task: 1})["n"] != "1" || got.Generation("a") != 0 {
		t.Fatal(stateText(got))
	}
	must(t, s.PutTarget(t.Context(), "a", connectors.TargetStopped))
	must(t, s.PutLoggerLevel(t.Context(), "l", "WARN"))
	must(t, s.RemoveConnector(t.Context(), "a"))
	want := []string{`["put","a"]`, `["tasks",[0,1]]`, `["target","a"]`, `["logger","l","WARN"]`, `["removed","a"]`}
	for i, c := range h.take() {
		if i >= len(want) || changeText(c) != want[i] {
			t.Errorf("change %d: %s", i, changeText(c))
		}
	}
	info := c.TopicInfo("configs")
	if s.log.Partitions() != 1 || *info.Configs["cleanup.policy"] != "compact" || *info.Configs["segment.bytes"] != "1048576" {
		t.Fatalf("%+v", info)
	}
	again, h := openConfigs(t, workerProps(c))
	if got, want := stateText(again.Configs()), stateText(s.Configs()); got != want {
		t.Fatalf("read anew:\n%s\n%s", got, want)
	}
	if list := h.take(); len(list) > 0 {
		t.Fatalf("heard of the past: %v", list)
	}
}
