package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
)

// startError opens a config store that cannot start.
func startError(ctx context.Context, t *testing.T, props map[string]string) error {
	t.Helper()
	s, err := NewConfigStore(testOptions(t, props), func([]ConfigChange) {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Start(ctx)
	if err == nil {
		t.Fatal("it starts")
	}
	return err
}

// javaClass returns the class that Java throws for err.
func javaClass(err error) string {
	var of interface{ JavaClass() string }
	if !errors.As(err, &of) {
		return ""
	}
	return of.JavaClass()
}

const configException = "org.apache.kafka.common.config.ConfigException"

func TestStart_RefusesATopicThatLosesRecords(t *testing.T) {
	c := startBroker(t)
	for policy, shown := range map[string]string{"delete": "delete", "compact,delete": "compact,delete", " Delete , compact ": "compact,delete"} {
		must(t, c.CreateTopic("t"+shown, 1, map[string]string{"cleanup.policy": policy}))
		err := startError(t.Context(), t, workerProps(c, "config.storage.topic", "t"+shown))
		want := "Topic 't" + shown + "' supplied via the 'config.storage.topic' property is required to have 'cleanup.policy=compact' to guarantee consistency and durability of connector configurations, but found the topic currently has 'cleanup.policy=" + shown +
			"'. Continuing would likely result in eventually losing connector configurations and problems restarting this Connect cluster in the future. Change the 'config.storage.topic' property in the Connect worker configurations to use a topic with 'cleanup.policy=compact'."
		if err.Error() != want || javaClass(err) != configException {
			t.Errorf("%s\n%s", err, want)
		}
		removeTopic(t, c, "t"+shown)
	}
}

func TestStart_RefusesSeveralPartitionsForConfigs(t *testing.T) {
	c := startBroker(t)
	must(t, c.CreateTopic("configs", 2, map[string]string{"cleanup.policy": "compact"}))
	err := startError(t.Context(), t, workerProps(c))
	if want := "Topic 'configs' supplied via the 'config.storage.topic' property is required to have a single partition in order to guarantee consistency of connector configurations, but found 2 partitions."; err.Error() != want || javaClass(err) != configException {
		t.Fatalf("%s\n%s", err, want)
	}
}

// refuseCreation makes a broker answer the creation of topics with an error.
func refuseCreation(c *kfake.Cluster, code int16, text string) {
	c.ControlKey(int16(kmsg.CreateTopics), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		r := req.(*kmsg.CreateTopicsRequest)
		resp := r.ResponseKind().(*kmsg.CreateTopicsResponse)
		for _, t := range r.Topics {
			a := kmsg.NewCreateTopicsResponseTopic()
			a.Topic, a.ErrorCode, a.ErrorMessage = t.Topic, code, &text
			resp.Topics = append(resp.Topics, a)
		}
		return resp, nil, true
	})
}

func TestStart_WaitsForBrokersAsLongAsJava(t *testing.T) {
	c := startBroker(t)
	refuseCreation(c, kerr.InvalidReplicationFactor.Code, "Replication factor: 3 larger than available brokers: 1.")
	err := startError(t.Context(), t, workerProps(c, "default.api.timeout.ms", "200", "retry.backoff.ms", "10"))
	if err.Error() != "Error while attempting to create/find topic(s) 'configs'" || javaClass(err) != connectors.ConnectException || !errors.Is(err, kerr.InvalidReplicationFactor) {
		t.Fatal(err, errors.Unwrap(err))
	}
}

func TestStart_SaysWhichSettingIsWrong(t *testing.T) {
	c := startBroker(t)
	refuseCreation(c, kerr.InvalidConfig.Code, "Unknown topic config name: nonsense")
	err := startError(t.Context(), t, workerProps(c, "config.storage.nonsense", "1"))
	if err.Error() != "Unable to create topic(s) 'configs': Unknown topic config name: nonsense" {
		t.Fatal(err)
	}
}

func TestStart_TakesATopicThatItMayNotCreate(t *testing.T) {
	for _, code := range []*kerr.Error{kerr.TopicAuthorizationFailed, kerr.ClusterAuthorizationFailed} {
		c := startBroker(t)
		must(t, c.CreateTopic("configs", 1, map[string]string{"cleanup.policy": "compact"}))
		refuseCreation(c, code.Code, "no")
		produce(t, c, "configs", "connector-a", []byte(`{"properties":{}}`))
		s, _ := openConfigs(t, workerProps(c))
		if !s.Configs().Contains("a") {
			t.Fatal(stateText(s.Configs()))
		}
	}
}

func TestStart_WaitsForATopicThatBrokersCreateLater(t *testing.T) {
	c := startBroker(t)
	must(t, c.CreateTopic("configs", 1, map[string]string{"cleanup.policy": "compact"}))
	var asked atomic.Int32
	c.ControlKey(int16(kmsg.Metadata), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		r := req.(*kmsg.MetadataRequest)
		if len(r.Topics) != 1 || asked.Add(1) > 3 {
			return nil, nil, false
		}
		resp := r.ResponseKind().(*kmsg.MetadataResponse)
		a := kmsg.NewMetadataResponseTopic()
		a.Topic, a.ErrorCode = r.Topics[0].Topic, kerr.UnknownTopicOrPartition.Code
		resp.Topics = append(resp.Topics, a)
		return resp, nil, true
	})
	openConfigs(t, workerProps(c))
	if n := asked.Load(); n < 4 {
		t.Fatalf("asked %d times", n)
	}
}

