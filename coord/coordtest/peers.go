package coordtest

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/distributed"
)

// offsetStore keeps nothing, and takes its time.
type offsetStore struct{ n *Node }

var _ distributed.OffsetStore = offsetStore{}

// Start implements distributed.OffsetStore.
func (s offsetStore) Start(context.Context) error { return nil }

// All implements distributed.OffsetStore.
func (s offsetStore) All(context.Context, string) ([]connectors.PartitionOffset, error) {
	return nil, nil
}

// Partitions implements distributed.OffsetStore.
func (s offsetStore) Partitions(context.Context, string) ([]connectors.OffsetMap, error) {
	return nil, nil
}

// Set implements distributed.OffsetStore. Nothing of the connector may run meanwhile.
func (s offsetStore) Set(_ context.Context, connector string, _ []connectors.PartitionOffset) error {
	for _, o := range s.n.c.living() {
		for _, id := range o.worker.working() {
			if id.Connector == connector && id.Task != connectors.ConnectorTask && !o.frozen && !o.cut {
				s.n.c.fault("offsets are changed while %v works on %s", id, o.name)
			}
		}
	}
	s.n.c.pause(s.n, 0, 20*time.Millisecond)
	if c := s.n.c; c.once { // the tasks before are fenced: none of them commits over it
		c.brokers.ran[connector] = c.configTopic.end - 1
	}
	return nil
}

// Close implements distributed.OffsetStore.
func (s offsetStore) Close() error { return nil }

// peers carries requests to other workers.
type peers struct{ n *Node }

var _ coord.Peers = peers{}

// PutTaskConfigs implements coord.Peers.
func (p peers) PutTaskConfigs(_ context.Context, url, connector string, configs []map[string]string, sign coord.SignFunc) error {
	return p.send(url, connector, sign, func(to *distributed.Steps, by coord.Signature, done func(error)) distributed.Event {
		return to.PutTaskConfigs(connector, configs, by, done)
	})
}

// FenceZombies implements coord.Peers.
func (p peers) FenceZombies(_ context.Context, url, connector string, sign coord.SignFunc) error {
	return p.send(url, connector, sign, func(to *distributed.Steps, by coord.Signature, done func(error)) distributed.Event {
		return to.FenceZombies(connector, by, done)
	})
}

// send carries a signed request to the worker at a URL.
func (p peers) send(url, body string, sign coord.SignFunc, f func(to *distributed.Steps, by coord.Signature, done func(error)) distributed.Event) error {
	c := p.n.c
	var by coord.Signature
	if sign != nil {
		var err error
		if by, err = sign([]byte(body)); err != nil {
			return err
		}
	}
	c.pause(p.n, time.Millisecond, 20*time.Millisecond)
	to := c.at(url)
	if to == nil || !to.up {
		return errMadeUp
	}
	return c.ask(p.n, func(done func(error)) { to.post(f(to.steps, by, done)) })
}
