package distributed

import (
	"context"
	"net/http"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/offsets"
)

// offsets reads a connector's offsets.
func (p *proc) offsets(ctx context.Context, name string) ([]coord.Offset, error) {
	if !p.m.configs.Contains(name) {
		return nil, notFound("Connector %s not found", name)
	}
	return offsets.Read(ctx, p.Proc, p.offsetsOf(name))
}

// offsetsOf names a connector whose offsets are read or changed.
func (p *proc) offsetsOf(name string) offsets.Connector {
	config := p.m.configs.Config(name)
	return offsets.Connector{Name: name, Config: config, Kind: p.classOf(config).Kind}
}

// modifiable checks whether a connector's offsets may be changed now.
// Source: DistributedHerder.modifyConnectorOffsetsChecks.
func (p *proc) modifiable(ctx context.Context, name string) error {
	m := p.m
	if err := p.settles(ctx); err != nil {
		return err
	}
	if err := p.leading(ctx, "Only the leader can process external offsets modification requests"); err != nil {
		return err
	}
	if err := p.readToEnd(); err != nil {
		return &coord.RequestError{Status: http.StatusInternalServerError, Text: "Failed to read to end of config topic before modifying connector offsets", Err: err}
	}
	if err := p.settles(ctx); err != nil { // what was read may have asked for a round
		return err
	}
	if !m.configs.Contains(name) {
		return notFound("Connector %s not found", name)
	}
	if m.configs.Target(name) != connectors.TargetStopped || m.configs.TaskCount(name) != 0 {
		return offsets.NotStopped(name)
	}
	return nil
}

// modifyOffsets alters a stopped connector's offsets, or resets all of them. Nobody writes the connector's
// configs on this worker meanwhile. Source: DistributedHerder.modifyConnectorOffsets.
func (p *proc) modifyOffsets(ctx context.Context, name string, wanted []coord.Offset, reset bool) (message string, err error) {
	modifiable := func() error { return p.modifiable(ctx, name) }
	if p.m.o.ExactlyOnce {
		if err := p.fenceBefore(ctx, name, modifiable); err != nil {
			return "", err
		}
	}
	err = p.change(ctx, name, modifiable, func(*slot) error {
		message, err = offsets.Modify(p.Proc, p.offsetsOf(name), wanted, reset)
		return err
	})
	return message, err
}

// fenceBefore fences the tasks of a source connector whose offsets are about to be changed: one that still runs somewhere
// could commit over them.
func (p *proc) fenceBefore(ctx context.Context, name string, modifiable func() error) error {
	if err := modifiable(); err != nil || p.offsetsOf(name).Kind != connectors.KindSource {
		return err
	}
	if err := p.fence(ctx, name); err != nil {
		return &coord.RequestError{Status: http.StatusInternalServerError, Text: "Failed to perform zombie fencing for source connector prior to modifying offsets", Err: err}
	}
	return nil
}
