package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// startConnector starts connector s in a target state.
func (b *bench) startConnector(props map[string]string, target connectors.TargetState, reconfigure func()) {
	b.t.Helper()
	if reconfigure == nil {
		reconfigure = func() {}
	}
	if err := b.worker.StartConnector(b.t.Context(), "s", props, target, b.status, reconfigure); err != nil {
		b.t.Fatal(err)
	}
}

// calls remembers what was called.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, what)
}

func (c *calls) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.list, " ")
}

// recording is a connector that remembers its calls.
func recording(c *calls) *fakeConnector {
	return &fakeConnector{
		start: func(context.Context, connectors.ConnectorContext, map[string]string) error {
			c.add("start")
			return nil
		},
		stop: func(context.Context) error { c.add("stop"); return nil },
	}
}

// states is what was reported of connector s so far.
func (b *bench) states() string {
	var out []string
	for _, s := range b.seen {
		out = append(out, string(s.State))
	}
	return strings.Join(out, " ")
}

func TestConnector_FollowsItsTargetState(t *testing.T) {
	var c calls
	b := newBench(t, sourceOf(recording(&c)), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	b.await("s", -1, connectors.Running)
	for _, target := range []struct {
		to   connectors.TargetState
		want connectors.State
	}{
		{connectors.TargetPaused, connectors.Paused},
		{connectors.TargetStarted, connectors.Running},
		{connectors.TargetStopped, connectors.Stopped},
		{connectors.TargetPaused, connectors.Paused},
		{connectors.TargetStarted, connectors.Running},
	} {
		b.worker.SetConnectorTarget("s", target.to)
		b.await("s", -1, target.want)
	}
	if err := b.worker.StopConnector(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	b.await("s", -1, connectors.Unassigned)
	if want := "start stop start stop start stop"; c.String() != want {
		t.Errorf("calls are %s, want %s", &c, want)
	}
	if want := "RUNNING PAUSED RUNNING STOPPED PAUSED RUNNING UNASSIGNED"; b.states() != want {
		t.Errorf("states are %s, want %s", b.states(), want)
	}
}

func TestConnector_StartedAsStoppedIsNotStarted(t *testing.T) {
	var c calls
	b := newBench(t, sourceOf(recording(&c)), nil)
	b.startConnector(source(), connectors.TargetStopped, nil)
	b.await("s", -1, connectors.Stopped)
	if _, err := b.worker.TaskConfigs(t.Context(), "s", source()); err == nil || err.Error() != "Connector s is not running" {
		t.Errorf("error is %v", err)
	}
	if c.String() != "" {
		t.Errorf("calls are %s", &c)
	}
}

func TestConnector_FailureIsFinalUntilStopped(t *testing.T) {
	var c calls
	f := recording(&c)
	f.start = func(context.Context, connectors.ConnectorContext, map[string]string) error {
		return errors.New("no network")
	}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	if s := b.await("s", -1, connectors.Failed); s.Trace != "org.apache.kafka.connect.errors.ConnectException: no network\n" {
		t.Errorf("trace is %q", s.Trace)
	}
	b.worker.SetConnectorTarget("s", connectors.TargetStarted)
	b.until("refusal is logged", func() bool {
		return strings.Contains(b.log.String(), "does not change its state until it is restarted")
	})
	b.worker.SetConnectorTarget("s", connectors.TargetStopped)
	b.await("s", -1, connectors.Stopped)
	if c.String() != "stop" {
		t.Errorf("calls are %s: what a failed start holds is released once", &c)
	}
}

func TestConnector_PanicFailsIt(t *testing.T) {
	f := &fakeConnector{start: func(context.Context, connectors.ConnectorContext, map[string]string) error { panic("oops") }}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	s := b.await("s", -1, connectors.Failed)
	if !strings.HasPrefix(s.Trace, "java.lang.RuntimeException: panic: oops\ngoroutine ") || !strings.Contains(s.Trace, "connector_test.go") {
		t.Errorf("trace is %q", s.Trace)
	}
}

func TestConnector_RaisedErrorFailsIt(t *testing.T) {
	var c calls
	var cc connectors.ConnectorContext
	f := recording(&c)
	f.start = func(_ context.Context, x connectors.ConnectorContext, _ map[string]string) error { cc = x; return nil }
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	b.await("s", -1, connectors.Running)
	cc.RaiseError(errors.New("gone"))
	if s := b.await("s", -1, connectors.Failed); !strings.Contains(s.Trace, "gone") {
		t.Errorf("trace is %q", s.Trace)
	}
	if err := b.worker.StopConnector(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	if c.String() != "stop" {
		t.Errorf("calls are %s: a started plugin is stopped, failed or not", &c)
	}
}

func TestConnector_AsksForNewTaskConfigsWhileItLives(t *testing.T) {
	var cc connectors.ConnectorContext
	asked := make(chan struct{}, 2)
	f := &fakeConnector{start: func(_ context.Context, x connectors.ConnectorContext, _ map[string]string) error {
		cc = x
		x.RequestTaskReconfiguration()
		return nil
	}}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, func() { asked <- struct{}{} })
	b.await("s", -1, connectors.Running)
	<-asked
	if err := b.worker.StopConnector(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	cc.RequestTaskReconfiguration()
	cc.RaiseError(errors.New("late"))
	if len(asked) > 0 {
		t.Error("an instance that has ended was heard")
	}
	if _, err := b.worker.TaskConfigs(t.Context(), "s", source()); err == nil || err.Error() != "Connector s not found in this worker." {
		t.Errorf("error is %v", err)
	}
}

func TestConnector_WaitingTransitionIsReplaced(t *testing.T) {
	var c calls
	f := recording(&c)
	started, release := make(chan struct{}), make(chan struct{})
	f.start = func(context.Context, connectors.ConnectorContext, map[string]string) error {
		close(started)
		<-release
		return nil
	}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	<-started
	b.worker.SetConnectorTarget("s", connectors.TargetPaused)
	b.worker.SetConnectorTarget("s", connectors.TargetStopped)
	close(release)
	b.await("s", -1, connectors.Stopped)
	if want := "RUNNING STOPPED"; b.states() != want {
		t.Errorf("states are %s, want %s", b.states(), want)
	}
}

func TestConnector_ThatHangsIsGivenUp(t *testing.T) {
	started, release, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	f := &fakeConnector{start: func(context.Context, connectors.ConnectorContext, map[string]string) error {
		close(started)
		<-release
		close(ended)
		return errors.New("late")
	}}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.worker.StopConnector(ctx, "s"); err != nil {
		t.Fatal(err)
	}
	b.await("s", -1, connectors.Unassigned)
	close(release)
	<-ended
	// Another of that name may run meanwhile.
	f.start = nil
	b.startConnector(source(), connectors.TargetStarted, nil)
	b.await("s", -1, connectors.Running)
	if want := "UNASSIGNED RUNNING"; b.states() != want {
		t.Errorf("states are %s, want %s", b.states(), want)
	}
}

func TestConnector_ThatHangsInStartEndsWithItsContext(t *testing.T) {
	started := make(chan struct{})
	f := &fakeConnector{start: func(ctx context.Context, _ connectors.ConnectorContext, _ map[string]string) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	}}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	<-started
	if err := b.worker.StopConnector(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	b.await("s", -1, connectors.Unassigned)
	if want := "UNASSIGNED"; b.states() != want {
		t.Errorf("states are %s, want %s", b.states(), want)
	}
}

func TestStartConnector_Refuses(t *testing.T) {
	b := newBench(t, sourceOf(&fakeConnector{}), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	for _, c := range []struct {
		name  string
		props map[string]string
		want  string
	}{
		{"s", source(), "Connector with name s already exists"},
		{"x", pairs("name=x", "connector.class=NoSuch"), "Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: PluginDesc{klass=class test.FakeSourceConnector, name='test.FakeSourceConnector', version='1.2', encodedVersion=1.2, type=source, typeName='source', location='classpath'}"},
		{"x", source("connector.plugin.version=7"), "Failed to instantiate class for connector FakeSource, class s"},
		{"x", source("tasks.max=0"), "Invalid value 0 for configuration tasks.max: Value must be at least 1"},
		{"x", source("key.converter=NoSuch"), "Invalid value NoSuch for configuration key.converter: Class NoSuch could not be found."},
		{"x", source("transforms=a"), `Missing required configuration "transforms.a.type" which has no default value.`},
		{"x", source("topic.creation.default.partitions=1"), `Missing required configuration "topic.creation.default.replication.factor" which has no default value.`},
	} {
		err := b.worker.StartConnector(t.Context(), c.name, c.props, connectors.TargetStarted, b.status, func() {})
		if err == nil || err.Error() != c.want {
			t.Errorf("%v: %v, want %s", c.props, err, c.want)
		}
	}
}

func TestConnector_SinkWithoutTopicsFails(t *testing.T) {
	b := newBench(t, sinkOf(&fakeConnector{}), nil)
	if err := b.worker.StartConnector(t.Context(), "s", pairs("name=s", "connector.class=FakeSink"), connectors.TargetStarted, b.status, func() {}); err != nil {
		t.Fatal(err)
	}
	want := "org.apache.kafka.common.config.ConfigException: Invalid value null for configuration topics: Must configure one of topics or topics.regex\n"
	if s := b.await("s", -1, connectors.Failed); s.Trace != want {
		t.Errorf("trace is %q", s.Trace)
	}
}

func TestTaskConfigs_AreCompleted(t *testing.T) {
	t.Setenv("MILLRACE_TEST_TOPIC", "t")
	f := &fakeConnector{configs: func(_ context.Context, n int) (out []map[string]string, err error) {
		for i := range n {
			out = append(out, pairs(fmt.Sprintf("n=%d", i), "secret=resolved", "other=x"))
		}
		return out, nil
	}}
	b := newBench(t, sinkOf(f), nil)
	props := pairs("name=s", "connector.class=FakeSink", "tasks.max=2", "topics=${env:MILLRACE_TEST_TOPIC}", "secret=${env:x:y}", "third=${env:z}")
	b.startConnector(props, connectors.TargetStarted, nil)
	b.await("s", -1, connectors.Running)
	got, err := b.worker.TaskConfigs(t.Context(), "s", props)
	if err != nil {
		t.Fatal(err)
	}
	want := "[map[n:0 other:x secret:${env:x:y} task.class:test.FakeSinkTask topics:${env:MILLRACE_TEST_TOPIC}] " +
		"map[n:1 other:x secret:${env:x:y} task.class:test.FakeSinkTask topics:${env:MILLRACE_TEST_TOPIC}]]"
	if fmt.Sprint(got) != want {
		t.Errorf("configs are\n%v\nwant\n%s", got, want)
	}
}

func TestTaskConfigs_MoreThanTasksMax(t *testing.T) {
	f := &fakeConnector{configs: func(context.Context, int) ([]map[string]string, error) { return make([]map[string]string, 3), nil }}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source("tasks.max=2"), connectors.TargetStarted, nil)
	b.await("s", -1, connectors.Running)
	if got, err := b.worker.TaskConfigs(t.Context(), "s", source("tasks.max=2", "tasks.max.enforce=false")); err != nil || len(got) != 3 {
		t.Errorf("without enforcement: %v, %v", got, err)
	}
	_, err := b.worker.TaskConfigs(t.Context(), "s", source("tasks.max=2"))
	want := "The connector s has generated 3 tasks, which is greater than 2, the maximum number of tasks it is configured to create. " +
		"This behaviour should be considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring the connector " +
		"with 'tasks.max.enforce' set to false; however, this option will be removed in a future release of Kafka Connect."
	if err == nil || err.Error() != want {
		t.Errorf("error is %v", err)
	}
	if s := b.await("s", -1, connectors.Failed); s.Trace != "org.apache.kafka.connect.runtime.TooManyTasksException: "+want+"\n" {
		t.Errorf("trace is %q", s.Trace)
	}
}

func TestTaskConfigs_ThatHangEndWithTheCaller(t *testing.T) {
	f := &fakeConnector{configs: func(ctx context.Context, _ int) ([]map[string]string, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	b := newBench(t, sourceOf(f), nil)
	b.startConnector(source(), connectors.TargetStarted, nil)
	b.await("s", -1, connectors.Running)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.worker.TaskConfigs(ctx, "s", source()); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
