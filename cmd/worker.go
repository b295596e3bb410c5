package cmd

import (
	"context"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/coord/standalone"
	"github.com/millrace/millrace/coord/store"
)

// worker is a standalone worker: the herder that drives a node.
type worker struct {
	*node
	offsets string // file

	// From start on.
	herder *standalone.Herder
	cancel context.CancelFunc // of the herder
	ended  chan error         // what the herder's Run returned
}

// newWorker makes a node that stands alone; see newNode.
func newWorker(ctx context.Context, o workerOptions) (*worker, error) {
	n, err := newNode(ctx, o, mode{def: standaloneDef(), check: func(*config.Values) error { return nil }})
	if err != nil {
		return nil, err
	}
	return &worker{node: n, offsets: n.config.values.String(offsetsFileKey), ended: make(chan error, 1)}, nil
}

// start opens the offsets and lets requests in. After an error the caller still calls stop.
// Source: Connect.start.
func (w *worker) start(ctx context.Context) error {
	w.log.Info("Kafka Connect starting")
	offsets, err := store.OpenFile(w.offsets, w.logs.Logger(offsetsLogger))
	if err != nil {
		return err
	}
	w.herder = standalone.New(standalone.Options{Worker: w.engine, Offsets: offsets, WorkerID: w.rest.WorkerID(), Logger: w.logs.Logger(herderLogger)})
	w.control.set(w.herder, offsets)
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx)) // a signal ends it in its turn
	go func() { w.ended <- w.herder.Run(ctx) }()
	w.rest.Ready(w.herder, w.logs)
	w.log.Info("Kafka Connect started")
	return nil
}

// create creates a connector and waits until it runs.
func (w *worker) create(ctx context.Context, c *connectorFile) error {
	_, _, err := w.herder.PutConnector(ctx, c.name, c.config, c.initial, false)
	return err
}

// stop ends the REST API, then connectors and tasks, then writes offsets out.
func (w *worker) stop() error {
	return w.node.stop(func() error {
		if w.herder == nil {
			return nil
		}
		w.cancel()
		return <-w.ended
	})
}
