package distributed

import (
	"context"
	"maps"
	"net/http"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/validation"
)

// create is what a request to put a config asks for.
type create struct {
	name    string
	config  map[string]string
	initial connectors.TargetState // "" = STARTED, or as it is
	replace bool
}

// created is what comes of it.
type created struct {
	isNew bool
	info  *coord.ConnectorInfo
}

// leading waits until this worker knows who leads the group.
//
// Errors: another does; text says what only the leader does.
func (p *proc) leading(ctx context.Context, text string) error {
	m := p.m
	if err := p.led(); err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if !m.leads() {
		return m.notLeader(text)
	}
	return nil
}

// led waits until this worker knows who leads the group, and where it is this worker, until it may.
func (p *proc) led() error {
	for p.m.assignment == nil || p.m.leads() && !p.m.leading {
		if err := p.join(&p.m.settling); err != nil {
			return err
		}
	}
	return nil
}

// notLeader sends a request to the leader. Source: NotLeaderException.
func (m *machine) notLeader(text string) error {
	e := &coord.ElsewhereError{Text: text}
	if m.assignment != nil {
		e.URL = m.assignment.LeaderURL
	}
	return e
}

const onlyLeaderSets = "Only the leader can set connector configs."

// put writes a config, once it has been validated here. Source: DistributedHerder.putConnectorConfig.
func (p *proc) put(ctx context.Context, r create) (created, error) {
	of, err := validation.Check(ctx, p.Proc, r.config)
	if err == nil {
		err = p.leading(ctx, onlyLeaderSets)
	}
	if err != nil {
		return created{}, err
	}
	s := p.m.slot(r.name)
	if !p.Lock(&s.write) {
		return created{}, errStopping
	}
	defer p.unlockWrite(s)
	return p.writeConfig(ctx, s, r, of)
}

// writeConfig writes a valid config. The caller holds the slot for writing.
func (p *proc) writeConfig(ctx context.Context, s *slot, r create, of class) (created, error) {
	m := p.m
	if err := p.leading(ctx, onlyLeaderSets); err != nil {
		return created{}, err
	}
	exists := m.configs.Contains(r.name)
	if exists && !r.replace {
		return created{}, coord.Errorf(http.StatusConflict, "Connector %s already exists", r.name)
	}
	info := &coord.ConnectorInfo{Name: r.name, Config: maps.Clone(r.config), Tasks: m.configs.Tasks(r.name), Kind: of.Kind}
	if info.Tasks == nil || !exists {
		info.Tasks = []connectors.TaskID{}
	}
	err := p.lead("writing a config for connector "+r.name+" to the config topic", func(ctx context.Context, on env) error {
		return on.configs.PutConnector(ctx, r.name, r.config, r.initial)
	})
	return created{!exists, info}, err
}

// patch changes a config. One that is changed by somebody else meanwhile is patched anew.
// Source: DistributedHerder.patchConnectorConfig.
func (p *proc) patch(ctx context.Context, name string, changes map[string]*string) (*coord.ConnectorInfo, error) {
	m := p.m
	for {
		if err := p.leading(ctx, onlyLeaderSets); err != nil {
			return nil, err
		}
		if !m.configs.Contains(name) {
			return nil, notFound("Connector %s not found", name)
		}
		old := m.configs.Config(name)
		config := coord.PatchConfig(old, changes)
		of, err := validation.Check(ctx, p.Proc, config)
		if err != nil {
			return nil, err
		}
		s := m.slot(name)
		if !p.Lock(&s.write) {
			return nil, errStopping
		}
		if !m.configs.Contains(name) || !maps.Equal(old, m.configs.Config(name)) {
			p.unlockWrite(s)
			continue
		}
		out, err := p.writeConfig(ctx, s, create{name: name, config: config, replace: true}, of)
		p.unlockWrite(s)
		return out.info, err
	}
}

// remove deletes a connector. Source: DistributedHerder.deleteConnectorConfig.
func (p *proc) remove(ctx context.Context, name string) error {
	const text = "Only the leader can delete connector configs."
	return p.change(ctx, name, func() error {
		if err := p.leading(ctx, text); err != nil {
			return err
		}
		if !p.m.configs.Contains(name) {
			return notFound("Connector %s not found", name)
		}
		return nil
	}, func(*slot) error {
		return p.lead("removing the config for connector "+name+" from the config topic", func(ctx context.Context, on env) error {
			return on.configs.RemoveConnector(ctx, name)
		})
	})
}

// change checks whether a change of a connector's records may be made, before and after it waited for those
// that are under way, and makes it.
func (p *proc) change(ctx context.Context, name string, check func() error, make func(s *slot) error) error {
	if err := check(); err != nil {
		return err
	}
	s := p.m.slot(name)
	if !p.Lock(&s.write) {
		return errStopping
	}
	defer p.unlockWrite(s)
	if err := check(); err != nil {
		return err
	}
	return make(s)
}

// setTarget writes a target state; every worker may. Source: AbstractHerder.pauseConnector, resumeConnector.
func (p *proc) setTarget(ctx context.Context, name string, target connectors.TargetState) error {
	return p.change(ctx, name, func() error {
		if !p.m.configs.Contains(name) {
			return notFound("Unknown connector %s", name)
		}
		return context.Cause(ctx)
	}, func(*slot) error { return p.writeTarget(name, target) })
}

func (p *proc) writeTarget(name string, target connectors.TargetState) error {
	return p.do("writing the "+string(target)+" target state for connector "+name+" to the config topic", func(ctx context.Context, on env) error {
		return on.configs.PutTarget(ctx, name, target)
	})
}

// stopConnector takes a connector's tasks away, then stops it: a connector that is stopped and has tasks
// would be worse than one that runs without. Source: DistributedHerder.stopConnector.
func (p *proc) stopConnector(ctx context.Context, name string) error {
	m := p.m
	return p.change(ctx, name, func() error {
		if !m.configs.Contains(name) {
			return notFound("Unknown connector %s", name)
		}
		return p.leading(ctx, "Only the leader can transition connectors to the STOPPED state.")
	}, func(s *slot) error {
		if m.configs.TaskCount(name) > 0 || m.configs.Target(name) != connectors.TargetStopped {
			if err := p.writeTasksLocked(s, nil); err != nil {
				return err
			}
		}
		if err := p.writeTarget(name, connectors.TargetStopped); err != nil {
			return err
		}
		if err := p.readToEnd(); err != nil {
			m.log.Warn("Failed to read to end of config topic after writing the STOPPED target state for connector "+name, "err", err)
		}
		return nil
	})
}

// emptyStopped takes the tasks of stopped connectors away: two workers that led at the same moment may have stopped a
// connector and given it tasks.
func (p *proc) emptyStopped() {
	m := p.m
	for _, name := range m.configs.Connectors() {
		if !m.toEmpty(name) {
			continue
		}
		err := p.change(context.Background(), name, func() error { return nil }, func(s *slot) error {
			if !m.leads() || !m.toEmpty(name) {
				return nil
			}
			m.log.Warn("a stopped connector has tasks, they are taken away", "connector", name, "tasks", m.configs.TaskCount(name))
			return p.writeTasksLocked(s, nil)
		})
		if err != nil {
			m.log.Warn("tasks of a stopped connector are left", "connector", name, "err", err)
			return
		}
	}
}

// toEmpty says whether a connector is to have no tasks, and has some.
func (m *machine) toEmpty(name string) bool {
	return m.configs.Target(name) == connectors.TargetStopped && m.configs.TaskCount(name) > 0
}
