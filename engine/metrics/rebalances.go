package metrics

import (
	"math"
	"sync"
	"time"
)

// Rebalances measures the rebalances of a worker in a cluster, and the loop of its herder. It is safe for concurrent use.
// Source: DistributedHerder.HerderMetrics.
type Rebalances struct {
	r *Registry

	mu         sync.Mutex
	protocol   string
	leader     string
	generation int
	since      int64 // ms; of the one under way
	under      bool
	completed  int64
	last       int64 // ms; when the last was completed
	times      sampled
	turns      sampled // of the herder's loop
	connectors int     // that the worker has been given
	tasks      int
}

// Rebalances exports connect-worker-rebalance-metrics, and of connect-coordinator-metrics what the client of
// the group has been given. protocol is what the worker begins with, as connect.protocol has it, in capitals.
func (r *Registry) Rebalances(clientID, protocol string) *Rebalances {
	b := &Rebalances{r: r, protocol: protocol}
	r.Add(groupRebalance, nil, b.read)
	r.Add(groupMember, []string{clientID}, b.readAssigned)
	return b
}

// Joined says that a round has begun for this worker: it knows its share.
func (b *Rebalances) Joined(protocol, leaderURL string, generation, connectors, tasks int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.protocol, b.leader, b.generation = protocol, leaderURL, generation
	b.connectors, b.tasks = connectors, tasks
	b.since, b.under = b.r.ms(), true
}

// Settled says that the round is over: the share is granted.
func (b *Rebalances) Settled() {
	now := b.r.ms()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.under = false
	b.completed++
	b.last = now
	b.times.record(b.r.window, float64(max(0, now-b.since)), now)
}

// Turned says for how long the herder's loop was busy in one turn.
func (b *Rebalances) Turned(took time.Duration) {
	now := b.r.ms()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turns.record(b.r.window, float64(took)/float64(time.Millisecond), now)
}

// Lost says that the worker has nothing any more.
func (b *Rebalances) Lost() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.connectors, b.tasks = 0, 0
}

func (b *Rebalances) readAssigned(emit func(name string, v Value)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	emit("assigned-connectors", Number(float64(b.connectors)))
	emit("assigned-tasks", Number(float64(b.tasks)))
}

func (b *Rebalances) read(emit func(name string, v Value)) {
	now := b.r.ms()
	b.mu.Lock()
	defer b.mu.Unlock()
	emit("connect-protocol", Label(b.protocol))
	emit("leader-name", Label(b.leader))
	emit("epoch", Number(float64(b.generation)))
	emit("completed-rebalances-total", Number(float64(b.completed)))
	rebalancing, since := 0.0, math.Inf(1)
	if b.under {
		rebalancing = 1
	}
	if b.completed > 0 {
		since = float64(now - b.last)
	}
	emit("rebalancing", Number(rebalancing))
	emit("rebalance-max-time-ms", Number(b.times.max(b.r.window, now)))
	emit("rebalance-avg-time-ms", Number(b.times.avg(b.r.window, now)))
	emit("time-since-last-rebalance-ms", Number(since))
	emit("herder-turn-max-time-ms", Number(b.turns.max(b.r.window, now)))
	emit("herder-turn-avg-time-ms", Number(b.turns.avg(b.r.window, now)))
}
