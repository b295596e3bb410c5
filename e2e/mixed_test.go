//go:build e2e || soak

package e2e

import (
	"maps"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// calmMax is how long a cluster may take after a disturbance, on a machine that starts Java workers meanwhile.
const calmMax = 90 * time.Second

// mixed is a cluster with two workers of each side.
type mixed struct {
	*load
	ours, javas []*harness.Worker
	more        harness.Expected // beside the load
}

// expected is what runs when all is well.
func (m *mixed) expected() harness.Expected {
	want := m.load.expected()
	maps.Copy(want, m.more)
	return want
}

// start starts workers and waits until they have their share.
func (m *mixed) start(t *testing.T, workers ...*harness.Worker) {
	t.Helper()
	m.calmAfter(t, "workers start", func() {
		for _, w := range workers {
			w.Start(t)
		}
		for _, w := range workers {
			w.WaitReady(t)
		}
	})
}

func (m *mixed) calmAfter(t *testing.T, what string, do func()) {
	t.Helper()
	t.Log(what)
	do()
	m.cluster.Calm(t, calmMax, m.expected())
}
