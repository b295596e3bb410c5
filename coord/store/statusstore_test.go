package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
)

// said is a status of connector c, or of a task of it.
func said(task int, state connectors.State, worker string, generation int) Status {
	return Status{ID: connectors.TaskID{Connector: "c", Task: task}, State: state, WorkerID: worker, Generation: generation}
}

// settle writes what was put and reads it back.
func settle(t *testing.T, s *StatusStore) {
	t.Helper()
	must(t, s.Flush(t.Context()))
	must(t, s.ReadToEnd(t.Context()))
}

// shown is the state and the worker that a store shows.
func shown(s *StatusStore, task int) string {
	st := s.Connector("c")
	if task >= 0 {
		st = s.Task(connectors.TaskID{Connector: "c", Task: task})
	}
	if st == nil {
		return ""
	}
	return fmt.Sprint(st.State, " ", st.WorkerID, " ", st.Generation)
}

func TestStatusStore_SafeAndPlain(t *testing.T) {
	c := startBroker(t)
	a, b := openStatuses(t, workerProps(c)), openStatuses(t, workerProps(c))
	want := func(task int, text string) {
		t.Helper()
		must(t, b.ReadToEnd(t.Context()))
		if got := shown(b, task); got != text {
			t.Errorf("task %d: %q, want %q", task, got, text)
		}
	}
	a.Put(said(-1, connectors.Running, "a", 3))
	a.Put(said(0, connectors.Running, "a", 3))
	settle(t, a)
	want(-1, "RUNNING a 3")
	want(0, "RUNNING a 3")
	// A worker of an older generation does not overwrite what its successor said; the same worker may.
	b.PutSafe(said(0, connectors.Failed, "b", 2))
	settle(t, b)
	want(0, "RUNNING a 3")
	b.PutSafe(said(0, connectors.Failed, "b", 3))
	settle(t, b)
	want(0, "FAILED b 3")
	settle(t, a)
	a.PutSafe(said(0, connectors.Unassigned, "a", 2))
	settle(t, a)
	want(0, "FAILED b 3")
	b.PutSafe(said(0, connectors.Unassigned, "b", 1))
	settle(t, b)
	want(0, "UNASSIGNED b 1")
	// Deletion.
	a.Put(said(0, connectors.Destroyed, "a", 4))
	settle(t, a)
	want(0, "")
	a.Put(said(1, connectors.Running, "a", 4))
	a.Put(said(-1, connectors.Destroyed, "a", 4))
	settle(t, a)
	must(t, b.ReadToEnd(t.Context()))
	if got := shown(b, -1); got != "" {
		t.Error(got)
	}
}

// TestStatusStore_ThawedWorkerHearsItsSuccessorFirst: what a worker says that it has lost does not go over what its
// successor has said, although it has not been read when it is put.
func TestStatusStore_ThawedWorkerHearsItsSuccessorFirst(t *testing.T) {
	c := startBroker(t)
	a, b := openStatuses(t, workerProps(c)), openStatuses(t, workerProps(c))
	for task := -1; task < 20; task++ {
		a.Put(said(task, connectors.Running, "a", 3))
	}
	settle(t, a)
	must(t, b.ReadToEnd(t.Context()))
	for task := -1; task < 20; task++ {
		b.Put(said(task, connectors.Running, "b", 5))
		must(t, b.Flush(t.Context()))
		a.PutSafe(said(task, connectors.Unassigned, "a", 3))
	}
	settle(t, a)
	must(t, b.ReadToEnd(t.Context()))
	for task := -1; task < 20; task++ {
		if got := shown(b, task); got != "RUNNING b 5" || b.PassedOver(connectors.TaskID{Connector: "c", Task: task}) != nil {
			t.Errorf("task %d: %q", task, got)
		}
	}
}

func TestStatusStore_Topics(t *testing.T) {
	c := startBroker(t)
	s := openStatuses(t, workerProps(c))
	for _, topic := range []string{"u", "t"} {
		s.PutTopic(TopicUse{Topic: topic, Connector: "c", Task: 1, Discovered: time.UnixMilli(5)})
	}
	settle(t, s)
	again := openStatuses(t, workerProps(c))
	list := again.Topics("c")
	if len(list) != 2 || list[0] != (TopicUse{"t", "c", 1, time.UnixMilli(5)}) || !again.HasTopic("c", "u") || again.HasTopic("d", "u") {
		t.Fatal(list)
	}
	s.ForgetTopic("c", "t")
	settle(t, s)
	must(t, again.ReadToEnd(t.Context()))
	if list := again.Topics("c"); len(list) != 1 || list[0].Topic != "u" {
		t.Fatal(list)
	}
}

// refuseWrites makes a broker refuse all writes while on is set, and counts them.
func refuseWrites(c *kfake.Cluster, on *atomic.Bool, code int16) *atomic.Int32 {
	var refused atomic.Int32
	c.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if !on.Load() {
			return nil, nil, false
		}
		refused.Add(1)
		r := req.(*kmsg.ProduceRequest)
		resp := r.ResponseKind().(*kmsg.ProduceResponse)
		for _, t := range r.Topics {
			a := kmsg.NewProduceResponseTopic()
			a.Topic, a.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				ap := kmsg.NewProduceResponseTopicPartition()
				ap.Partition, ap.ErrorCode = p.Partition, code
				a.Partitions = append(a.Partitions, ap)
			}
			resp.Topics = append(resp.Topics, a)
		}
		return resp, nil, true
	})
	return &refused
}

