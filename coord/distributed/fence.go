package distributed

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

// FenceZombies implements coord.Herder: another worker asks for it.
func (h *Herder) FenceZombies(ctx context.Context, name string, s coord.Signature) error {
	return h.do(ctx, func(p *proc) error { return p.fenceSigned(ctx, name, s) })
}

func (p *proc) fenceSigned(ctx context.Context, name string, s coord.Signature) error {
	if err := p.m.verify(s); err != nil {
		return err
	}
	return p.fence(ctx, name)
}

// Fence sees to it, through the leader, that no task of an older generation than the present one of a connector can
// commit: a task that is about to deliver exactly once asks for it before it takes its transactional id. Source:
// DistributedHerder.fenceZombieSourceTasks.
func (h *Herder) Fence(ctx context.Context, id connectors.TaskID) error {
	return h.do(ctx, func(p *proc) error { return p.fenceFor(ctx, id) })
}

// Verify reads the config topic to its end.
//
// Errors: the task that was started here under this id is of an older generation, or has its place elsewhere now.
// Source: DistributedHerder.verifyTaskGenerationAndOwnership.
func (h *Herder) Verify(ctx context.Context, id connectors.TaskID) error {
	return h.do(ctx, func(p *proc) error { return p.verifyTask(ctx, id) })
}

func (p *proc) fenceFor(ctx context.Context, id connectors.TaskID) error {
	m := p.m
	err := p.fence(ctx, id.Connector)
	var elsewhere *coord.ElsewhereError
	if !errors.As(err, &elsewhere) {
		return err
	}
	url := elsewhere.URL
	if strings.TrimSpace(url) == "" {
		return connectors.Errorf("request to the leader to fence older tasks of connector %s: the URL of its REST interface is empty", id.Connector)
	}
	sign := m.sign()
	if m.protocol.Signed() && sign == nil {
		return connectors.Errorf("no session key has been read from the config topic yet, with which the request to fence older tasks is signed for the leader")
	}
	return p.do("Forwarding zombie fencing request to the leader at "+url, func(_ context.Context, on env) error {
		return on.peers.FenceZombies(ctx, url, id.Connector, sign)
	})
}

// fence fences the tasks that the last task count record tells of, if task configs were committed after it, then
// writes another one. Requests for one connector take turns: the second finds the work done.
// Source: DistributedHerder.doFenceZombieSourceTasks, ZombieFencing.
func (p *proc) fence(ctx context.Context, name string) error {
	m := p.m
	if err := p.leading(ctx, "Only the leader may perform zombie fencing."); err != nil {
		return err
	}
	if !m.configs.Contains(name) {
		return notFound("Connector %s not found", name)
	}
	if p.classOf(m.configs.Config(name)).Kind != connectors.KindSource {
		return coord.Errorf(http.StatusBadRequest, "Connector %s is not a source connector", name)
	}
	if m.o.Fencer == nil {
		return coord.Errorf(http.StatusInternalServerError, "This worker leads the cluster and cannot fence producers")
	}
	s := m.slot(name)
	if !p.Lock(&s.fencing) {
		return errStopping
	}
	defer func() {
		p.Unlock(&s.fencing)
		m.drop(s)
	}()
	if err := p.readToEnd(); err != nil {
		return connectors.Errorf("Failed to read to end of config topic before performing zombie fencing: %w", err)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if !m.configs.PendingFencing(name) {
		return nil
	}
	generation, count := m.commit(name), m.configs.TaskCount(name)
	if before, ran := m.configs.TaskCountRecord(name); ran && (before != 1 || count != 1) {
		// A single task fences the single one before it by its own start.
		config := m.configs.Config(name)
		m.log.Info("fencing older tasks", "connector", name, "tasks", before)
		err := p.do("initiating a round of zombie fencing for connector "+name, func(ctx context.Context, _ env) error {
			return m.o.Fencer.FenceZombies(ctx, name, config, before)
		})
		if err != nil {
			return &connectors.Error{Class: connectors.ConnectException, Text: "Failed to perform zombie fencing", Err: err}
		}
	}
	return p.recordTasks(s, generation, count)
}

// recordTasks writes the task count record of a generation: its tasks may take their transactional ids from then on.
// Nobody writes task configs meanwhile: the record would stand for them too.
func (p *proc) recordTasks(s *slot, generation int64, count int) error {
	m, name := p.m, s.name
	if !p.Lock(&s.write) {
		return errStopping
	}
	defer p.Unlock(&s.write)
	if err := p.readToEnd(); err != nil {
		return connectors.Errorf("Failed to read to end of config topic: %w", err)
	}
	if m.commit(name) != generation || m.configs.TaskCount(name) != count {
		return coord.Errorf(http.StatusConflict, "Fencing failed because new task configurations were generated for the connector")
	}
	if !m.leads() {
		return m.notLeader("Only the leader may perform zombie fencing.")
	}
	return p.lead("writing a task count record for connector "+name+" to the config topic", func(ctx context.Context, on env) error {
		return on.configs.PutTaskCount(ctx, name, count)
	})
}

func (p *proc) verifyTask(ctx context.Context, id connectors.TaskID) error {
	m := p.m
	err := p.do("reading to the end of the config topic to see whether task "+id.String()+" may still run", func(base context.Context, on env) error {
		base, cancel := context.WithCancel(base)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		return on.configs.ReadToEnd(base)
	})
	if err != nil {
		return connectors.Errorf("Failed to read to end of config topic: %w", err)
	}
	x := m.instance(id)
	switch {
	case x == nil || !m.mayRun(m.slots[id.Connector], id):
		return connectors.Errorf("Cannot start source task %s as it has already been revoked from this worker", id)
	case x.commit != m.commit(id.Connector):
		return connectors.Errorf("Cannot start source task %s with exactly-once support as the connector has already generated a new set of task configs", id)
	}
	return nil
}

// claimRetry is the wait before the right to write is claimed again.
// Source: DistributedHerder.CONFIG_TOPIC_WRITE_PRIVILEGES_BACKOFF_MS.
const claimRetry = 250 * time.Millisecond

// lead does a write that only the leader may do. One that was fenced while it still leads claims the right anew: a
// leader of the past may have claimed it by mistake. Source: DistributedHerder.writeToConfigTopicAsLeader.
func (p *proc) lead(what string, write func(ctx context.Context, on env) error) error {
	err := p.do(what, write)
	var lost *store.PrivilegedWriteError
	if !errors.As(err, &lost) {
		return err
	}
	p.m.reclaim()
	return &coord.RequestError{Status: http.StatusInternalServerError, Err: err,
		Text: "Failed to write to config topic; this may be due to a transient error and the request can be safely retried"}
}

// claim takes the right to write as the leader, where leaders write in transactions.
func (p *proc) claim() error {
	return p.do("claiming write privileges for the config topic", func(ctx context.Context, on env) error { return on.configs.Claim(ctx) })
}

// reclaim claims the right to write until this worker has it, or does not lead.
func (m *machine) reclaim() {
	if m.reclaiming || m.stopping {
		return
	}
	m.reclaiming = true
	m.spawn(func(p *proc) {
		defer func() { m.reclaiming = false }()
		for m.leads() && !m.stopping {
			err := p.claim()
			if err == nil {
				return
			}
			m.log.Warn("Unable to claim write privileges for config topic. Will backoff and possibly retry if still the leader", "err", err, "next_in", claimRetry)
			if !p.Sleep(claimRetry) {
				return
			}
		}
	})
}
