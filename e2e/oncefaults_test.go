//go:build e2e || soak

package e2e

import (
	"fmt"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/e2e/harness"
)

// onceFault disturbs a run. It returns when the disturbance is over; the connector may not be well by then.
type onceFault struct {
	name   string
	weight int
	inject func(*onceRun)
}

var onceFaults = []onceFault{
	{"worker killed", 4, func(r *onceRun) {
		w, _ := r.victim()
		w.Kill()
		hold(r.upTo(500 * time.Millisecond))
		r.startAgain(w)
	}},
	{"worker stopped", 2, func(r *onceRun) {
		w, _ := r.victim()
		w.Signal(syscall.SIGTERM)
		<-w.Ended()
		r.startAgain(w)
	}},
	{"all workers killed", 1, func(r *onceRun) {
		for _, w := range r.cluster.Workers {
			w.Kill()
		}
		for _, w := range r.cluster.Workers {
			w.Start(r.t)
		}
		for _, w := range r.cluster.Workers {
			r.ready(w)
		}
	}},
	{"worker frozen past its session", 2, func(r *onceRun) {
		w, _ := r.victim()
		w.Freeze()
		hold(onceSession + r.upTo(2*time.Second))
		w.Thaw()
	}},
	{"worker frozen for a moment", 2, func(r *onceRun) {
		w, _ := r.victim()
		w.Freeze()
		hold(r.upTo(time.Second))
		w.Thaw()
	}},
	{"cut inside a request or answer", 8, cutInside},
	{"connections reset", 2, func(r *onceRun) {
		_, p := r.victim()
		p.Reset()
	}},
	{"black hole past the session", 1, func(r *onceRun) {
		_, p := r.victim()
		p.Blackhole()
		hold(onceSession + r.upTo(2*time.Second))
		p.Heal()
	}},
	{"slow answers", 1, func(r *onceRun) {
		_, p := r.victim()
		p.Delay(50*time.Millisecond + r.upTo(150*time.Millisecond))
		hold(time.Second)
		p.Heal()
	}},
	{"tasks reconfigured", 4, func(r *onceRun) {
		r.config["tasks.max"] = fmt.Sprint(1 + (r.tasks()+r.random.IntN(onceSources-1))%onceSources)
		r.put()
	}},
	{"broker restarted", 1, func(r *onceRun) {
		r.broker.mu.Lock()
		defer r.broker.mu.Unlock()
		if r.random.IntN(2) == 0 {
			r.broker.Kill()
		} else if err := r.broker.Stop(); err != nil {
			r.t.Error(err)
		}
		r.broker.Restart(r.t)
	}},
}

// pick draws a fault.
func (r *onceRun) pick() onceFault {
	all := 0
	for _, f := range onceFaults {
		all += f.weight
	}
	n := r.random.IntN(all)
	for _, f := range onceFaults {
		if n -= f.weight; n < 0 {
			if f.name == "broker restarted" && !r.broker.restarts {
				return r.pick()
			}
			return f
		}
	}
	panic("weights do not add up")
}

// onceAPIs are requests that a source task with transactions cannot do without; the first two are cut most.
var onceAPIs = []kmsg.Key{kmsg.Produce, kmsg.EndTxn, kmsg.InitProducerID, kmsg.AddPartitionsToTxn, kmsg.FindCoordinator, kmsg.Fetch, kmsg.Heartbeat}

// cutInside ends a connection inside of a request or its answer, or right behind one, if one comes soon.
func cutInside(r *onceRun) {
	api := onceAPIs[min(r.random.IntN(len(onceAPIs)), r.random.IntN(len(onceAPIs)))]
	_, p := r.victim()
	bytes := r.random.IntN(80)
	if r.random.IntN(2) == 0 {
		bytes = r.random.IntN(1000) // often all of them: then the answer alone is lost
	}
	happened := p.CutAt(harness.Cut{Key: int16(api), Nth: 1 + r.random.IntN(4), Answer: r.random.IntN(2) == 0, Bytes: bytes})
	select {
	case <-happened:
		r.tally.cut(api.Name())
	case <-time.After(2 * time.Second):
	}
}

// victim is a worker and its proxy.
func (r *onceRun) victim() (*harness.Worker, *harness.Proxy) {
	i := r.random.IntN(len(r.proxies))
	return r.cluster.Workers[i], r.proxies[i]
}

func (r *onceRun) upTo(d time.Duration) time.Duration {
	return time.Duration(r.random.Int64N(int64(d)))
}

func (r *onceRun) startAgain(w *harness.Worker) {
	w.Start(r.t)
	r.ready(w)
}

// ready waits for a worker while the broker is not just being restarted for another lane.
func (r *onceRun) ready(w *harness.Worker) {
	r.broker.mu.Lock()
	defer r.broker.mu.Unlock()
	w.WaitReady(r.t)
}
