//go:build soak

package e2e

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

// soakSize is 40 connectors with 120 tasks.
var soakSize = loadSize{pipes: 10, pairs: 10, tasks: 5, perSecond: 4}

// TestClusterSoak disturbs each worker of a mixed cluster in each way, twice, in each protocol: first while one of ours
// leads from the start, then while a Java worker does.
func TestClusterSoak(t *testing.T) {
	// Its other processes may keep the machine so busy that the broker would be taken for dead.
	broker := suite.StartBroker(t, harness.Properties{"broker.session.timeout.ms": "18000"}, "that mixed clusters survive every worker's end")
	seed := *soakSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	for i, protocol := range []string{"sessioned", "eager", "compatible"} {
		t.Run(protocol, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			l := newLoad(t, broker, harness.Properties{"connect.protocol": protocol}, soakSize)
			m := &mixed{load: l}
			m.ours = []*harness.Worker{l.worker(t, harness.Millrace), l.worker(t, harness.Millrace)}
			m.javas = []*harness.Worker{l.worker(t, harness.Java), l.worker(t, harness.Java)}
			m.ours[0].StartReady(t)
			l.create(t, m.ours[0])
			l.flow()
			m.start(t, m.ours[1], m.javas[0], m.javas[1])
			m.everyEnd(t, random)
			m.calmAfter(t, "the first leaders stop", func() { m.ours[0].Stop(t); m.ours[1].Stop(t) })
			m.start(t, m.ours...)
			m.everyEnd(t, random)
			l.hold(t)
			l.once(t)
			// A worker that thaws sends or writes what it has in hand, while its successor is at it.
			l.finish(t, history.Duplicate, history.Reordered)
		})
	}
}

// everyEnd kills, stops and freezes each worker, in random order.
func (m *mixed) everyEnd(t *testing.T, random *rand.Rand) {
	t.Helper()
	var all []func()
	for _, w := range m.cluster.Workers {
		all = append(all, func() {
			m.calmAfter(t, w.Name+" is killed", w.Kill)
			m.start(t, w)
		}, func() {
			before := m.repeats(t)
			m.calmAfter(t, w.Name+" stops", func() { w.Stop(t) })
			m.start(t, w)
			m.noRepeats(t, before, "when "+w.Name+" stopped")
		}, func() {
			m.calmAfter(t, w.Name+" is frozen", w.Freeze)
			m.calmAfter(t, w.Name+" thaws", w.Thaw)
		})
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, do := range all {
		t.Logf("%d of %d, %s leads", i+1, len(all), m.cluster.Leader(t).Name)
		do()
	}
}
