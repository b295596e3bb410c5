package standalone

import (
	"context"
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
	class   class // of the config, once it is valid
}

// class is what a config's connector class is.
type class = validation.Class

// put creates a connector or replaces its config, waits until it has reached its state and, if that is
// to run, until its tasks are started. Source: StandaloneHerder.putConnectorConfig.
func (p *proc) put(ctx context.Context, r create) (created bool, info *coord.ConnectorInfo, err error) {
	if r.class, err = validation.Check(ctx, p.Proc, r.config); err != nil {
		return false, nil, err
	}
	s := p.m.slot(r.name)
	if !p.Lock(&s.ops) {
		return false, nil, errStopping
	}
	if s.c != nil && !r.replace {
		p.release(s, &s.ops)
		return false, nil, coord.Errorf(http.StatusConflict, "Connector %s already exists", r.name)
	}
	return p.apply(s, r)
}

// apply puts a valid config into force. It is called with the slot, which it releases.
func (p *proc) apply(s *slot, r create) (created bool, info *coord.ConnectorInfo, err error) {
	c, run, created, err := p.install(s, r)
	p.release(s, &s.ops)
	if err == nil {
		err = p.awaitState(c, run)
	}
	if err == nil {
		err = p.updateNow(s, c, run)
	}
	if err != nil {
		return false, nil, err
	}
	return created, c.info(), nil
}

// install stores a config and starts the connector anew; its tasks go on.
func (p *proc) install(s *slot, r create) (c *connector, run uint64, created bool, err error) {
	if c = s.c; c == nil {
		created = true
		c = &connector{
			name: r.name, target: connectors.TargetStarted, taskRuns: map[int]uint64{},
			taskStatus: map[int]*coord.InstanceStatus{},
		}
		s.c = c
	} else {
		p.stopConnector(c)
	}
	c.config, c.class = r.config, r.class
	c.revision++
	if r.initial != "" {
		c.target = r.initial
	}
	run, err = p.startConnector(c, true)
	return c, run, created, err
}

// updateNow updates the tasks of an instance that has just reported its state. When that fails it is
// tried again later.
func (p *proc) updateNow(s *slot, c *connector, run uint64) error {
	err := p.updateTasks(s, run)
	if err != nil && !tooManyTasks(err) && s.c == c {
		p.m.keepUpdated(c)
	}
	return err
}

// patch changes a connector's config. A config that is changed by somebody else meanwhile is patched
// anew. Source: StandaloneHerder.patchConnectorConfig.
func (p *proc) patch(ctx context.Context, name string, changes map[string]*string) (*coord.ConnectorInfo, error) {
	for {
		c := p.m.connector(name)
		if c == nil {
			return nil, notFound("Connector %s not found", name)
		}
		config, revision := coord.PatchConfig(c.config, changes), c.revision
		of, err := validation.Check(ctx, p.Proc, config)
		if err != nil {
			return nil, err
		}
		s := p.m.slot(name)
		if !p.Lock(&s.ops) {
			return nil, errStopping
		}
		if s.c == c && c.revision == revision {
			_, info, err := p.apply(s, create{name: name, config: config, class: of})
			return info, err
		}
		p.release(s, &s.ops)
	}
}

// remove deletes a connector. Source: StandaloneHerder.deleteConnectorConfig.
func (p *proc) remove(name string) error {
	s, c, err := p.take(name, notFound("Connector %s not found", name))
	if err != nil {
		return err
	}
	defer p.release(s, &s.ops)
	p.removeTasks(c)
	p.stopConnector(c)
	p.m.topics.forget(name)
	s.c = nil
	return nil
}

// take locks the slot of a connector.
//
// Errors: absent, where there is none by then.
func (p *proc) take(name string, absent error) (*slot, *connector, error) {
	if p.m.connector(name) == nil {
		return nil, nil, absent
	}
	s := p.m.slot(name)
	if !p.Lock(&s.ops) {
		return nil, nil, errStopping
	}
	if s.c == nil {
		p.release(s, &s.ops)
		return nil, nil, absent
	}
	return s, s.c, nil
}

// target sets the target state. Source: AbstractHerder.pauseConnector, resumeConnector,
// StandaloneHerder.stopConnector.
func (p *proc) target(name string, target connectors.TargetState, absent error) error {
	s, c, err := p.take(name, absent)
	if err != nil {
		return err
	}
	defer p.release(s, &s.ops)
	if target == connectors.TargetStopped {
		p.removeTasks(c)
	}
	p.setTarget(c, target)
	return nil
}
