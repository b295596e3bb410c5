package coordtest

import (
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestCluster_LeavesNothing: what an operation of a herder or a thread waits on keeps all that it sees, until somebody
// ends it. Seventy thousand histories took 24 GiB so.
func TestCluster_LeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	for seed := range uint64(12) { // each kind of cluster
		play(optionsOf(seed))
	}
}

// TestCluster_EndlessIsAFault: a history without an end does not hold up those behind it.
func TestCluster_EndlessIsAFault(t *testing.T) {
	c := New(Options{})
	defer c.Close()
	var again func()
	again = func() { c.After(0, again) }
	again()
	c.Run(time.Second)
	c.Run(time.Second)
	if want := []string{"no end after 200000 events"}; !slices.Equal(c.Faults(), want) {
		t.Errorf("%q, want %q", c.Faults(), want)
	}
}