func TestStart_EndsWithItsContext(t *testing.T) {
	props := workerProps(startBroker(t))
	props["bootstrap.servers"] = "127.0.0.1:1"
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := startError(ctx, t, props)
	if !strings.HasPrefix(err.Error(), "Timed out while checking for or creating topic(s) 'configs'.") || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestNewConfigStore_RefusesByName(t *testing.T) {
	c := startBroker(t)
	for key, value := range map[string]string{
		"config.storage.replication.factor": "0", "offset.storage.partitions": "x",
		"compression.type": "rar", "partitioner.class": "a.B", "isolation.level": "dirty", "ssl.engine.factory.class": "a.B",
	} {
		props := workerProps(c, key, value, "security.protocol", "SSL")
		if s, err := NewConfigStore(testOptions(t, props), nil); err == nil || !strings.Contains(err.Error(), key) || javaClass(err) != configException {
			t.Errorf("%s=%s: %v", key, value, err)
			if err == nil {
				s.Close()
			}
		}
	}
	props := workerProps(c)
	delete(props, "config.storage.topic")
	if _, err := NewConfigStore(testOptions(t, props), nil); err == nil || err.Error() != `Missing required configuration "config.storage.topic" which has no default value.` {
		t.Error(err)
	}
}

func TestReadToEnd_PassesWhatCompactionRemoved(t *testing.T) {
	c := startBroker(t)
	must(t, c.CreateTopic("configs", 1, map[string]string{"cleanup.policy": "compact", "delete.retention.ms": "0"}))
	first, _ := openConfigs(t, workerProps(c))
	for n := range 5 {
		must(t, first.PutConnector(t.Context(), "a", map[string]string{"n": fmt.Sprint(n)}, ""))
		must(t, first.PutTaskConfigs(t.Context(), "a", []map[string]string{{"n": fmt.Sprint(n)}, {}}[:1+n%2]))
	}
	produce(t, c, "configs", "connector-b", nil) // the newest write is not compacted
	must(t, first.ReadToEnd(t.Context()))
	c.Compact()
	if got := content(t, c, "configs", 4); len(got) > 5 {
		t.Fatalf("not compacted: %q", got)
	}
	second, _ := openConfigs(t, workerProps(c))
	if got := second.Configs(); got.TaskConfig(connectors.TaskID{Connector: "a"})["n"] != "4" || got.Inconsistent("a") || got.Offset() != first.Configs().Offset() {
		t.Fatal(stateText(got))
	}
	// Now nothing is left, not even at the end.
	must(t, first.RemoveConnector(t.Context(), "a"))
	for _, key := range []string{"task-a-0", "task-a-1", "commit-a", "connector-b"} {
		produce(t, c, "configs", key, nil)
	}
	c.Compact()
	third, _ := openConfigs(t, workerProps(c))
	if got := third.Configs(); len(got.Connectors()) != 0 {
		t.Fatal(stateText(got))
	}
	must(t, third.PutConnector(t.Context(), "b", map[string]string{}, ""))
}

func TestReadToEnd_PassesTransactions(t *testing.T) {
	c := startBroker(t)
	s, _ := openConfigs(t, workerProps(c))
	committed, _ := openConfigs(t, workerProps(c, "isolation.level", "read_committed"))
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.TransactionalID("connect-cluster-g"), kgo.DefaultProduceTopic("configs"))
	must(t, err)
	defer cl.Close()
	for i, commit := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort} {
		must(t, cl.BeginTransaction())
		r := ConnectorRecord(fmt.Sprint(i), nil)
		must(t, cl.ProduceSync(t.Context(), &kgo.Record{Key: r.Key, Value: r.Value}).FirstErr())
		must(t, cl.EndTransaction(t.Context(), commit))
	}
	must(t, s.ReadToEnd(t.Context()))
	must(t, committed.ReadToEnd(t.Context()))
	if got := s.Configs(); !slices.Equal(got.Connectors(), []string{"0", "1"}) || got.Offset() != 3 {
		t.Fatal(stateText(got))
	}
	if got := committed.Configs(); !slices.Equal(got.Connectors(), []string{"0"}) || got.Offset() != 1 {
		t.Fatal(stateText(got))
	}
}

