package standalone

import (
	"context"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/offsets"
)

// OffsetStore keeps source offsets; the stores of coord/store are such.
type OffsetStore = offsets.Store

// offsets reads a connector's offsets.
func (p *proc) offsets(ctx context.Context, name string) ([]coord.Offset, error) {
	c := p.m.connector(name)
	if c == nil {
		return nil, notFound("Connector %s not found", name)
	}
	return offsets.Read(ctx, p.Proc, offsets.Connector{Name: name, Config: c.config, Kind: c.Kind})
}

// modifyOffsets alters a stopped connector's offsets, or resets all of them. The slot is held until they
// are stored, so that nothing can be started with the old ones.
// Source: StandaloneHerder.modifyConnectorOffsets.
func (p *proc) modifyOffsets(name string, wanted []coord.Offset, reset bool) (message string, err error) {
	s, c, err := p.take(name, notFound("Connector %s not found", name))
	if err != nil {
		return "", err
	}
	defer p.release(s, &s.ops)
	if c.target != connectors.TargetStopped || len(c.tasks) > 0 {
		return "", offsets.NotStopped(name)
	}
	return offsets.Modify(p.Proc, offsets.Connector{Name: name, Config: c.config, Kind: c.Kind}, wanted, reset)
}
