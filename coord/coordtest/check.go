package coordtest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

// Times that a healed cluster may take, and how long it has to rest.
const (
	settleMax = 5 * time.Minute
	quiet     = 8 * time.Second
)

// Settle waits until all is as users want it, all requests are answered, and nobody has anything to do any more.
func (c *Cluster) Settle() {
	var wrong error
	for end := c.now.Add(settleMax); c.now.Before(end); {
		configs, statuses, rounds := c.configTopic.end, c.statusTopic.end, c.rounds
		c.Run(quiet)
		s, err := c.state()
		if wrong = err; wrong == nil {
			if c.once {
				c.revive(s)
			}
			wrong = s.wrong()
		}
		switch {
		case wrong != nil:
		case c.configTopic.end != configs || c.statusTopic.end != statuses || c.rounds != rounds:
			wrong = fmt.Errorf("no rest: %d config records, %d statuses and %d rounds in %v", c.configTopic.end-configs, c.statusTopic.end-statuses, c.rounds-rounds, quiet)
		case c.asked != c.answered:
			wrong = fmt.Errorf("%d of %d requests are answered", c.answered, c.asked)
		default:
			return
		}
	}
	c.fault("after %v: %v", settleMax, wrong)
}

// state reads the topics.
func (c *Cluster) state() (*state, error) {
	s := &state{c: c}
	var err error
	if s.configs, err = c.whole.on(c.configTopic.history); err != nil {
		return nil, err
	}
	s.fresh = s.configs
	if c.compacted {
		if s.fresh, err = newFollower().on(c.configTopic.records); err != nil {
			return nil, err
		}
	}
	s.statuses = store.NewStatuses()
	for _, r := range c.statusTopic.records {
		if err := s.statuses.Apply(r); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// follower reads the config topic as it grows.
type follower struct {
	reducer *store.ConfigReducer
	read    int64
}

func newFollower() *follower { return &follower{reducer: store.NewConfigReducer()} }

// on reads on in all records so far.
func (f *follower) on(records []store.Record) (*store.Configs, error) {
	for _, r := range records {
		if r.Offset < f.read {
			continue
		}
		f.read = r.Offset + 1
		if _, err := f.reducer.Apply(r); err != nil {
			return nil, err
		}
	}
	return f.reducer.Configs(), nil
}

// state is what the topics say.
type state struct {
	c        *Cluster
	configs  *store.Configs // to who has read all of it
	fresh    *store.Configs // to who reads it anew
	statuses *store.Statuses
}

// wrong says what is not as users want it.
func (s *state) wrong() error {
	want := map[connectors.TaskID]bool{}
	may := map[connectors.TaskID]bool{}
	for _, name := range s.configs.Connectors() {
		want[connectorID(name)] = true
		if err := s.tasksWrong(name); err != nil {
			return err
		}
		// Compaction may have taken the tasks of a connector that does not run from who reads the topic anew. They
		// come back when it runs.
		sure := s.configs.Generation(name) < 0 || slices.EqualFunc(s.configs.TaskConfigs(name), s.fresh.TaskConfigs(name), maps.Equal[map[string]string, map[string]string])
		if !sure && s.configs.Target(name) == connectors.TargetStarted && !s.failed(connectorID(name)) {
			return fmt.Errorf("connector %s has no tasks to who reads the topic anew", name)
		}
		for _, id := range s.configs.Tasks(name) {
			want[id] = sure
			may[id] = true
		}
	}
	for _, n := range s.c.living() {
		for _, id := range n.worker.working() {
			if !want[id] && !may[id] && !s.former(id) {
				return fmt.Errorf("%v works on %s and is not configured", id, n.name)
			}
		}
		if !n.steps.Idle() {
			return fmt.Errorf("%s has operations under way", n.name)
		}
	}
	for _, name := range s.statuses.Connectors() {
		if !want[connectorID(name)] {
			return fmt.Errorf("connector %s is gone and has a status", name)
		}
		for _, st := range s.statuses.Tasks(name) {
			if !want[st.ID] && !may[st.ID] && !s.former(st.ID) {
				return fmt.Errorf("task %v is gone and has a status", st.ID)
			}
		}
	}
	for id, sure := range want {
		if !sure {
			continue
		}
		if err := s.instanceWrong(id); err != nil {
			return err
		}
	}
	return nil
}

// tasksWrong says what is wrong with a connector's task configs: a running connector has those of its config.
func (s *state) tasksWrong(name string) error {
	switch target := s.configs.Target(name); {
	case target == connectors.TargetStopped && s.configs.TaskCount(name) > 0:
		return fmt.Errorf("connector %s is stopped and has tasks", name)
	case target != connectors.TargetStarted || s.failed(connectorID(name)):
		return nil
	}
	if s.configs.Inconsistent(name) {
		return fmt.Errorf("the tasks of connector %s are incomplete", name)
	}
	config := s.configs.Config(name)
	applied := s.configs.Applied(name)
	if applied == nil || coord.TaskConfigsChanged(s.configs.TaskConfigs(name), taskConfigs(config), applied.Config, config) {
		return fmt.Errorf("connector %s has tasks %v, its config is %v", name, s.configs.TaskConfigs(name), config)
	}
	return nil
}

// former says whether a task may be that of a connector which was deleted and created again. Compaction takes a tombstone at once where
// a record of its key follows, and so hides the deletion from a worker that was away, in the original too. Such tasks stay until the
// connector says which ones it wants, which one that does not run does not.
func (s *state) former(id connectors.TaskID) bool {
	if !s.c.compacted || s.configs.Config(id.Connector) == nil || s.configs.Target(id.Connector) == connectors.TargetStarted && !s.failed(connectorID(id.Connector)) {
		return false
	}
	var kept []store.Record
	for _, r := range s.c.configTopic.history {
		if r.Value != nil {
			kept = append(kept, r)
		}
	}
	configs, err := newFollower().on(kept)
	return err == nil && slices.Contains(configs.Tasks(id.Connector), id)
}

// mixed says whether two leaders wrote task configs of a connector into one another, which only claims prevent: one of them froze in
// the middle. Its tasks may start with some of either, as in the original, until the connector sees that they are not what it wants.
func (c *Cluster) mixed(connector string) bool {
	over := map[*put]bool{}
	var last *put
	for _, p := range c.puts {
		if p.connector != connector || p == last {
			continue
		}
		if over[p] {
			return !c.once
		}
		over[last] = true
		last = p
	}
	return false
}

// failed says whether something has failed, which stays so.
func (s *state) failed(id connectors.TaskID) bool {
	st := s.status(id)
	return st != nil && st.State == connectors.Failed && s.c.failing
}

func (s *state) status(id connectors.TaskID) *store.Status {
	if id.Task == connectors.ConnectorTask {
		return s.statuses.Connector(id.Connector)
	}
	return s.statuses.Task(id)
}

// instanceWrong says what is wrong with an instance: one works, with the newest config, and its status is true.
func (s *state) instanceWrong(id connectors.TaskID) error {
	var owners []*Node
	for _, n := range s.c.living() {
		if x := n.worker.instances[id]; x != nil {
			owners = append(owners, n)
		}
	}
	st := s.status(id)
	switch {
	case s.failed(id) && len(owners) <= 1:
		return nil
	case len(owners) != 1:
		return fmt.Errorf("%v runs on %v", id, owners)
	case st == nil:
		return fmt.Errorf("%v has no status", id)
	}
	x := owners[0].worker.instances[id]
	config := s.configs.TaskConfig(id)
	if id.Task == connectors.ConnectorTask {
		config = s.configs.Config(id.Connector)
	}
	switch {
	case s.c.once && id.Task != connectors.ConnectorTask && x.generation != s.configs.Applied(id.Connector).Offset:
		return fmt.Errorf("%v runs with task configs of offset %d, those of %d fence it", id, x.generation, s.configs.Applied(id.Connector).Offset)
	case !maps.Equal(config, x.config):
		return fmt.Errorf("%v runs with %v, its config is %v", id, x.config, config)
	case x.target != s.configs.Target(id.Connector):
		return fmt.Errorf("%v is to be %s, its connector %s", id, x.target, s.configs.Target(id.Connector))
	case st.State != x.state || st.WorkerID != owners[0].name:
		return fmt.Errorf("%v is %s on %s, its status says %s on %s", id, x.state, owners[0].name, st.State, st.WorkerID)
	}
	return nil
}
