package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/embedded"
)

func TestConfigStore_EveryKindOfRecord(t *testing.T) {
	c := startBroker(t)
	s, h := openConfigs(t, workerProps(c))
	key := &group.SessionKey{Key: []byte{1, 2, 3}, Algorithm: "HmacSHA256", Created: time.UnixMilli(1795393742974)}
	must(t, s.PutSessionKey(t.Context(), key))
	if got := s.Configs().SessionKey(); string(got.Key) != string(key.Key) || got.Algorithm != key.Algorithm || !got.Created.Equal(key.Created) {
		t.Fatal(got)
	}
	must(t, s.PutConnector(t.Context(), "a", map[string]string{}, ""))
	must(t, s.PutTaskConfigs(t.Context(), "a", nil))
	if !s.Configs().PendingFencing("a") {
		t.Fatal(stateText(s.Configs()))
	}
	must(t, s.PutTaskCount(t.Context(), "a", 2))
	if n, ok := s.Configs().TaskCountRecord("a"); n != 2 || !ok || s.Configs().PendingFencing("a") {
		t.Fatal(stateText(s.Configs()))
	}
	must(t, s.PutRestart(t.Context(), coord.RestartRequest{Connector: "a", OnlyFailed: true}))
	list := h.take()
	if got := list[len(list)-1]; got != (RestartAsked{coord.RestartRequest{Connector: "a", OnlyFailed: true}}) {
		t.Fatal(got)
	}
}

