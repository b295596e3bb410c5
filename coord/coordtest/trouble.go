package coordtest

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/distributed"
)

// Trouble lets one thing happen.
func (c *Cluster) Trouble() {
	c.faulty = true
	living := c.living()
	n := living[c.rng.IntN(len(living))]
	switch k := c.rng.IntN(16); {
	case k < 8:
		c.Request()
	case k == 8 && len(living) < 6:
		c.Start()
	case k == 9 && c.alive() > 1:
		n.crash()
	case k == 10 && c.alive() > 1:
		n.terminate()
	case k == 11, k == 12:
		n.cutOff()
		c.After(c.between(0, 15*time.Second), n.reconnect)
	case k == 13 && !n.frozen:
		n.freeze()
		c.After(c.between(0, 30*time.Second), n.thaw)
	case k == 14:
		c.coordinator.Move()
	case k == 15:
		c.compact()
	}
}

// compact compacts the topics, with or without old tombstones.
func (c *Cluster) compact() {
	c.logf("topics are compacted")
	c.compacted = true
	configs, statuses := c.configTopic.end-1, c.statusTopic.end-1
	for _, n := range c.living() {
		configs, statuses = min(configs, n.configs.read), min(statuses, n.statuses.read)
	}
	if c.chance(2) {
		configs, statuses = 0, 0
	}
	c.configTopic.compact(c.configTopic.end-1, configs)
	c.statusTopic.compact(c.statusTopic.end-1, statuses)
}

// Heal ends all trouble. There is at least one worker then.
func (c *Cluster) Heal() {
	c.logf("the cluster heals")
	c.faulty = false
	for _, n := range c.living() {
		n.thaw()
		n.reconnect()
	}
	if c.alive() == 0 {
		c.Start()
	}
}

// Request lets a user ask some worker for something.
func (c *Cluster) Request() {
	name := fmt.Sprintf("c%d", c.rng.IntN(4))
	conf := map[string]string{"connector.class": "C", "tasks": strconv.Itoa(c.rng.IntN(4)), "v": strconv.Itoa(c.rng.IntN(3))}
	switch k := c.rng.IntN(16); {
	case k < 5:
		initial := connectors.TargetState("")
		if c.chance(4) {
			initial = []connectors.TargetState{connectors.TargetPaused, connectors.TargetStopped}[c.rng.IntN(2)]
		}
		c.request("create "+name, func(s *distributed.Steps, done func(error)) distributed.Event {
			return s.Put(name, conf, initial, false, done)
		})
	case k < 8:
		c.request("put "+name, func(s *distributed.Steps, done func(error)) distributed.Event {
			return s.Put(name, conf, "", true, done)
		})
	case k == 8:
		v := conf["v"]
		c.request("patch "+name, func(s *distributed.Steps, done func(error)) distributed.Event {
			return s.Patch(name, map[string]*string{"v": &v}, done)
		})
	case k == 9:
		c.request("delete "+name, func(s *distributed.Steps, done func(error)) distributed.Event { return s.Delete(name, done) })
	case k == 10:
		r := coord.RestartRequest{Connector: name, IncludeTasks: c.chance(2), OnlyFailed: c.chance(2)}
		c.request("restart "+name, func(s *distributed.Steps, done func(error)) distributed.Event { return s.Restart(r, done) })
	case k == 11:
		id := connectors.TaskID{Connector: name, Task: c.rng.IntN(4) - 1}
		c.request("restart "+id.String(), func(s *distributed.Steps, done func(error)) distributed.Event { return s.RestartInstance(id, done) })
	case k == 12:
		c.request("reset "+name, func(s *distributed.Steps, done func(error)) distributed.Event { return s.ResetOffsets(name, done) })
	default:
		target := []connectors.TargetState{connectors.TargetPaused, connectors.TargetStopped, connectors.TargetStarted, connectors.TargetStarted}[c.rng.IntN(4)]
		c.request(string(target)+" "+name, func(s *distributed.Steps, done func(error)) distributed.Event { return s.Target(name, target, done) })
	}
}

// hopsMax is how often a request is forwarded. Source: HerderRequestHandler.
const hopsMax = 2

// clientTimeout is when a client gives up.
const clientTimeout = 30 * time.Second

// request sends a request to some worker, and on to where that says.
func (c *Cluster) request(what string, f func(s *distributed.Steps, done func(error)) distributed.Event) {
	living := c.living()
	n := living[c.rng.IntN(len(living))]
	if !n.up || n.stopping {
		return
	}
	c.asked++
	number := c.asked
	c.logf("request %d to %s: %s", number, n.name, what)
	c.forward(n, f, hopsMax, func(err error) {
		c.answered++
		c.logf("answer %d: %v", number, err)
	})
}

func (c *Cluster) forward(n *Node, f func(s *distributed.Steps, done func(error)) distributed.Event, hops int, done func(error)) {
	over := false
	once := func(err error) {
		if over {
			return
		}
		over = true
		var elsewhere *coord.ElsewhereError
		if errors.As(err, &elsewhere) && hops > 0 {
			if to := c.at(elsewhere.URL); to != nil && to.up {
				c.forward(to, f, hops-1, done)
				return
			}
		}
		done(err)
	}
	c.After(c.latency(), func() {
		n.do(func() { n.post(f(n.steps, once)) })
	})
	c.After(clientTimeout, func() { once(errMadeUp) })
}
