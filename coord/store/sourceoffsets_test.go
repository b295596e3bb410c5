package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
)

// configured is what connectors are configured for: a topic by connector, "" = the worker's.
type configured struct {
	mu     sync.Mutex
	topics map[string]string
	broker *kfake.Cluster
}

func (c *configured) set(connector, topic string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.topics[connector] = topic
}

func (c *configured) forget(connector string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.topics, connector)
}

func (c *configured) find(_ context.Context, connector string) (OwnTopic, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	topic, known := c.topics[connector]
	if topic == "refused" {
		return OwnTopic{}, false, errors.New("the policy does not allow it")
	}
	p := map[string]string{"bootstrap.servers": c.broker.ListenAddrs()[0], "fetch.max.wait.ms": "50"}
	return OwnTopic{Name: topic, Producer: p, Consumer: p, Admin: p}, known, nil
}

func openSource(t *testing.T, c *kfake.Cluster, topics map[string]string) (*SourceOffsets, *configured) {
	t.Helper()
	of := &configured{topics: topics, broker: c}
	s, err := NewSourceOffsets(testOptions(t, workerProps(c)), of.find)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Start(t.Context()))
	return s, of
}

func TestSourceOffsets_EachConnectorsTopic(t *testing.T) {
	c := startBroker(t)
	s, of := openSource(t, c, map[string]string{"c": "", "own": "mine", "bad": "refused"})
	for _, name := range []string{"c", "own"} {
		must(t, s.Set(t.Context(), name, []connectors.PartitionOffset{pair(t, `{"p":1}`, `{"of":"`+name+`"}`)}))
		list, err := s.All(t.Context(), name)
		must(t, err)
		if len(list) != 1 || !list[0].Offset.Equal(offsetMap(t, `{"of":"`+name+`"}`)) {
			t.Fatal(list)
		}
	}
	if got := content(t, c, "mine", 1); len(got) != 1 {
		t.Fatal(got)
	}
	if _, err := s.Partitions(t.Context(), "bad"); err == nil || err.Error() != "the policy does not allow it" {
		t.Fatal(err)
	}
	// The tasks of a deleted connector commit a last time where they did before.
	of.forget("own")
	must(t, s.Set(t.Context(), "own", []connectors.PartitionOffset{pair(t, `{"p":1}`, `{"last":1}`)}))
	if got := content(t, c, "mine", 2); len(got) != 2 {
		t.Fatal(got)
	}
	// Another topic: it goes on from what the worker's has.
	of.set("own", "mine2")
	eventually(t, "the worker's topic has it", func() bool {
		got, err := s.worker.Get(t.Context(), "own", []connectors.OffsetMap{offsetMap(t, `{"p":1}`)})
		return err == nil && got[0].Equal(offsetMap(t, `{"last":1}`))
	})
	got, err := s.Get(t.Context(), "own", []connectors.OffsetMap{offsetMap(t, `{"p":1}`)})
	must(t, err)
	if !got[0].Equal(offsetMap(t, `{"last":1}`)) || c.TopicInfo("mine2") == nil {
		t.Fatal(got)
	}
	// And back to the worker's.
	of.set("own", "")
	if list, err := s.Partitions(t.Context(), "own"); err != nil || len(list) != 1 || len(s.open) != 0 {
		t.Fatal(list, err, s.open)
	}
}

func TestSourceOffsets_WaitsAndTriesAgain(t *testing.T) {
	c := startBroker(t)
	s, _ := openSource(t, c, map[string]string{"own": "mine"})
	must(t, c.CreateTopic("mine", 1, map[string]string{"cleanup.policy": "delete"}))
	_, err := s.All(t.Context(), "own")
	if javaClass(err) != configException {
		t.Fatal(err)
	}
	removeTopic(t, c, "mine")
	must(t, c.CreateTopic("mine", 1, map[string]string{"cleanup.policy": "compact"}))
	var slow atomic.Bool
	slow.Store(true)
	c.ControlKey(int16(kmsg.ListOffsets), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, errors.New("no answer"), slow.Load()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err = s.All(ctx, "own"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	slow.Store(false)
	if _, err = s.All(t.Context(), "own"); err != nil {
		t.Fatal(err)
	}
}

func TestSourceOffsets_ClosesWhatIsNotUsed(t *testing.T) {
	c := startBroker(t)
	s, _ := openSource(t, c, map[string]string{"a": "a", "b": "b"})
	for _, name := range []string{"a", "b"} {
		must(t, s.Set(t.Context(), name, []connectors.PartitionOffset{pair(t, `{"p":1}`, `{"n":1}`)}))
	}
	s.mu.Lock()
	s.open["a"].used = time.Now().Add(-2 * ownIdleMax)
	s.mu.Unlock()
	if _, err := s.All(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if len(s.open) != 1 || s.open["b"] == nil {
		t.Fatal(s.open)
	}
	list, err := s.All(t.Context(), "a")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
}

func TestSourceOffsets_ChangesUnderUse(t *testing.T) {
	c := startBroker(t)
	s, of := openSource(t, c, map[string]string{"own": "mine0"})
	var wait sync.WaitGroup
	for w := range 3 {
		wait.Go(func() {
			for n := range 15 {
				if w == 0 {
					of.set("own", fmt.Sprint("mine", n%3))
				}
				if err := s.Set(t.Context(), "own", []connectors.PartitionOffset{pair(t, fmt.Sprintf(`{"w":%d}`, w), fmt.Sprintf(`{"n":%d}`, n))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.All(t.Context(), "own"); !errors.Is(err, errClosed) {
		t.Fatal(err)
	}
}
