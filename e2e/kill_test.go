//go:build e2e

package e2e

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// endings are how often a worker is ended in the middle of its work. With -original the original shows, in fewer rounds
// because it takes seconds to start, that the tests ask for what it does.
var endings = map[harness.Side]int{harness.Java: 2, harness.Millrace: 20}

// roundLines are added to the input before each start.
const roundLines = 50_000

// TestKill_LosesNothing ends the worker with SIGKILL in random places of its work.
func TestKill_LosesNothing(t *testing.T) {
	broker := suite.SharedBroker(t, "that a killed worker loses nothing")
	eachSide(t, func(t *testing.T, side harness.Side) {
		s := endInTheMiddle(t, broker, side, (*harness.Worker).Kill)
		s.check(t, endings[side])
	})
}

// TestTerminate_NeitherLosesNorRepeats ends the worker with SIGTERM in random places of its work.
func TestTerminate_NeitherLosesNorRepeats(t *testing.T) {
	broker := suite.SharedBroker(t, "that a worker that is asked to stop neither loses nor repeats")
	eachSide(t, func(t *testing.T, side harness.Side) {
		s := endInTheMiddle(t, broker, side, func(w *harness.Worker) { w.Stop(t) })
		s.check(t, 0)
	})
}

// eachSide runs a test on our worker and, with -original, on the original.
func eachSide(t *testing.T, test func(*testing.T, harness.Side)) {
	t.Helper()
	sides := []harness.Side{harness.Millrace}
	if *original {
		sides = append(sides, harness.Java)
	}
	for _, side := range sides {
		t.Run(string(side), func(t *testing.T) { test(t, side) })
	}
}

// endInTheMiddle adds lines, starts the worker and ends it somewhere, as often as endings says; then it lets the
// worker finish.
func endInTheMiddle(t *testing.T, broker *harness.Broker, side harness.Side, end func(*harness.Worker)) *site {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	s := newSite(t, broker, plain)
	// The group waits this long for a sink task that was killed.
	s.more = harness.Properties{"consumer.session.timeout.ms": "2000", "consumer.heartbeat.interval.ms": "500"}
	w := s.worker(t, side, "")
	for range endings[side] {
		s.add(t, roundLines)
		name, there := somewhere(t, s, w, random)
		t.Logf("end it when %s", name)
		w.Start(t)
		harness.Eventually(t, runMax, name, func(ctx context.Context) (bool, error) {
			if !w.Running() {
				t.Fatalf("%s ended by itself with %s:\n%s", w.Name, w.End(), w.Tail(60))
			}
			// Before this a signal ends it as if it had never been started.
			if !strings.Contains(w.Output(), "Kafka Connect start") {
				return false, nil
			}
			return there(ctx)
		})
		end(w)
	}
	// The last ending may have come when all lines were out: a worker that has not begun would end without an answer.
	w.StartReady(t)
	s.waitDone(t, w)
	w.Stop(t)
	return s
}

// somewhere returns a random place in the coming start or work of w, and whether w is there.
func somewhere(t *testing.T, s *site, w *harness.Worker, random *rand.Rand) (string, func(context.Context) (bool, error)) {
	p := s.pipes[0]
	switch random.IntN(4) {
	case 0:
		return "it has logged that it started", func(context.Context) (bool, error) {
			return strings.Contains(w.Output(), "Kafka Connect started"), nil
		}
	case 1:
		size := s.size(p.out) + int64(random.IntN(roundLines))*s.lineBytes()
		return "lines are in the file", func(context.Context) (bool, error) { return s.size(p.out) >= size, nil }
	default:
		have, err := s.kafka.Count(t.Context(), p.topic) // what was repeated counts too
		if err != nil {
			t.Fatal(err)
		}
		reach := have + int64(random.IntN(roundLines))
		return "lines are in the topic", func(ctx context.Context) (bool, error) {
			n, err := s.kafka.Count(ctx, p.topic)
			return err == nil && n >= reach, err
		}
	}
}