func TestReadToEnd_AfterTheTopicWasCreatedAgain(t *testing.T) {
	c := startBroker(t)
	s, _ := openConfigs(t, workerProps(c))
	for range 3 {
		must(t, s.PutConnector(t.Context(), "a", map[string]string{}, ""))
	}
	removeTopic(t, c, "configs")
	must(t, c.CreateTopic("configs", 1, map[string]string{"cleanup.policy": "compact"}))
	must(t, s.ReadToEnd(t.Context()))
	produce(t, c, "configs", "connector-b", []byte(`{"properties":{}}`))
	eventually(t, "the new topic is read", func() bool { return s.Configs().Contains("b") })
	must(t, s.PutConnector(t.Context(), "c", map[string]string{}, ""))
	if got := s.Configs(); !got.Contains("c") {
		t.Fatal(stateText(got))
	}
}

// TestReadAgain_SaysOnceThatTheTopicIsGone: it came every second, as of a topic that had been created again.
func TestReadAgain_SaysOnceThatTheTopicIsGone(t *testing.T) {
	c := startBroker(t)
	var said bytes.Buffer
	o := testOptions(t, workerProps(c))
	o.Logger = slog.New(slog.NewTextHandler(&said, nil))
	s, err := NewConfigStore(o, func([]ConfigChange) {})
	must(t, err)
	must(t, s.Start(t.Context()))
	s.Close() // nobody else reads
	said.Reset()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		s.log.readAgain(ctx)
	}
	if lines := strings.Count(said.String(), "\n"); lines != 1 || !strings.Contains(said.String(), "is gone") {
		t.Errorf("%d lines: %s", lines, said.String())
	}
}

// emptyFetches makes a broker answer fetches as one does whose records before the end are all gone.
func emptyFetches(c *kfake.Cluster, topic string) {
	c.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		r := req.(*kmsg.FetchRequest)
		resp := r.ResponseKind().(*kmsg.FetchResponse)
		for _, t := range r.Topics {
			a := kmsg.NewFetchResponseTopic()
			a.Topic, a.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				info := c.PartitionInfo(topic, p.Partition)
				if p.FetchOffset >= info.HighWatermark {
					return nil, nil, false
				}
				ap := kmsg.NewFetchResponseTopicPartition()
				ap.Partition, ap.HighWatermark, ap.LastStableOffset = p.Partition, info.HighWatermark, info.LastStableOffset
				a.Partitions = append(a.Partitions, ap)
			}
			resp.Topics = append(resp.Topics, a)
		}
		return resp, nil, true
	})
}

