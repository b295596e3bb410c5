package engine

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/settings"
)

// connectorStopTimeout is Worker.CONNECTOR_GRACEFUL_SHUTDOWN_TIMEOUT_MS.
const connectorStopTimeout = 5 * time.Second

// StartConnector starts an instance with its raw config in the given target state. The answer comes
// through status, which is called from the connector's goroutine for every change of state; reconfigure
// is called, from any goroutine, when the plugin asks for new task configs. Neither may wait. The call waits for
// config providers until ctx ends.
//
// Errors: there is no instance, because its class is unknown, a variable cannot be replaced, or one
// of that name runs. Source: Worker.startConnector.
func (w *Worker) StartConnector(ctx context.Context, name string, props map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error {
	err := w.startConnector(ctx, name, props, target, status, reconfigure)
	if err != nil {
		w.opt.Metrics.Worker().ConnectorStarted(false)
	}
	return err
}

func (w *Worker) startConnector(ctx context.Context, name string, props map[string]string, target connectors.TargetState, status func(connectors.Status), reconfigure func()) error {
	w.mu.Lock()
	_, runs := w.connectors[name]
	closed := w.closed
	w.mu.Unlock()
	switch {
	case runs:
		return connectException("Connector with name " + name + " already exists")
	case closed:
		return errClosed
	}
	resolved, class, err := w.resolvedClass(ctx, props)
	if err != nil {
		return err
	}
	if err := w.checkConnectorConfig(class, resolved); err != nil {
		return err
	}
	c := newConnector(name, class, resolved, w.log, status, reconfigure)
	if class.Kind() == connectors.KindSource {
		c.reader = offsetReader{w.opt.Offsets, name}
	}
	c.started = w.opt.Metrics.Worker().ConnectorStarted
	c.setTarget(target)

	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return errClosed
	case w.connectors[name] != nil:
		return connectException("Connector with name " + name + " already exists")
	}
	w.connectors[name] = c
	c.metrics = w.opt.Metrics.Connector(name, metrics.ConnectorInfo{Type: string(class.Kind()), Class: class.Name, Version: version(class.Version)})
	w.log.Info("connector created", "connector", name, "class", class.Name, "version", class.Version)
	go c.run()
	return nil
}

// SetConnectorTarget moves a running instance to another target state.
func (w *Worker) SetConnectorTarget(name string, target connectors.TargetState) {
	if c := w.connector(name); c != nil {
		c.setTarget(target)
	}
}

// StopConnector ends the instance. One that has not ended after five seconds, or when ctx ends, is
// reported as UNASSIGNED and given up. One that does not run here is ignored. Source: Worker.stopAndAwaitConnector.
func (w *Worker) StopConnector(ctx context.Context, name string) error {
	w.mu.Lock()
	c := w.connectors[name]
	delete(w.connectors, name)
	w.mu.Unlock()
	if c == nil {
		w.log.Warn("stop of a connector ignored: it does not run here", "connector", name)
		return nil
	}
	c.stop()
	timer := time.NewTimer(connectorStopTimeout)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
		c.abandon()
	case <-ctx.Done():
		c.abandon()
	}
	c.metrics.Close()
	return nil
}

// TaskConfigs asks the running instance for its task configs, waiting for plugin code, and completes
// them as they are stored: task.class, copies of topics and topics.regex, and ${…} where the raw config
// has it.
//
// Errors: there is no running instance; the plugin's; more configs than tasks.max allows
// (TooManyTasksException), which fails the connector.
// Source: Worker.connectorTaskConfigs, AbstractHerder.reverseTransform.
func (w *Worker) TaskConfigs(ctx context.Context, name string, raw map[string]string) ([]map[string]string, error) {
	c := w.connector(name)
	if c == nil {
		return nil, notHere(name)
	}
	resolved, err := w.Resolve(ctx, raw)
	if err != nil {
		return nil, err
	}
	limit, enforce, err := settings.TasksMax(resolved)
	if err != nil {
		return nil, err
	}
	configs, err := c.taskConfigs(ctx, limit)
	if err != nil {
		return nil, err
	}
	if err := w.checkTasksMax(name, len(configs), limit, enforce); err != nil {
		c.fail(err)
		return nil, err
	}
	return completeTaskConfigs(configs, c.class.TaskClass, raw, resolved), nil
}

func (w *Worker) connector(name string) *connector {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.connectors[name]
}

func notHere(name string) error {
	return connectException("Connector " + name + " not found in this worker.")
}
