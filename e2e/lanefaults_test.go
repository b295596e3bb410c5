//go:build e2e || soak

package e2e

import (
	"fmt"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/e2e/harness"
)

// laneFault disturbs a run. It returns when the disturbance is over; the connector may not be well by then.
type laneFault struct {
	name   string
	weight int
	inject func(*laneRun)
}

// Names of faults that others tell apart.
const (
	frozen          = "worker frozen past its session"
	blackHole       = "black hole past the session"
	cut             = "cut inside a request or answer"
	resets          = "connections reset"
	brokerRestarted = "broker restarted"
)

// leaves is what a fault may leave behind at least once, of either side's workers. Their producers are not idempotent
// unless told so, and repeat a request whose answer is lost. And nothing keeps what a worker has on its way, older offsets
// among it, out of Kafka when it comes back after others have its tasks.
var leaves = map[string][]string{
	frozen:          {"duplicate", "commit regress"},
	blackHole:       {"duplicate", "commit regress"},
	cut:             {"duplicate"},
	resets:          {"duplicate"},
	brokerRestarted: {"duplicate"},
}

var laneFaults = []laneFault{
	{"worker killed", 4, func(r *laneRun) {
		w, _ := r.victim()
		w.Kill()
		hold(r.upTo(500 * time.Millisecond))
		r.startAgain(w)
	}},
	{"worker stopped", 2, func(r *laneRun) {
		w, _ := r.victim()
		w.Signal(syscall.SIGTERM)
		<-w.Ended()
		r.startAgain(w)
	}},
	{"all workers killed", 1, func(r *laneRun) {
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
	{frozen, 2, func(r *laneRun) {
		w, _ := r.victim()
		w.Freeze()
		hold(laneSession + r.upTo(2*time.Second))
		w.Thaw()
	}},
	{"worker frozen for a moment", 2, func(r *laneRun) {
		w, _ := r.victim()
		w.Freeze()
		hold(r.upTo(time.Second))
		w.Thaw()
	}},
	{cut, 8, cutInside},
	{resets, 2, func(r *laneRun) {
		_, link := r.victim()
		link.Each((*harness.Proxy).Reset)
	}},
	{blackHole, 1, func(r *laneRun) {
		_, link := r.victim()
		link.Each((*harness.Proxy).Blackhole)
		hold(laneSession + r.upTo(2*time.Second))
		link.Each((*harness.Proxy).Heal)
	}},
	{"slow answers", 1, func(r *laneRun) {
		_, link := r.victim()
		delay := 50*time.Millisecond + r.upTo(150*time.Millisecond)
		link.Each(func(p *harness.Proxy) { p.Delay(delay) })
		hold(time.Second)
		link.Each((*harness.Proxy).Heal)
	}},
	{"tasks reconfigured", 4, (*laneRun).reconfigure},
	{"workers cut from each other", 1, func(r *laneRun) {
		r.rest.Each((*harness.Proxy).Blackhole)
		r.reconfigure()
		hold(r.upTo(2 * time.Second))
		r.rest.Each((*harness.Proxy).Heal)
	}},
	{"workers come and go", 1, func(r *laneRun) {
		for range 6 {
			r.extra.Start(r.t)
			hold(200*time.Millisecond + r.upTo(600*time.Millisecond))
			r.extra.Kill()
		}
	}},
	{"rubbish in the config topic", 1, func(r *laneRun) {
		topic := r.cluster.Property("config.storage.topic")
		for key, value := range map[string]string{"connector-rubbish": "[1", "task-rubbish-0": "{}", "commit-rubbish": `{"tasks":"all"}`, "task-": "x", "": "", "session-key": "{", "target-state-rubbish": `{"state":7}`} {
			r.kafka.Produce(harness.Record{Topic: topic, Key: []byte(key), Value: []byte(value)})
		}
	}},
	{brokerRestarted, 1, func(r *laneRun) {
		r.brokers.mu.Lock()
		defer r.brokers.mu.Unlock()
		b := r.brokers.Each[r.random.IntN(len(r.brokers.Each))]
		if r.random.IntN(2) == 0 {
			b.Kill()
		} else if err := b.Stop(); err != nil {
			r.t.Error(err)
		}
		b.Restart(r.t)
	}},
}

// reconfigure lets the connector have another number of tasks, which divide its source partitions anew.
func (r *laneRun) reconfigure() {
	r.config["tasks.max"] = fmt.Sprint(1 + (r.tasks()+r.random.IntN(laneSources-1))%laneSources)
	r.put()
}

// pick draws a fault.
func (r *laneRun) pick() laneFault {
	all := 0
	for _, f := range laneFaults {
		all += f.weight
	}
	n := r.random.IntN(all)
	for _, f := range laneFaults {
		if n -= f.weight; n < 0 {
			if f.name == brokerRestarted && !r.brokers.restartable() {
				return r.pick()
			}
			return f
		}
	}
	panic("weights do not add up")
}

// cutAPIs are requests that a source task with transactions cannot do without; the first two are cut most.
var cutAPIs = []kmsg.Key{kmsg.Produce, kmsg.EndTxn, kmsg.InitProducerID, kmsg.AddPartitionsToTxn, kmsg.FindCoordinator, kmsg.Fetch, kmsg.Heartbeat}

// cutInside ends a connection inside of a request or its answer, or right behind one, if one comes soon.
func cutInside(r *laneRun) {
	api := cutAPIs[min(r.random.IntN(len(cutAPIs)), r.random.IntN(len(cutAPIs)))]
	_, link := r.victim()
	p := link[r.random.IntN(len(link))]
	bytes := r.random.IntN(80)
	if r.random.IntN(2) == 0 {
		bytes = r.random.IntN(1000) // often all of them: then the answer alone is lost
	}
	happened := p.CutAt(harness.Cut{Key: int16(api), Nth: 1 + r.random.IntN(4), Answer: r.random.IntN(2) == 0, Bytes: bytes})
	select {
	case <-happened:
		r.result.Cuts = append(r.result.Cuts, api.Name())
	case <-time.After(2 * time.Second):
	}
}

// victim is a worker and what links it to the brokers.
func (r *laneRun) victim() (*harness.Worker, harness.Proxies) {
	i := r.random.IntN(len(r.links))
	return r.cluster.Workers[i], r.links[i]
}

func (r *laneRun) upTo(d time.Duration) time.Duration {
	return time.Duration(r.random.Int64N(int64(d)))
}

func (r *laneRun) startAgain(w *harness.Worker) {
	w.Start(r.t)
	r.ready(w)
}

func (r *laneRun) ready(w *harness.Worker) { r.whileBrokersRun(func() { w.WaitReady(r.t) }) }