func TestReadToEnd_PassesAGapBeforeTheEnd(t *testing.T) {
	c := startBroker(t)
	must(t, c.CreateTopic("configs", 1, map[string]string{"cleanup.policy": "compact"}))
	produce(t, c, "configs", "connector-a", nil)
	emptyFetches(c, "configs")
	for _, level := range []string{"read_uncommitted", "read_committed"} {
		s, _ := openConfigs(t, workerProps(c, "isolation.level", level))
		if got := s.Configs(); got.Offset() != -1 {
			t.Fatal(stateText(got))
		}
	}
}

func TestReadToEnd_EndsWithContextAndLog(t *testing.T) {
	c := startBroker(t)
	s, _ := openConfigs(t, workerProps(c))
	c.ControlKey(int16(kmsg.ListOffsets), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, errors.New("no answer"), true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.ReadToEnd(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.ReadToEnd(context.Background()) }()
	s.Close()
	if err := <-done; !errors.Is(err, errClosed) {
		t.Fatal(err)
	}
	if err := s.PutConnector(t.Context(), "a", nil, ""); err == nil || err.Error() != "Error writing connector configuration to Kafka" {
		t.Fatal(err)
	}
}

func TestRead_GoesOnAfterErrors(t *testing.T) {
	c := startBroker(t)
	s, _ := openConfigs(t, workerProps(c))
	var failed atomic.Int32
	c.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if failed.Load() >= 2 {
			return nil, nil, false
		}
		failed.Add(1)
		r := req.(*kmsg.FetchRequest)
		resp := r.ResponseKind().(*kmsg.FetchResponse)
		for _, t := range r.Topics {
			a := kmsg.NewFetchResponseTopic()
			a.Topic, a.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				ap := kmsg.NewFetchResponseTopicPartition()
				ap.Partition, ap.ErrorCode = p.Partition, kerr.TopicAuthorizationFailed.Code
				a.Partitions = append(a.Partitions, ap)
			}
			resp.Topics = append(resp.Topics, a)
		}
		return resp, nil, true
	})
	must(t, s.PutConnector(t.Context(), "a", map[string]string{}, ""))
	eventually(t, "two refused fetches", func() bool { return failed.Load() >= 2 })
	must(t, s.PutConnector(t.Context(), "b", map[string]string{}, ""))
	if got := s.Configs(); !slices.Equal(got.Connectors(), []string{"a", "b"}) {
		t.Fatal(stateText(got))
	}
}

func TestWrite_OutlivesTheContextOfAnother(t *testing.T) {
	c := startBroker(t)
	var on atomic.Bool
	refused := refuseWrites(c, &on, kerr.NotLeaderForPartition.Code)
	s, _ := openConfigs(t, workerProps(c, "linger.ms", "20"))
	for n := range 2 {
		on.Store(true)
		ctx, cancel := context.WithCancel(t.Context())
		ended, written := make(chan error), make(chan error)
		go func() { ended <- s.log.Write(ctx, ConnectorRecord("gone", nil)) }()
		go func() {
			written <- s.log.Write(t.Context(), ConnectorRecord(fmt.Sprint("a", n), nil), ConnectorRecord(fmt.Sprint("b", n), nil))
		}()
		before := refused.Load()
		eventually(t, "refusals", func() bool { return refused.Load() > before+1 })
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		on.Store(false)
		must(t, <-written)
		must(t, s.ReadToEnd(t.Context()))
		if got := s.Configs(); !got.Contains(fmt.Sprint("a", n)) || !got.Contains(fmt.Sprint("b", n)) {
			t.Fatal(stateText(got))
		}
	}
}
