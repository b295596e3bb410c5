package coordtest

import (
	"context"
	"errors"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/distributed"
)

// brokers are what exactly-once delivery needs of Kafka: who has a transactional id, and which leader may write.
type brokers struct {
	ids    map[connectors.TaskID]*transactionalID
	ran    map[string]int64 // by connector: the newest generation of which a task ran
	claims int              // of the config topic; who claimed last may write
}

// transactionalID is that of a task. Its epoch grows with whoever takes it; a producer of another epoch is fenced.
type transactionalID struct {
	epoch      int
	generation int64 // of the task that took it
	sure       bool  // that task found that it is of the newest generation
}

// errFenced is what a fenced producer hears.
var errFenced = errors.New("coordtest: there is a newer producer with the same transactional id")

// fencer takes transactional ids away, one after the other.
type fencer struct{ n *Node }

var _ coord.Fencer = fencer{}

// FenceZombies implements coord.Fencer. It may fail, and its worker crash, when some have been taken.
func (f fencer) FenceZombies(_ context.Context, connector string, _ map[string]string, tasks int) error {
	c := f.n.c
	for task := range tasks {
		c.pause(f.n, time.Millisecond, 20*time.Millisecond)
		f.n.crashPoint()
		if f.n.cut {
			c.pause(f.n, requestTimeout, requestTimeout)
			return errMadeUp
		}
		if c.faulty && c.chance(20) {
			return errMadeUp
		}
		if !c.broken.Unfenced {
			c.takeID(connectors.TaskID{Connector: connector, Task: task}, -1)
		}
	}
	c.logf("%s has fenced %d tasks of %s", f.n.name, tasks, connector)
	return nil
}

// takeID gives a transactional id to a task of a generation, or to nobody.
func (c *Cluster) takeID(id connectors.TaskID, generation int64) *transactionalID {
	t := c.brokers.ids[id]
	if t == nil {
		t = &transactionalID{}
		c.brokers.ids[id] = t
	}
	t.epoch++
	t.generation, t.sure = generation, false
	return t
}

// works says whether an instance is there, has not been told to stop and has not failed.
func (w *worker) works(x *instance) bool {
	return w.instances[x.id] == x && x.working && x.state != connectors.Failed
}

// prepare does what the engine does before a source task delivers exactly once: older tasks are fenced, it takes its
// transactional id, and then makes sure that it is not old itself.
func (w *worker) prepare(x *instance) {
	n, c := w.n, w.n.c
	x.generation = n.steps.Generation(x.id)
	n.spawn(func() {
		err := n.call(func(done func(error)) distributed.Event { return n.steps.Fence(x.id, done) })
		if err == nil && w.works(x) {
			err = w.takeID(x)
		}
		if err == nil && w.works(x) && !c.broken.Unverified {
			err = n.call(func(done func(error)) distributed.Event { return n.steps.Verify(x.id, done) })
		}
		switch {
		case !w.works(x):
		case err != nil:
			w.fail(x, err)
		default:
			c.runs(n, x)
			w.move(x)
			w.produce(x)
		}
	})
}

// takeID takes a task's transactional id.
func (w *worker) takeID(x *instance) error {
	c := w.n.c
	c.pause(w.n, time.Millisecond, 20*time.Millisecond)
	w.n.freezePoint()
	if w.n.cut {
		return errMadeUp
	}
	x.epoch = c.takeID(x.id, x.generation).epoch
	return nil
}

func (w *worker) fail(x *instance, err error) {
	w.n.c.logf("%v fails on %s: %v", x.id, w.n.name, err)
	x.state = connectors.Failed
	x.status(connectors.Status{ID: x.id, State: connectors.Failed})
}

// call lets the running thread wait for the answer of the node's own herder.
func (n *Node) call(f func(done func(error)) distributed.Event) error {
	t := n.c.running
	var answer error
	n.post(f(func(err error) {
		n.after(0, func() {
			answer = err
			n.c.resume(t)
		})
	}))
	n.c.wait()
	return answer
}

// runs checks that all tasks of older generations are fenced when one begins to run.
func (c *Cluster) runs(n *Node, x *instance) {
	own := c.brokers.ids[x.id]
	if own.epoch != x.epoch {
		return // fenced itself meanwhile: it will hear of it
	}
	own.sure = true
	name := x.id.Connector
	if newer := c.brokers.ran[name]; newer > x.generation {
		c.fault("%v of generation %d runs on %s behind one of generation %d", x.id, x.generation, n.name, newer)
	}
	c.brokers.ran[name] = x.generation
	for id, t := range c.brokers.ids {
		if id.Connector == name && t.sure && t.generation < x.generation {
			c.fault("%v of generation %d runs on %s and %v of generation %d is not fenced", x.id, x.generation, n.name, id, t.generation)
		}
	}
}

// produce lets a task commit a transaction from time to time, as long as it works.
func (w *worker) produce(x *instance) {
	n, c := w.n, w.n.c
	n.after(c.between(time.Second, 4*time.Second), func() {
		if !w.works(x) {
			return
		}
		if x.state == connectors.Running && !n.cut {
			c.After(c.latency(), func() { // also when the worker is no more
				if c.committed(x) {
					return
				}
				c.After(c.latency(), func() {
					n.do(func() {
						if w.works(x) {
							w.fail(x, errFenced)
						}
					})
				})
			})
		}
		w.produce(x)
	})
}

// committed takes a transaction and reports whether it was committed: not that of a fenced producer.
func (c *Cluster) committed(x *instance) bool {
	if c.brokers.ids[x.id].epoch != x.epoch {
		return false
	}
	if newer := c.brokers.ran[x.id.Connector]; newer > x.generation {
		c.fault("%v of generation %d commits behind one of generation %d", x.id, x.generation, newer)
	}
	return true
}

// revive lets users restart what failed, in clusters where tasks that were fenced do.
func (c *Cluster) revive(s *state) {
	for _, name := range s.configs.Connectors() {
		for _, id := range append(s.configs.Tasks(name), connectorID(name)) {
			if st := s.status(id); st != nil && st.State == connectors.Failed {
				r := coord.RestartRequest{Connector: name, IncludeTasks: true, OnlyFailed: true}
				c.request("restart what failed of "+name, func(s *distributed.Steps, done func(error)) distributed.Event { return s.Restart(r, done) })
				break
			}
		}
	}
}