// Several leaders at once, as after a partition of the network: what is left is one of the sets, or none.
func TestConfigStore_ConcurrentWriters(t *testing.T) {
	c := startBroker(t)
	var stores []*ConfigStore
	for range 3 {
		s, _ := openConfigs(t, workerProps(c))
		stores = append(stores, s)
	}
	var wait sync.WaitGroup
	for w, s := range stores {
		wait.Go(func() {
			for n := range 10 {
				if err := errors.Join(
					s.PutConnector(t.Context(), "a", map[string]string{"w": fmt.Sprint(w)}, ""),
					s.PutConnector(t.Context(), fmt.Sprint("own", w), map[string]string{"n": fmt.Sprint(n)}, ""),
					s.PutTaskConfigs(t.Context(), fmt.Sprint("own", w), []map[string]string{{"n": fmt.Sprint(n)}, {"n": fmt.Sprint(n)}}),
				); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	want := ""
	for i, s := range stores {
		must(t, s.ReadToEnd(t.Context()))
		if got := stateText(s.Configs()); i == 0 {
			want = got
		} else if got != want {
			t.Errorf("store %d:\n%s\n%s", i, got, want)
		}
		for w := range stores {
			name := fmt.Sprint("own", w)
			if got := s.Configs().TaskConfigs(name); len(got) != 2 || got[0]["n"] != "9" || got[1]["n"] != "9" || s.Configs().Generation(name) != 9 {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}

func TestConfigStore_SaysWhatFailed(t *testing.T) {
	c := startBroker(t)
	var on atomic.Bool
	refuseWrites(c, &on, kerr.TopicAuthorizationFailed.Code)
	s, _ := openConfigs(t, workerProps(c))
	on.Store(true)
	ctx := t.Context()
	for want, err := range map[string]error{
		"Error writing connector configuration to Kafka":                                                      s.PutConnector(ctx, "a", nil, connectors.TargetStopped),
		"Error removing connector configuration from Kafka":                                                   s.RemoveConnector(ctx, "a"),
		"Error writing task configurations to Kafka":                                                          s.PutTaskConfigs(ctx, "a", []map[string]string{{}}),
		"Error writing root configuration to Kafka":                                                           s.PutTaskConfigs(ctx, "a", nil),
		"Error writing target state to Kafka":                                                                 s.PutTarget(ctx, "a", connectors.TargetPaused),
		"Error writing task count record to Kafka":                                                            s.PutTaskCount(ctx, "a", 1),
		"Error writing session key to Kafka":                                                                  s.PutSessionKey(ctx, &group.SessionKey{}),
		"Error writing restart request for {connectorName='a', onlyFailed=false, includeTasks=true} to Kafka": s.PutRestart(ctx, coord.RestartRequest{Connector: "a", IncludeTasks: true}),
		"Error writing logger level to Kafka":                                                                 s.PutLoggerLevel(ctx, "a", "INFO"),
	} {
		if err == nil || err.Error() != want || javaClass(err) != connectors.ConnectException || !errors.Is(err, kerr.TopicAuthorizationFailed) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if s.Configs().Offset() != -1 {
		t.Fatal(stateText(s.Configs()))
	}
}

// A leader that dies, or loses its brokers, between the task configs and their commit.
func TestConfigStore_HalfASetOfTasksNeverShows(t *testing.T) {
	c := startBroker(t)
	s, _ := openConfigs(t, workerProps(c))
	must(t, s.PutConnector(t.Context(), "a", map[string]string{}, ""))
	must(t, s.PutTaskConfigs(t.Context(), "a", []map[string]string{{"set": "1"}, {"set": "1"}}))
	var writes atomic.Int32
	var on atomic.Bool
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if on.Load() && writes.Add(1) > 1 {
			return nil, errors.New("cut"), true
		}
		return nil, nil, false
	})
	on.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.PutTaskConfigs(ctx, "a", []map[string]string{{"set": "2"}, {"set": "2"}}); err == nil {
		t.Fatal("it is committed")
	}
	on.Store(false)
	must(t, s.ReadToEnd(t.Context()))
	if got := s.Configs(); len(got.Tasks("a")) != 2 || got.TaskConfigs("a")[0]["set"] != "1" {
		t.Fatal(stateText(got))
	}
	// Compaction removes what the first commit needs: a new worker knows that it knows nothing.
	produce(t, c, "configs", "connector-b", nil) // the newest write is not compacted
	c.Compact()
	again, _ := openConfigs(t, workerProps(c))
	if got := again.Configs(); len(got.Tasks("a")) != 0 || !got.Inconsistent("a") || got.TaskCount("a") != 2 {
		t.Fatal(stateText(got))
	}
	must(t, again.PutTaskConfigs(t.Context(), "a", []map[string]string{{"set": "3"}}))
	for _, s := range []*ConfigStore{s, again} {
		must(t, s.ReadToEnd(t.Context()))
		if got := s.Configs(); len(got.Tasks("a")) != 1 || got.TaskConfigs("a")[0]["set"] != "3" || got.Inconsistent("a") {
			t.Fatal(stateText(got))
		}
	}
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T, dir string) (*embedded.Broker, int) {
	t.Helper()
	b, err := embedded.Start(embedded.Options{Dir: dir})
	must(t, err)
	var port int
	if _, err := fmt.Sscanf(b.Bootstrap()[strings.LastIndexByte(b.Bootstrap(), ':')+1:], "%d", &port); err != nil {
		t.Fatal(err)
	}
	return b, port
}

func TestConfigStore_OutlivesItsBroker(t *testing.T) {
	dir := t.TempDir()
	b, port := freePort(t, dir)
	props := map[string]string{
		"bootstrap.servers": b.Bootstrap(), "config.storage.topic": "configs", "offset.storage.topic": "o", "status.storage.topic": "s",
		"config.storage.replication.factor": "1", "status.storage.replication.factor": "1", "retry.backoff.max.ms": "100", "reconnect.backoff.max.ms": "100",
	}
	o := Options{Properties: props, NewClient: kafka.Clients{}.New, Logger: slog.New(slog.DiscardHandler)}
	h := &heard{}
	s, err := NewConfigStore(o, h.add)
	must(t, err)
	defer s.Close()
	must(t, s.Start(t.Context()))
	statuses, err := NewStatusStore(o)
	must(t, err)
	defer statuses.Close()
	must(t, statuses.Start(t.Context()))
	must(t, s.PutConnector(t.Context(), "a", map[string]string{}, ""))
	must(t, b.Close())
	statuses.Put(said(0, connectors.Running, "a", 1))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.PutConnector(ctx, "b", map[string]string{}, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err, errors.Unwrap(err))
	}
	written := make(chan error)
	go func() { written <- s.PutConnector(context.Background(), "c", map[string]string{}, "") }()
	b, err = embedded.Start(embedded.Options{Dir: dir, Port: port})
	must(t, err)
	defer func() { must(t, b.Close()) }()
	if err := <-written; err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	if got := s.Configs(); !got.Contains("a") || !got.Contains("c") {
		t.Fatal(stateText(got))
	}
	must(t, statuses.Flush(t.Context()))
	must(t, statuses.ReadToEnd(t.Context()))
	if got := shown(statuses, 0); got != "RUNNING a 1" {
		t.Fatal(got)
	}
}
