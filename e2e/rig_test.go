//go:build faults || soak

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

const (
	// sessionTimeout of consumers, and after which a request counts as unanswered.
	sessionTimeout, requestTimeout = 2 * time.Second, 2 * time.Second

	// feedEvery and feedLines are the pace of the input: 25,000 lines a second.
	feedEvery, feedLines = 20 * time.Millisecond, 500

	// feedLeast is how many lines go in, however short the faults are.
	feedLeast = 100_000

	// diskBytes is the room of the small disk: more than all lines take.
	diskBytes = 256 << 20
)

// rig is a site with a worker behind a proxy, and lines that go in all the time.
type rig struct {
	*site
	broker *harness.Broker
	proxy  *harness.Proxy
	worker *harness.Worker
	random *rand.Rand

	replays int // how often a partition may go on from an earlier place; history.AnyReplays for retries of requests

	fed      atomic.Int64 // lines in the input file
	feedStop chan struct{}
	feedDone chan error
}

// newRig starts a worker and the lines.
func newRig(t *testing.T, broker *harness.Broker, proxy *harness.Proxy, random *rand.Rand, f fault) *rig {
	t.Helper()
	proxy.Heal()
	r := &rig{site: newSite(t, broker, f.pipes()...), broker: broker, proxy: proxy, random: random, feedStop: make(chan struct{}), feedDone: make(chan error, 1)}
	r.boot = proxy.Address
	r.stream = history.Stream{Name: harness.Unique(t, f.name)}
	if f.disk != "" {
		r.disk = harness.StartDisk(t, r.path(diskFolder), diskBytes)
	}
	r.more = harness.Properties{
		"offset.storage.file.filename":   f.file(offsetsFile),
		"consumer.session.timeout.ms":    fmt.Sprint(sessionTimeout.Milliseconds()),
		"consumer.heartbeat.interval.ms": "500",
		"consumer.request.timeout.ms":    fmt.Sprint(requestTimeout.Milliseconds()),
		"producer.request.timeout.ms":    fmt.Sprint(requestTimeout.Milliseconds()),
	}
	r.worker = r.site.worker(t, harness.Millrace, "")
	r.worker.StartReady(t)
	go func() { r.feedDone <- r.feed() }()
	r.flows(t)
	return r
}

// feed appends lines until feedStop is closed and there are enough of them.
func (r *rig) feed() error {
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	stop := r.feedStop
	for stopped := false; !stopped || r.fed.Load() < feedLeast; {
		if err := appendLines(r.path(inputFile), r.stream, int(r.fed.Load())+1, feedLines); err != nil {
			return err
		}
		r.fed.Add(feedLines)
		select {
		case <-tick.C:
		case <-stop:
			stopped, stop = true, nil
		}
	}
	return nil
}

// flows waits until lines that are written after the call have come out of every pipe.
func (r *rig) flows(t *testing.T) {
	t.Helper()
	for _, p := range r.pipes {
		want := r.size(p.out) + 10*feedLines*r.lineBytes()
		harness.Eventually(t, runMax, "lines come out in "+p.out, func(context.Context) (bool, error) {
			if !r.worker.Running() {
				t.Fatalf("%s ended by itself with %s:\n%s", r.worker.Name, r.worker.End(), r.worker.Tail(60))
			}
			have := r.size(p.out)
			return have >= want, fmt.Errorf("%d of %d bytes", have, want)
		})
	}
}

// cause says that partitions may go on from an earlier place n times more.
func (r *rig) cause(n int) {
	if n == history.AnyReplays || r.replays == history.AnyReplays {
		n, r.replays = 0, history.AnyReplays
	}
	r.replays += n
}

// hold lets a fault last.
func (r *rig) hold(d time.Duration) { <-time.After(d) }

// soon is a random time in which something is going on.
func (r *rig) soon() time.Duration { return time.Duration(r.random.IntN(300)) * time.Millisecond }

// finish waits until all lines have come out and everything is committed, and checks them.
func (r *rig) finish(t *testing.T) {
	t.Helper()
	close(r.feedStop)
	if err := <-r.feedDone; err != nil {
		t.Fatal(err)
	}
	r.lines = int(r.fed.Load())
	r.waitDone(t, r.worker)
	for i, p := range r.pipes {
		harness.Eventually(t, runMax, "the sink's offsets are all committed", func(ctx context.Context) (bool, error) {
			lag, err := r.kafka.Lag(ctx, "connect-sink-"+p.topic, p.topic)
			if err == nil && lag > 0 {
				err = fmt.Errorf("lag %d", lag)
			}
			return err == nil, err
		})
		r.worker.WaitState(t, "source-"+p.topic, "RUNNING", 1)
		r.worker.WaitState(t, "sink-"+p.topic, "RUNNING", 1+i)
	}
	r.check(t, r.replays)
	r.worker.Stop(t)
	t.Logf("%d lines", r.lines)
}
