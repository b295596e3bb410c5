//go:build e2e

package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/e2e/harness"
)

// jarConnector is a connector whose class is no part of our program. The guide calls it $JAR.
const jarConnector = "jar"

// jarClass is its class.
const jarClass = "org.apache.kafka.connect.mirror.MirrorCheckpointConnector"

// jarGroup makes what the class needs for a task: a group with offsets, and the topic of a mirror's offset syncs. It returns the name of
// the group, its topic and the mirror's target.
func jarGroup(t *testing.T, broker *harness.Broker) string {
	k, name := harness.NewKafka(t, broker.Bootstrap), harness.Unique(t, "jar")
	k.CreateTopic(name, 1, nil)
	k.CreateTopic("mm2-offset-syncs."+name+".internal", 1, map[string]string{"cleanup.policy": "compact"})
	var at kadm.Offsets
	at.AddOffset(name, 0, 0, -1)
	answers, err := k.Admin().CommitOffsets(t.Context(), name, at)
	if err == nil {
		err = answers.Error()
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// TestMigrate_JarStays follows the part of docs/migrate.md about connectors that exist only as jars: one stays on its
// Java worker and is not stopped, while another Java worker is replaced by one of ours. When that Java worker is gone it
// has FAILED on ours, and when it is back our leader returns it.
func TestMigrate_JarStays(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	broker := suite.SharedBroker(t, "that connectors without a counterpart of ours go on")
	l := newLoad(t, broker, harness.Properties{"scheduled.rebalance.max.delay.ms": "15000"}, loadSize{pipes: 3})
	m := &mixed{load: l, more: harness.Expected{jarConnector: 1}}
	stays, goes := l.worker(t, harness.Java), l.worker(t, harness.Java)
	ours := l.workerWith(t, harness.Millrace, "--join-anyway")
	refused := l.worker(t, harness.Millrace)
	group := jarGroup(t, broker)
	stays.StartReady(t)
	stays.Create(t, jarConnector, harness.Properties{
		"connector.class": jarClass, "source.cluster.alias": "a", "target.cluster.alias": group, "groups": group, "topics": group,
		"source.cluster.bootstrap.servers": broker.Bootstrap, "target.cluster.bootstrap.servers": broker.Bootstrap,
		"checkpoints.topic.replication.factor": "1",
		"key.converter":                        "org.apache.kafka.connect.converters.ByteArrayConverter",
		"value.converter":                      "org.apache.kafka.connect.converters.ByteArrayConverter",
	})
	goes.StartReady(t)
	m.cluster.Calm(t, calmMax, harness.Expected{jarConnector: 1})
	l.create(t, stays)
	l.flow()
	m.cluster.Calm(t, calmMax, m.expected())

	refused.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), calmMax)
	defer cancel()
	if code, err := refused.Wait(ctx); err != nil || code == 0 || !strings.Contains(refused.Output(), jarClass) {
		t.Errorf("a worker that lacks a class ended with %s, %v:\n%s", refused.End(), err, refused.Tail(20))
	}
	g := readGuide(t)
	for !strings.Contains(g.commands[0], "$JAR") {
		g.commands = g.commands[1:]
	}
	g.runs(t, stays, "connectors/$JAR/status")
	g.stops(t, goes)
	g.starts(t, "millrace distributed --join-anyway")
	m.start(t, ours)
	if out := g.runs(t, stays, "connectors/$JAR/status"); strings.Count(out, `"worker_id":"`+stays.Address+`"`) != 2 {
		t.Errorf("connector and task are not both where they were: %s", out)
	}
	for _, line := range []string{"Stopping connector " + jarConnector, "Stopping task " + jarConnector + "-0"} {
		if strings.Contains(stays.Output(), line) {
			t.Errorf("%s has logged %q", stays.Name, line)
		}
	}
	l.hold(t)
	l.noRepeats(t, nil, "though no worker was killed")
	if len(g.commands) != 0 {
		t.Errorf("the guide goes on: %q", g.commands)
	}

	stays.Stop(t)
	if s := ours.WaitState(t, jarConnector, "FAILED", 1); !strings.Contains(s.Connector.Trace, jarClass) || !strings.Contains(s.Tasks[0].Trace, "MirrorCheckpoint") {
		t.Errorf("without a Java worker: %+v", s)
	}
	m.start(t, stays)
	if leader := m.cluster.Leader(t); leader != ours {
		t.Fatalf("%s leads", leader.Name)
	}
	for name, s := range m.cluster.Calm(t, calmMax, m.expected()) {
		if name == jarConnector && (s.Connector.WorkerID != stays.Address || s.Tasks[0].WorkerID != stays.Address) {
			t.Errorf("a leader of ours has given it to its own: %+v", s)
		}
	}
}
