package coordtest

import (
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/coord/distributed"
	"github.com/millrace/millrace/coord/group"
)

// optionsOf are what a seed decides of a cluster.
func optionsOf(seed uint64) Options {
	o := Options{
		Seed: seed, Protocol: []group.Protocol{group.Sessioned, group.Sessioned, group.Compatible, group.Eager}[seed%4],
		Delay: []time.Duration{20 * time.Second, 20 * time.Second, 0}[seed%3], Failing: seed%5 == 0, ExactlyOnce: seed%7 == 3,
	}
	if o.Protocol == group.Eager {
		o.Delay = 0
	}
	return o
}

// play plays a seed to its end.
func play(o Options) *Cluster {
	c := New(o)
	defer c.Close()
	for range 1 + c.rng.IntN(3) {
		c.Start()
	}
	c.Run(2 * time.Second)
	for range 3 + c.rng.IntN(25) {
		c.Trouble()
		c.Run(c.between(0, []time.Duration{200 * time.Millisecond, 5 * time.Second}[c.rng.IntN(2)]))
	}
	c.Heal()
	c.Settle()
	return c
}

func checkSeeds(t *testing.T, from, to uint64) {
	for seed := from; seed < to; seed++ {
		if c := play(optionsOf(seed)); len(c.Faults()) > 0 {
			tell(t, seed)
		}
	}
}

// tell plays a seed again and logs its history.
func tell(t *testing.T, seed uint64) {
	o := optionsOf(seed)
	o.Trace = true
	c := play(o)
	for _, line := range c.Trace() {
		t.Log(line)
	}
	t.Fatalf("seed %d: %v", seed, c.Faults())
}

func TestCluster_SeedsHold(t *testing.T) { checkSeeds(t, 0, 600) }

// TestCluster_DeletionHiddenByCompaction: a worker that was away while a connector was deleted and created again, paused, keeps the
// tasks that it had before, for compaction has taken the tombstone.
func TestCluster_DeletionHiddenByCompaction(t *testing.T) { checkSeeds(t, 145595, 145596) }

// TestCluster_SlowTaskHoldsUpNoOther: a task that is restarted takes five seconds to stop, while the group takes all from its worker.
func TestCluster_SlowTaskHoldsUpNoOther(t *testing.T) { checkSeeds(t, 658320, 658321) }

// TestCluster_TaskConfigsOfTwoLeaders: a leader freezes while it writes task configs, and goes on between those of its successor.
func TestCluster_TaskConfigsOfTwoLeaders(t *testing.T) { checkSeeds(t, 592961, 592962) }

// TestCluster_TaskConfigsBehindTheCommit: a leader freezes while it writes task configs, and writes the rest behind its successor's
// commit; after compaction who reads the topic anew finds these alone.
func TestCluster_TaskConfigsBehindTheCommit(t *testing.T) { checkSeeds(t, 3072120, 3072121) }

// TestCluster_SameConfigAgain: its tasks are fenced by the first of them that starts after the new commit, so all start anew.
func TestCluster_SameConfigAgain(t *testing.T) {
	c := New(Options{Protocol: group.Sessioned, Delay: 20 * time.Second, ExactlyOnce: true})
	defer c.Close()
	c.Start()
	c.Start()
	for range 2 {
		c.Run(quiet)
		c.request("put c", func(s *distributed.Steps, done func(error)) distributed.Event {
			return s.Put("c", map[string]string{"connector.class": "C", "tasks": "3"}, "", true, done)
		})
	}
	c.Settle()
	if len(c.Faults()) > 0 {
		t.Error(c.Faults())
	}
}

// TestCluster_SameSeedSameHistory: nothing but the seed decides.
func TestCluster_SameSeedSameHistory(t *testing.T) {
	for seed := range uint64(3) {
		o := optionsOf(seed)
		o.Trace = true
		a, b := play(o), play(o)
		if !slices.Equal(a.Trace(), b.Trace()) || len(a.Trace()) < 20 {
			t.Errorf("seed %d: histories of %d and %d lines differ", seed, len(a.Trace()), len(b.Trace()))
		}
	}
}
