package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// Cluster is a Connect cluster: workers of both sides with one group.id and the same internal topics.
type Cluster struct {
	Group   string
	Kafka   *Kafka
	Workers []*Worker // all that were added, running or not

	t          testing.TB
	suite      *Suite
	properties Properties
}

// NewCluster returns a cluster without workers on the broker at bootstrap. more goes on top of the properties of all
// its workers, which make them notice soon what happens to each other.
func (s *Suite) NewCluster(t testing.TB, bootstrap string, more Properties) *Cluster {
	t.Helper()
	group := Unique(t, "workers")
	return &Cluster{Group: group, Kafka: NewKafka(t, bootstrap), t: t, suite: s, properties: Properties{
		"bootstrap.servers":                 bootstrap,
		"group.id":                          group,
		"config.storage.topic":              group + "-configs",
		"offset.storage.topic":              group + "-offsets",
		"status.storage.topic":              group + "-status",
		"config.storage.replication.factor": "1",
		"offset.storage.replication.factor": "1",
		"status.storage.replication.factor": "1",
		"offset.storage.partitions":         "3",
		"status.storage.partitions":         "2",
		"key.converter":                     "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":                   "org.apache.kafka.connect.storage.StringConverter",
		"offset.flush.interval.ms":          "500",
		"session.timeout.ms":                "6000",
		"heartbeat.interval.ms":             "1000",
		"scheduled.rebalance.max.delay.ms":  "2000",
		"task.shutdown.graceful.timeout.ms": "15000", // on a loaded machine clean stops take their time
		"consumer.session.timeout.ms":       "6000",  // sink tasks that were killed need not be waited for
		"consumer.heartbeat.interval.ms":    "1000",
	}.With(more)}
}

// Property is the value of a key that all workers of the cluster have.
func (c *Cluster) Property(key string) string { return c.properties[key] }

// Add returns another worker of the cluster, not started. c.Properties goes on top of the cluster's.
func (c *Cluster) Add(side Side, w WorkerConfig) *Worker {
	c.t.Helper()
	if w.Name == "" {
		w.Name = fmt.Sprintf("%s%d", side, 1+len(c.Side(side)))
	}
	w.Distributed = true
	w.Properties = c.properties.With(w.Properties)
	worker := c.suite.NewWorker(c.t, side, w)
	c.Workers = append(c.Workers, worker)
	return worker
}

// Side returns the cluster's workers of one side.
func (c *Cluster) Side(side Side) []*Worker {
	return slices.DeleteFunc(slices.Clone(c.Workers), func(w *Worker) bool { return w.Side != side })
}

// Running returns the workers that run and are not frozen.
func (c *Cluster) Running() []*Worker {
	return slices.DeleteFunc(slices.Clone(c.Workers), func(w *Worker) bool { return w.Process == nil || !w.Process.Running() || w.frozen })
}

// Membership is what the group coordinator knows of the cluster.
type Membership struct {
	Stable   bool // no rebalance is under way
	Members  int
	Leader   *Worker // nil when it is none of the cluster's
	Protocol string  // eager is "default"
}

// Membership asks the group coordinator.
func (c *Cluster) Membership(ctx context.Context) (Membership, error) {
	groups, err := c.Kafka.admin.DescribeGroups(ctx, c.Group)
	if err == nil {
		err = groups.Error()
	}
	if err != nil {
		return Membership{}, err
	}
	g := groups[c.Group]
	m := Membership{Stable: g.State == "Stable", Members: len(g.Members), Protocol: g.Protocol}
	for _, member := range g.Members {
		share, ok := member.Assigned.AsConnect()
		if !ok {
			continue
		}
		for _, w := range c.Workers {
			if share.LeaderURL == "http://"+w.Address+"/" {
				m.Leader = w
			}
		}
	}
	return m, nil
}

// Leader returns the worker that leads the group now, which must be at rest.
func (c *Cluster) Leader(t testing.TB) *Worker {
	t.Helper()
	var leader *Worker
	Eventually(t, stateMax, "the group has a leader", func(ctx context.Context) (bool, error) {
		m, err := c.Membership(ctx)
		leader = m.Leader
		if err == nil && (!m.Stable || leader == nil) {
			err = errors.New("a rebalance is under way")
		}
		return err == nil, err
	})
	return leader
}
