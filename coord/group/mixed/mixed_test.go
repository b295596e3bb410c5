//go:build e2e || soak

package mixed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(stubVariable); text != "" {
		if err := runStub(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(suite.Main(m))
}

var suite = &harness.Suite{}

// settleMax is how long a group may take to agree on who runs what.
const settleMax = 40 * time.Second

// names and tasksEach are what the groups run.
const names, tasksEach = 3, 3

// workers are a Java worker and stubs in one group.
type workers struct {
	t       *testing.T
	cluster *harness.Cluster
	java    *harness.Worker
	stubs   map[string]*stubProcess
	work    []string
}

// stubProcess is a stub as the test sees it.
type stubProcess struct{ *harness.Process }

const java = "java"

// kind is a Java worker of one protocol, and those that ours speak with it.
type kind struct {
	java string
	ours []string
}

// TestMixedGroup: members of ours and a Java worker share the work of one group, in each protocol and whoever leads,
// through leaving, killing and freezing of either and a restart of the coordinator.
//
// Java's worker is eager from its start where the group is: brought down from another protocol it keeps what it ran,
// beside those that have it now.
func TestMixedGroup(t *testing.T) {
	broker := suite.StartBroker(t, nil, "that our members and Java workers form one group")
	for _, kind := range kinds {
		c := suite.NewCluster(t, broker.Bootstrap, harness.Properties{
			"session.timeout.ms": fmt.Sprint(session.Milliseconds()), "heartbeat.interval.ms": fmt.Sprint(heartbeat.Milliseconds()),
			"rebalance.timeout.ms": fmt.Sprint(rebalance.Milliseconds()), "scheduled.rebalance.max.delay.ms": fmt.Sprint(maxDelay.Milliseconds()),
		})
		javas := c.Add(harness.Java, harness.WorkerConfig{Properties: harness.Properties{"connect.protocol": kind.java}})
		w := &workers{t: t, cluster: c, java: javas, stubs: map[string]*stubProcess{}}
		w.java.StartReady(t)
		w.configure()
		w.shared("java has it all", java)
		for _, protocol := range kind.ours {
			t.Log(protocol)
			w.round(broker, protocol)
		}
		w.java.Stop(t)
	}
}

// round takes a group through everything, from the Java worker alone to the Java worker alone.
func (w *workers) round(broker *harness.Broker, protocol string) {
	w.t.Helper()
	w.start("a", protocol)
	w.shared("java leads, a joins", java, "a")
	w.start("b", protocol)
	w.shared("b joins", java, "a", "b")
	w.leads("java leads", protocol, java)

	w.freeze(java)
	w.shared("java is frozen", "a", "b")
	w.wake(java)
	w.shared("java is back", java, "a", "b")
	leader := w.leads("one of ours leads", protocol, "a", "b")
	if protocol != "compatible" { // whose faults are those of sessioned: the bytes differ in the number alone
		w.disturb(broker, protocol, leader)
	}
	for _, name := range []string{"a", "b"} {
		if err := w.stubs[name].Stop(); err != nil {
			w.t.Fatal(err)
		}
	}
	w.shared("ours have left", java)
}

// disturb freezes and kills a follower of ours and restarts the coordinator.
func (w *workers) disturb(broker *harness.Broker, protocol, leader string) {
	w.t.Helper()
	follower := map[string]string{"a": "b", "b": "a"}[leader]
	w.freeze(follower)
	w.shared("a follower of ours is frozen", java, leader)
	w.wake(follower)
	w.shared("the follower is back", java, "a", "b")
	w.stubs[follower].Kill()
	w.shared("the follower is killed", java, leader)
	w.start(follower, protocol)
	w.shared("the follower is there again", java, "a", "b")
	w.leads("the leader has not changed", protocol, leader)

	if err := broker.Stop(); err != nil {
		w.t.Fatal(err)
	}
	broker.Restart(w.t)
	w.shared("the coordinator was restarted", java, "a", "b")
}

// configure creates the connectors, over the Java worker's REST API.
func (w *workers) configure() {
	w.t.Helper()
	for i := range names {
		name := fmt.Sprintf("c%d", i)
		topic := harness.Unique(w.t, "topic")
		w.cluster.Kafka.CreateTopic(topic, 1, nil)
		w.java.Create(w.t, name, harness.Properties{
			"connector.class": "FileStreamSink", "tasks.max": fmt.Sprint(tasksEach), "topics": topic, "file": "out-" + name + ".txt",
		})
		w.work = append(w.work, name)
		for n := range tasksEach {
			w.work = append(w.work, fmt.Sprintf("%s-%d", name, n))
		}
		w.java.WaitState(w.t, name, "RUNNING", tasksEach)
	}
	slices.Sort(w.work)
}

// start starts a stub.
func (w *workers) start(name, protocol string) {
	w.t.Helper()
	text, err := json.Marshal(settings{
		Name: name, Bootstrap: w.cluster.Property("bootstrap.servers"), Group: w.cluster.Group,
		ConfigTopic: w.cluster.Property("config.storage.topic"), StatusTopic: w.cluster.Property("status.storage.topic"), Protocol: protocol,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := harness.Start(harness.Command{Name: "stub-" + name, Path: program, Env: []string{stubVariable + "=" + string(text)}, LogDir: w.t.TempDir()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.stubs[name] = &stubProcess{p}
	w.t.Cleanup(func() {
		p.Kill()
		if w.t.Failed() {
			w.t.Logf("stub %s:\n%s", name, p.Tail(60))
		}
	})
}

func (w *workers) process(name string) *harness.Process {
	if name == java {
		return w.java.Process
	}
	return w.stubs[name].Process
}

func (w *workers) freeze(name string) { w.process(name).Signal(syscall.SIGSTOP) }

func (w *workers) wake(name string) { w.process(name).Signal(syscall.SIGCONT) }

// last returns the last report of a stub.
func (s *stubProcess) last() (report, error) {
	var r report
	text := s.Output()
	at := strings.LastIndex(text, reportStart)
	if at < 0 {
		return r, fmt.Errorf("%s has reported nothing", s.Name)
	}
	line, _, _ := strings.Cut(text[at+len(reportStart):], "\n")
	return r, json.Unmarshal([]byte(line), &r)
}

// assignmentOfJava finds what a Java worker's log says that it was given.
var assignmentOfJava = regexp.MustCompile(`got assignment: Assignment\{.*?connectorIds=\[(.*?)\], taskIds=\[(.*?)\],`)

// running returns what a worker runs. Of Java it is what its log says that it has and what is said to run, by whomever: a worker that
// thaws may be given again what it never stopped, and then writes no status.
func (w *workers) running(ctx context.Context, name string) ([]string, error) {
	if name != java {
		r, err := w.stubs[name].last()
		return r.Running, err
	}
	states, err := w.java.States(ctx)
	if err != nil {
		return nil, err
	}
	said := map[string]bool{}
	for name, s := range states {
		said[name] = s.Connector.State == "RUNNING"
		for _, task := range s.Tasks {
			said[fmt.Sprintf("%s-%d", name, task.ID)] = task.State == "RUNNING"
		}
	}
	all := assignmentOfJava.FindAllStringSubmatch(w.java.Output(), -1)
	if len(all) == 0 {
		return nil, errors.New("java has not joined")
	}
	last := all[len(all)-1]
	return slices.DeleteFunc(strings.Split(last[1]+", "+last[2], ", "), func(item string) bool { return !said[item] }), nil
}

// shared waits until the workers run all work between them, each item once, evenly, and are the members of the group.
func (w *workers) shared(after string, among ...string) {
	w.t.Helper()
	began := time.Now()
	harness.Eventually(w.t, settleMax, after+": work is shared", func(ctx context.Context) (bool, error) {
		m, err := w.cluster.Membership(ctx)
		if err != nil {
			return false, err
		}
		if !m.Stable || m.Members != len(among) {
			return false, fmt.Errorf("%d members, stable %t", m.Members, m.Stable)
		}
		var all []string
		for _, name := range among {
			running, err := w.running(ctx, name)
			if err != nil {
				return false, err
			}
			if n, share := len(running), len(w.work)/len(among); n < share-1 || n > share+2 { // a connector and a task more
				return false, fmt.Errorf("%s runs %d of %d", name, n, len(w.work))
			}
			all = append(all, running...)
		}
		slices.Sort(all)
		if !slices.Equal(all, w.work) {
			states, err := w.java.States(ctx)
			return false, errors.Join(err, fmt.Errorf("running is %v, not %v; java tells %+v", all, w.work, states))
		}
		return true, nil
	})
	w.t.Logf("%s: shared after %v", after, time.Since(began).Round(10*time.Millisecond))
}

// leads checks the protocol of the group and that one of the given workers leads, and returns it.
func (w *workers) leads(what, protocol string, may ...string) string {
	w.t.Helper()
	var leader string
	harness.Eventually(w.t, settleMax, what, func(ctx context.Context) (bool, error) {
		m, err := w.cluster.Membership(ctx)
		if err != nil {
			return false, err
		}
		if want := strings.Replace(protocol, "eager", "default", 1); m.Protocol != want {
			return false, fmt.Errorf("protocol %s, not %s", m.Protocol, want)
		}
		leader = ""
		if m.Leader != nil {
			leader = java
		}
		for name, s := range w.stubs {
			if r, err := s.last(); err == nil && s.Running() && r.Leads {
				leader += name
			}
		}
		return slices.Contains(may, leader), fmt.Errorf("%q leads", leader)
	})
	return leader
}
