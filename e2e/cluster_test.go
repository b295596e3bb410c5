//go:build e2e

package e2e

import (
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// mixedSize fits into three minutes with two cores, most of which Java's starts take.
var mixedSize = loadSize{pipes: 4, pairs: 2, tasks: 4, perSecond: 20}

// TestMixedCluster runs two workers of each side as one cluster, in which first one side leads and then the other.
// Each time a worker of either side is killed and then one of either is told to stop. After each the group and every
// REST API agree, and in the end nothing is lost and every task has run once.
//
// With -original Java takes the place of ours.
func TestMixedCluster(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	broker := suite.SharedBroker(t, "that workers of both sides form one cluster")
	eachSide(t, func(t *testing.T, side harness.Side) {
		l := newLoad(t, broker, nil, mixedSize)
		m := &mixed{load: l, ours: []*harness.Worker{l.worker(t, side), l.worker(t, side)}, javas: []*harness.Worker{l.worker(t, harness.Java), l.worker(t, harness.Java)}}
		m.ours[0].StartReady(t)
		l.create(t, m.ours[0])
		l.flow()
		m.start(t, m.ours[1], m.javas[0], m.javas[1])
		m.disturb(t, m.ours, m.javas)

		m.calmAfter(t, "the leaders stop", func() { m.ours[0].Stop(t); m.ours[1].Stop(t) })
		m.start(t, m.ours...)
		leader := l.cluster.Leader(t)
		if leader == m.javas[1] {
			m.javas[0], m.javas[1] = m.javas[1], m.javas[0]
		}
		m.disturb(t, m.javas, m.ours)
		l.hold(t)
		l.once(t)
		l.finish(t)
	})
}

// disturb kills, and then stops, the second worker of each side, while the first of leading leads.
func (m *mixed) disturb(t *testing.T, leading, following []*harness.Worker) {
	t.Helper()
	if leader := m.cluster.Leader(t); leader != leading[0] {
		t.Fatalf("%s leads, not %s", leader.Name, leading[0].Name)
	}
	m.calmAfter(t, "one of each side is killed while "+leading[0].Name+" leads", func() { leading[1].Kill(); following[1].Kill() })
	m.start(t, leading[1], following[1])
	before := m.repeats(t)
	m.calmAfter(t, "one of each side stops while "+leading[0].Name+" leads", func() { leading[1].Stop(t); following[1].Stop(t) })
	m.start(t, leading[1], following[1])
	m.noRepeats(t, before, "when workers stopped")
	if leader := m.cluster.Leader(t); leader != leading[0] {
		t.Errorf("%s leads, not %s", leader.Name, leading[0].Name)
	}
}
