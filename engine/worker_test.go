package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
)

func TestNewWorker_RefusesWhatTheOriginalRefuses(t *testing.T) {
	good := pairs("bootstrap.servers=x:1", "key.converter=org.apache.kafka.connect.storage.StringConverter", "value.converter=StringConverter")
	set := plugin.Set{Converters: codec.NewSet(append(primitive.Classes(), header.Classes()...)...)}
	for _, c := range []struct{ change, want string }{
		{"", ""},
		{"value.converter=String", ""},
		{"key.converter=NoSuch", "Invalid value NoSuch for configuration key.converter: Class NoSuch could not be found."},
		{"header.converter=NoSuch", "Invalid value NoSuch for configuration header.converter: Class NoSuch could not be found."},
		{"offset.flush.timeout.ms=soon", "Invalid value soon for configuration offset.flush.timeout.ms: Not a number of type LONG"},
		{"topic.creation.enable=yes", "Invalid value yes for configuration topic.creation.enable: Expected value to be either true or false"},
		{"connector.client.config.override.policy=NoSuch", "Invalid value NoSuch for configuration connector.client.config.override.policy: Class NoSuch could not be found."},
		{"exactly.once.source.support=enabled", "Invalid value enabled for configuration exactly.once.source.support: There is no control plane that fences source tasks. Set it to disabled."},
		{"exactly.once.source.support=preparing", ""},
		{"millrace.worker.memory.fraction=2", "Invalid value 2.0 for configuration millrace.worker.memory.fraction: Value must be no more than 1.0"},
		{"millrace.lane.depth=0", "Invalid value 0 for configuration millrace.lane.depth: Value must be at least 1"},
	} {
		props := maps.Clone(good)
		maps.Copy(props, pairs(c.change))
		_, err := engine.NewWorker(engine.Options{Config: props, Plugins: set, Distributed: true})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.change, got, c.want)
		}
	}
	if _, err := engine.NewWorker(engine.Options{Plugins: set}); err == nil ||
		err.Error() != `Missing required configuration "key.converter" which has no default value.` {
		t.Errorf("error is %v", err)
	}
}

func TestKafkaClusterID_IsAskedForOnce(t *testing.T) {
	b := newBench(t, plugin.Set{}, nil)
	id, err := b.worker.KafkaClusterID(t.Context())
	if err != nil || id == "" {
		t.Fatal(id, err)
	}
	b.cluster.Close()
	if again, err := b.worker.KafkaClusterID(t.Context()); err != nil || again != id {
		t.Errorf("the second answer is %q, %v", again, err)
	}
}

func TestKafkaClusterID_EndsInTimeWithoutBrokers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := engine.NewWorker(engine.Options{
			Config:  pairs("bootstrap.servers=x:1", "key.converter=StringConverter", "value.converter=StringConverter", "default.api.timeout.ms=5000"),
			Plugins: plugin.Set{Converters: codec.NewSet(append(primitive.Classes(), header.Classes()...)...)},
			NewClient: func(map[string]string, ...kgo.Opt) (*kgo.Client, error) {
				return kgo.NewClient(kgo.SeedBrokers("x:1"), kgo.Dialer(refuseToDial))
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.KafkaClusterID(t.Context())
		if want := "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties."; err == nil || err.Error() != want {
			t.Errorf("error is %v", err)
		}
		if !errors.Is(err, errRefused) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the cause is %v", errors.Unwrap(err))
		}
	})
}

func TestDescribe(t *testing.T) {
	b := newBench(t, sourceOf(&fakeConnector{}), nil)
	for _, c := range []struct {
		props map[string]string
		kind  connectors.Kind
		ver   string
	}{
		{source(), connectors.KindSource, "1.2"},
		{source("connector.plugin.version=7"), connectors.KindUnknown, ""},
		{pairs("connector.class=NoSuch"), connectors.KindUnknown, ""},
		{nil, connectors.KindUnknown, ""},
	} {
		if kind, ver := b.worker.Describe(t.Context(), c.props); kind != c.kind || ver != c.ver {
			t.Errorf("%v: %s %q", c.props, kind, ver)
		}
	}
}

func TestWorker_NothingStartsAfterClose(t *testing.T) {
	b := newBench(t, sourceOf(&fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 1} }}), map[string]int32{"t": 1})
	b.startConnector(source(), connectors.TargetStarted, nil)
	b.startTask("s", source())
	b.await("s", 0, connectors.Running)
	b.worker.Close(t.Context())
	states := map[connectors.TaskID]connectors.State{}
	for len(b.reports) > 0 {
		s := <-b.reports
		states[s.ID] = s.State
	}
	for _, n := range []int{-1, 0} {
		if s := states[connectors.TaskID{Connector: "s", Task: n}]; s != connectors.Unassigned {
			t.Errorf("s-%d is %s", n, s)
		}
	}
	if err := b.worker.StartConnector(t.Context(), "s", source(), connectors.TargetStarted, b.status, func() {}); err == nil || err.Error() != "Worker is shutting down" {
		t.Errorf("error is %v", err)
	}
	if err := b.worker.StartTask(t.Context(), connectors.TaskID{Connector: "s"}, 1, source(), source(), connectors.TargetStarted, b.status); err == nil || err.Error() != "Worker is shutting down" {
		t.Errorf("error is %v", err)
	}
}

func TestWorker_ManyTasksComeAndGo(t *testing.T) {
	const many = 12
	set := sourceOf(&fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 50, some: 10} }})
	set.Connectors = connectors.NewSet(append(set.Connectors.All(),
		sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return &collector{} }}).Connectors.All()...)...)
	b := newBench(t, set, map[string]int32{"t": 3})
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			id := connectors.TaskID{Connector: fmt.Sprint("c", i)}
			props := source("name=" + id.Connector)
			if i%2 == 0 {
				props = sink("name=" + id.Connector)
			}
			var last connectors.State
			var mu sync.Mutex
			running := make(chan struct{})
			status := func(s connectors.Status) {
				mu.Lock()
				defer mu.Unlock()
				if last = s.State; last == connectors.Running {
					close(running)
				}
			}
			for range 3 {
				if err := b.worker.StartTask(t.Context(), id, 1, props, props, connectors.TargetStarted, status); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-running:
				case <-time.After(patience):
					t.Errorf("%s does not run", id)
				}
				running = make(chan struct{})
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				if err := b.worker.StopTasks(ctx, []connectors.TaskID{id}); err != nil {
					t.Error(err)
				}
				cancel()
				mu.Lock()
				if last != connectors.Unassigned {
					t.Errorf("%s ended as %s", id, last)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}
