//go:build soak

package e2e

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// awayMax is how long a worker may take to end while its brokers are away: the graceful time of its tasks, and that of
// its producers' last words.
const awayMax = 5*time.Second + 30*time.Second

// TestTerminate_BrokersAway ends a worker whose brokers are away, with lines that it has not written, and starts it again
// when they are back, beside Java's.
func TestTerminate_BrokersAway(t *testing.T) {
	for _, side := range []harness.Side{harness.Millrace, harness.Java} {
		t.Run(string(side), func(t *testing.T) { terminateAway(t, side) })
	}
}

func terminateAway(t *testing.T, side harness.Side) {
	broker := suite.StartBroker(t, nil, "that a worker ends while its brokers are away")
	s := newSite(t, broker, plain)
	w := s.worker(t, side, "")
	w.StartReady(t)
	s.add(t, feedLeast)
	harness.Eventually(t, runMax, "lines come out", func(context.Context) (bool, error) {
		return s.size(s.pipes[0].out) > 0, nil
	})
	broker.Kill()
	s.add(t, feedLeast)
	began := time.Now()
	w.Signal(syscall.SIGTERM)
	harness.Eventually(t, 2*awayMax, "the worker ends", func(context.Context) (bool, error) {
		return !w.Running(), fmt.Errorf("it runs")
	})
	took := time.Since(began)
	t.Logf("%s ended with %s after %v", side, w.End(), took.Round(time.Millisecond))
	if side == harness.Millrace && took > awayMax {
		t.Errorf("more than %v", awayMax)
	}
	broker.Restart(t)
	w.StartReady(t)
	s.waitDone(t, w)
	w.Stop(t)
	s.check(t, 1)
}
