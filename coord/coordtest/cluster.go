package coordtest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/coordtest/classic"
	"github.com/millrace/millrace/coord/group"
)

// The times of a cluster.
const (
	sessionTimeout   = 6 * time.Second
	heartbeat        = 2 * time.Second
	rebalanceTimeout = 20 * time.Second
	requestTimeout   = 25 * time.Second
	keyTTL           = time.Hour
)

// begin is when a cluster's clock starts.
const begin = 1_000_000

// doubleMax is how long two workers may both work on a task: the moment in which one learns that it was given up.
const doubleMax = time.Second

// Options say what a cluster is like.
type Options struct {
	Seed     uint64
	Protocol group.Protocol
	Delay    time.Duration // scheduled.rebalance.max.delay.ms
	Failing  bool          // instances may fail
	// ExactlyOnce lets tasks write in transactions, and leaders too.
	ExactlyOnce bool
	Trace       bool // the history is kept, see Cluster.Trace
	// Broken takes a safeguard away, to show that it is missed.
	Broken Broken
}

// Broken says what does not work as it should. The zero value is nothing.
type Broken struct {
	Deaf        bool // herders do not hear that their work was lost
	Partial     bool // task configs are put into force before all of them are written
	Unstoppable bool // tasks work on when they are told to stop
	Mute        bool // statuses are not written
	Restless    bool // herders ask for a rebalance with each heartbeat
	Blind       bool // workers do not follow the config topic
	Unfenced    bool // leaders fence nobody
	Unverified  bool // tasks that have their transactional id do not ask whether they are old
}

// Cluster is a simulated cluster. It belongs to one goroutine.
type Cluster struct {
	Loop
	protocol group.Protocol
	delay    time.Duration
	failing  bool
	traced   bool
	once     bool // exactly
	broken   Broken

	coordinator *classic.Coordinator
	configTopic Topic
	puts        []*put    // one for each record of task configs, as they were written
	whole       *follower // of the config topic as it was before any compaction
	compacted   bool
	statusTopic Topic
	brokers     brokers
	nodes       []*Node // also those that have ended
	names       int

	faulty   bool // things go wrong
	endless  bool // it has more events than a history may have
	rounds   int
	asked    int
	answered int
	faults   []string
	trace    []string
}

// New makes a cluster without workers.
func New(o Options) *Cluster {
	c := &Cluster{
		Loop:     Loop{rng: rand.New(rand.NewPCG(o.Seed, 2)), now: time.UnixMilli(begin)},
		protocol: o.Protocol, delay: o.Delay, failing: o.Failing, traced: o.Trace, once: o.ExactlyOnce, broken: o.Broken,
		whole: newFollower(), brokers: brokers{ids: map[connectors.TaskID]*transactionalID{}, ran: map[string]int64{}},
	}
	c.coordinator = classic.New(classic.World{After: c.After, Logf: c.logf}, sessionTimeout, rebalanceTimeout)
	return c
}

// Start starts a worker.
func (c *Cluster) Start() {
	c.names++
	c.start(fmt.Sprintf("w%d", c.names))
}

// Faults are the violations of invariants so far.
func (c *Cluster) Faults() []string { return c.faults }

// Trace is the history, where Options.Trace asks for it: a line for each thing that happened.
func (c *Cluster) Trace() []string { return c.trace }

// Run lets time pass. A history that has no end is a fault.
func (c *Cluster) Run(d time.Duration) {
	if !c.Loop.Run(d) && !c.endless {
		c.endless = true
		c.fault("no end after %d events", c.steps)
	}
}

// Close ends all workers, so that nothing of them is left.
func (c *Cluster) Close() {
	for _, n := range c.nodes {
		if !n.dead {
			n.end()
		}
	}
	c.Loop.close()
}

func (c *Cluster) logf(format string, args ...any) {
	if !c.traced {
		return
	}
	c.trace = append(c.trace, fmt.Sprintf("%8.3f ", float64(c.now.UnixMilli()-begin)/1000)+fmt.Sprintf(format, args...))
}

func (c *Cluster) fault(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	c.logf("FAULT %s", text)
	c.faults = append(c.faults, text)
}

// pause lets the running thread, which is the node's, wait.
func (c *Cluster) pause(n *Node, low, high time.Duration) {
	t := c.running
	n.after(c.between(low, high), func() { c.resume(t) })
	c.wait()
}

// ask lets the running thread wait for an answer that comes from another worker, or does not.
func (c *Cluster) ask(n *Node, f func(done func(error))) error {
	t := c.running
	var answer error
	over := false
	finish := func(err error) {
		n.do(func() {
			if !over {
				over, answer = true, err
				c.resume(t)
			}
		})
	}
	f(func(err error) { c.After(c.latency(), func() { finish(err) }) })
	c.After(requestTimeout, func() { finish(errMadeUp) })
	c.wait()
	return answer
}

func (c *Cluster) latency() time.Duration {
	d := c.between(time.Millisecond, 20*time.Millisecond)
	if c.faulty && c.chance(10) {
		d += c.between(0, 3*time.Second)
	}
	return d
}

func (c *Cluster) dropped() bool { return c.faulty && c.chance(25) }

// living are the nodes whose process has not ended.
func (c *Cluster) living() []*Node {
	var out []*Node
	for _, n := range c.nodes {
		if !n.dead {
			out = append(out, n)
		}
	}
	return out
}

// alive counts nodes that can do work.
func (c *Cluster) alive() int {
	count := 0
	for _, n := range c.living() {
		if !n.stopping {
			count++
		}
	}
	return count
}

// follow lets all read what was written.
func (c *Cluster) follow() {
	for _, n := range c.nodes {
		if !n.dead {
			n.configs.follow()
			n.statuses.follow()
		}
	}
}

// at returns the node at a URL that others can reach, nil for none.
func (c *Cluster) at(url string) *Node {
	for _, n := range c.living() {
		if n.url == url && !n.cut {
			return n
		}
	}
	return nil
}

// owned checks that nobody else works on what a node has started.
func (c *Cluster) owned(n *Node, x *instance) {
	if c.delay == 0 {
		return // lost work is given away as soon as its worker is missing
	}
	for _, o := range c.living() {
		other := o.worker.instances[x.id]
		if o == n || other == nil || !other.working {
			continue
		}
		c.After(doubleMax, func() {
			if o.dead || n.dead || !other.working || !x.working || o.frozen || n.frozen || c.justThawed(o) || c.justThawed(n) {
				return
			}
			c.fault("%v works on %s and on %s", x.id, o.name, n.name)
		})
	}
}

// justThawed says whether a node has had no time yet to learn what happened while it was frozen.
func (c *Cluster) justThawed(n *Node) bool {
	return !n.thawed.IsZero() && c.now.Sub(n.thawed) < 2*heartbeat
}
