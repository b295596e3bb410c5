package cmd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/engine/metrics"
)

// crew is the workers of dev: one that stands alone, or those of a cluster.
type crew struct {
	members []member
	cluster bool
	ready   func() // tells a worker that stands alone that its connectors are created
}

// member is one worker.
type member struct {
	*node
	herder coord.Herder
	stop   func() error
}

// add starts a worker that stands alone.
func (c *crew) add(ctx context.Context, w *worker) error {
	err := w.start(ctx)
	c.members = append(c.members, member{w.node, w.herder, w.stop})
	if err == nil {
		c.ready = w.herder.Ready
	}
	return err
}

// join starts a worker of a cluster.
func (c *crew) join(ctx context.Context, w *clusterWorker) {
	w.start(ctx)
	c.cluster = true
	c.members = append(c.members, member{w.node, w.herder, w.stop})
}

// await waits until all workers of a cluster have joined it.
func (c *crew) await(ctx context.Context) error {
	if !c.cluster {
		return nil
	}
	for _, m := range c.members {
		h, err := m.herder.Health(ctx)
		switch {
		case err != nil:
			return err
		case !h.Ready:
			return context.Cause(ctx)
		}
	}
	return nil
}

// askAgain is how long a cluster that is about to change is given before it is asked again.
const askAgain = 100 * time.Millisecond

// create creates a connector. In a cluster, which may know it from a run before, the leader does, and replaces its
// config.
func (c *crew) create(ctx context.Context, file *connectorFile) error {
	for {
		var err error
		for _, m := range c.members {
			_, _, err = m.herder.PutConnector(ctx, file.name, file.config, file.initial, c.cluster)
			var elsewhere *coord.ElsewhereError
			if !errors.As(err, &elsewhere) {
				return err
			}
		}
		if !connectors.Wait(ctx, askAgain) {
			return err
		}
	}
}

// snapshot is what the workers do together.
func (c *crew) snapshot() metrics.Snapshot {
	var all metrics.Snapshot
	for _, m := range c.members {
		s := m.metrics.Snapshot()
		all.At = s.At
		all.Connectors = append(all.Connectors, s.Connectors...)
		all.Tasks = append(all.Tasks, s.Tasks...)
	}
	slices.SortFunc(all.Connectors, func(a, b metrics.ConnectorSnapshot) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// stop stops all workers side by side.
func (c *crew) stop() error {
	errs := make([]error, len(c.members))
	var wg sync.WaitGroup
	for i, m := range c.members {
		wg.Go(func() { errs[i] = m.stop() })
	}
	wg.Wait()
	return errors.Join(errs...)
}