func TestStatusStore_TriesAgainUnlessOvertaken(t *testing.T) {
	c := startBroker(t)
	var on atomic.Bool
	refused := refuseWrites(c, &on, kerr.NotEnoughReplicas.Code)
	s := openStatuses(t, workerProps(c, "status.storage.partitions", "1"))
	on.Store(true)
	s.Put(said(0, connectors.Running, "a", 3))
	s.Put(said(1, connectors.Running, "a", 3))
	s.Put(said(2, connectors.Running, "a", 3))
	eventually(t, "a refusal", func() bool { return refused.Load() > 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	s.Put(said(1, connectors.Failed, "a", 3)) // overtakes
	on.Store(false)
	settle(t, s)
	for task, want := range []string{"RUNNING a 3", "FAILED a 3", "RUNNING a 3"} {
		if got := shown(s, task); got != want {
			t.Errorf("task %d: %q, want %q", task, got, want)
		}
	}
	if got := content(t, c, "statuses", 3); len(got) != 3 {
		t.Errorf("the overtaken status was written too: %q", got)
	}
	// A later generation, and a deletion by somebody else, overtake too.
	on.Store(true)
	before := refused.Load()
	s.Put(said(0, connectors.Paused, "a", 3))
	s.Put(said(3, connectors.Running, "a", 4))
	eventually(t, "a refusal", func() bool { return refused.Load() > before })
	on.Store(false)
	settle(t, s)
	if got := shown(s, 0) + ", " + shown(s, 3); got != "RUNNING a 3, RUNNING a 4" {
		t.Error(got)
	}
}

func TestStatusStore_GivesUpWhatIsRefused(t *testing.T) {
	c := startBroker(t)
	var on atomic.Bool
	refuseWrites(c, &on, kerr.TopicAuthorizationFailed.Code)
	s := openStatuses(t, workerProps(c))
	on.Store(true)
	s.Put(said(0, connectors.Running, "a", 3))
	must(t, s.Flush(t.Context()))
	on.Store(false)
	s.Put(said(1, connectors.Running, "a", 3))
	settle(t, s)
	if got := shown(s, 0) + ", " + shown(s, 1); got != ", RUNNING a 3" || len(s.latest) != 0 {
		t.Error(got, s.latest)
	}
}

func TestStatuses_PassedOverUntilSomethingElseIsSaid(t *testing.T) {
	s := NewStatuses()
	id := connectors.TaskID{Connector: "c"}
	for i, step := range []struct {
		record Record
		passed bool
	}{
		{StatusRecord(said(0, connectors.Running, "a", 3)), false},
		{StatusRecord(said(0, connectors.Unassigned, "b", 2)), true},
		{StatusRecord(said(0, connectors.Running, "a", 3)), false},
		{StatusRecord(said(0, connectors.Unassigned, "b", 3)), true},
		{StatusRecord(said(0, connectors.Destroyed, "a", 3)), false},
		{StatusRecord(said(0, connectors.Running, "a", 3)), false},
		{StatusRecord(said(0, connectors.Unassigned, "b", 3)), true},
		{StatusRecord(said(-1, connectors.Destroyed, "a", 3)), false},
	} {
		must(t, s.Apply(step.record))
		if got := s.PassedOver(id) != nil; got != step.passed {
			t.Errorf("step %d: %v", i, got)
		}
	}
	if len(s.passed)+len(s.tasks) != 0 {
		t.Fatal(s.passed, s.tasks)
	}
}

func TestStatusStore_ClosedTakesNothing(t *testing.T) {
	c := startBroker(t)
	s := openStatuses(t, workerProps(c))
	s.Close()
	s.Put(said(0, connectors.Running, "a", 3))
	if err := s.Flush(t.Context()); !errors.Is(err, errClosed) || len(s.queue) != 0 {
		t.Fatal(err)
	}
	s.Close()
}

func TestStatuses_OfOtherVersions(t *testing.T) {
	s := NewStatuses()
	apply := func(key, value string) {
		t.Helper()
		must(t, s.Apply(Record{Key: []byte(key), Value: []byte(value)}))
	}
	apply("status-connector-c", `{"state":"RUNNING","trace":null,"worker_id":"h:1","generation":2}`) // before 4.1
	apply("status-task-c-0", `{"state":"RUNNING","trace":null,"worker_id":"h:1","generation":2,"version":"9","later":{"x":[1]}}`)
	if st := s.Connector("c"); st.Version != nil || st.Generation != 2 {
		t.Fatal(st)
	}
	if st := s.Task(connectors.TaskID{Connector: "c"}); *st.Version != "9" {
		t.Fatal(st)
	}
	err := s.Apply(Record{Key: []byte("status-task-c-0"), Value: []byte(`{"state":"DREAMING"}`), Offset: 7, Partition: 2})
	if err == nil || !strings.HasPrefix(err.Error(), `record at offset 7 of partition 2, key "status-task-c-0": want a status:`) {
		t.Fatal(err)
	}
	if !slices.Equal(s.Connectors(), []string{"c"}) {
		t.Fatal(s.Connectors())
	}
}
