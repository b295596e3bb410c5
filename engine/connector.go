package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/metrics"
)

// connectorState is what an instance has come to. Source: WorkerConnector.State.
type connectorState uint8

const (
	stateInit connectorState = iota
	stateStarted
	statePaused
	stateStopped
	stateFailed
)

// connector runs one connector instance on a goroutine of its own: all calls of the plugin are made
// there, one after the other. A target state that arrives while another waits replaces it.
//
// Statuses: RUNNING, PAUSED, STOPPED, FAILED with the trace; UNASSIGNED at the end; nothing once the
// instance was given up.
// Source: WorkerConnector.
type connector struct {
	name        string
	class       *connectors.Class
	props       map[string]string // resolved
	log         *slog.Logger
	reader      connectors.OffsetReader // nil for sinks
	status      func(connectors.Status)
	reconfigure func()
	metrics     *metrics.Connector
	started     func(ok bool) // counts the start, or the failure that came before it

	// ctx is what the plugin's calls get; it ends with the instance, calling earlier, when the instance
	// is told to stop and nobody wants an answer any more.
	ctx     context.Context
	cancel  context.CancelFunc
	calling context.Context
	endCall context.CancelFunc
	done    chan struct{} // the goroutine ended
	signal  chan struct{} // something to look at

	// Of the goroutine alone.
	plugin connectors.Connector // started and not stopped

	reports sync.Mutex // held over every report, so that none comes after the instance was given up

	mu        sync.Mutex // taken inside reports
	state     connectorState
	pending   *connectors.TargetState
	failure   error // that the plugin raised, or too many tasks
	asks      []*ask
	stopping  bool
	cancelled bool
}

// ask is a question for task configs.
type ask struct {
	ctx     context.Context
	max     int
	answer  chan struct{} // closed when configs and err are set
	configs []map[string]string
	err     error
}

func newConnector(name string, class *connectors.Class, props map[string]string, log *slog.Logger, status func(connectors.Status), reconfigure func()) *connector {
	c := &connector{
		name: name, class: class, props: props, log: log.With("connector", name), status: status, reconfigure: reconfigure,
		done: make(chan struct{}), signal: make(chan struct{}, 1),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.calling, c.endCall = context.WithCancel(c.ctx)
	return c
}

// setTarget asks for a target state.
func (c *connector) setTarget(t connectors.TargetState) {
	c.mu.Lock()
	c.pending = &t
	c.mu.Unlock()
	c.wake()
}

// stop tells the instance to end; it does not wait.
func (c *connector) stop() {
	c.mu.Lock()
	c.stopping = true
	c.mu.Unlock()
	c.endCall()
	c.wake()
}

// abandon gives up an instance that did not end in time. A new one may start elsewhere at once, so this
// one is reported as gone and reports nothing more. Source: WorkerConnector.cancel.
func (c *connector) abandon() {
	c.log.Error("connector did not stop in time and is given up; what it holds is not released before this process ends",
		"timeout", connectorStopTimeout)
	c.reports.Lock()
	c.tell(connectors.Unassigned, nil)
	c.mu.Lock()
	c.cancelled = true
	c.mu.Unlock()
	c.reports.Unlock()
	c.cancel()
}

// fail makes the instance FAILED; the first failure counts.
func (c *connector) fail(err error) {
	c.mu.Lock()
	if c.failure == nil {
		c.failure = err
	}
	c.mu.Unlock()
	c.wake()
}

// taskConfigs asks the plugin, if it is started.
func (c *connector) taskConfigs(ctx context.Context, limit int) ([]map[string]string, error) {
	a := &ask{ctx: ctx, max: limit, answer: make(chan struct{})}
	c.mu.Lock()
	if c.stopping {
		c.mu.Unlock()
		return nil, notHere(c.name)
	}
	c.asks = append(c.asks, a)
	c.mu.Unlock()
	c.wake()
	select {
	case <-a.answer:
		return a.configs, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.ctx.Done():
		return nil, notHere(c.name)
	}
}

func (c *connector) wake() { signal(c.signal) }

// run is the goroutine. Source: WorkerConnector.doRun.
func (c *connector) run() {
	defer close(c.done)
	defer c.cancel()
	c.initialize()
	for {
		c.mu.Lock()
		stopping, failure, target, asks := c.stopping, c.failure, c.pending, c.asks
		c.pending, c.asks, c.failure = nil, nil, nil
		c.mu.Unlock()
		if stopping {
			break
		}
		if failure != nil {
			c.failed(failure)
		}
		if target != nil {
			c.transition(*target)
		}
		for _, a := range asks {
			c.answer(a)
		}
		if target == nil && len(asks) == 0 {
			<-c.signal
		}
	}
	c.shutdown()
}

func (c *connector) initialize() {
	if c.class.Kind() != connectors.KindSink {
		return
	}
	if err := checkSink(c.props); err != nil {
		c.failed(err)
	}
}

// transition follows the target state. A failed instance can only be stopped.
// Source: WorkerConnector.doTransitionTo.
func (c *connector) transition(t connectors.TargetState) {
	if c.is(stateFailed) && t != connectors.TargetStopped {
		c.log.Warn("connector has failed and does not change its state until it is restarted", "target", string(t))
		return
	}
	switch t {
	case connectors.TargetStarted:
		c.start()
	case connectors.TargetPaused:
		c.suspend(statePaused, connectors.Paused)
	case connectors.TargetStopped:
		c.suspend(stateStopped, connectors.Stopped)
	}
}

func (c *connector) start() {
	if c.is(stateStarted) {
		return
	}
	err := guard(func() error {
		c.plugin = c.newPlugin()
		return c.plugin.Start(c.calling, (*connectorContext)(c), c.props)
	})
	if err != nil {
		_ = c.stopPlugin("connector did not stop cleanly after it failed to start") // the failed start counts
		if c.isStopping() && errors.Is(err, context.Canceled) {
			return
		}
		c.failed(err)
		return
	}
	c.set(stateStarted)
	c.report(connectors.Running, nil)
}

func (c *connector) newPlugin() connectors.Connector {
	if c.class.NewSource != nil {
		return c.class.NewSource()
	}
	return c.class.NewSink()
}

// suspend stops the plugin but keeps the instance. One that fails to stop is STOPPED all the same where
// that was asked for, FAILED where it was to pause. Source: WorkerConnector.suspend.
func (c *connector) suspend(to connectorState, reported connectors.State) {
	if c.is(to) {
		return
	}
	if err := c.stopPlugin("connector did not stop cleanly"); err != nil && to == statePaused {
		c.failed(err)
		return
	}
	c.set(to)
	c.report(reported, nil)
}

// stopPlugin stops the plugin if it was started.
func (c *connector) stopPlugin(warning string) error {
	p := c.plugin
	if p == nil {
		return nil
	}
	c.plugin = nil
	err := guard(func() error { return p.Stop(c.ctx) })
	if err != nil {
		c.log.Warn(warning, "err", err)
	}
	return err
}

// answer asks the plugin for task configs.
func (c *connector) answer(a *ask) {
	defer close(a.answer)
	if !c.is(stateStarted) {
		a.err = connectException("Connector " + c.name + " is not running")
		return
	}
	ctx, cancel := context.WithCancel(c.calling)
	defer cancel()
	defer context.AfterFunc(a.ctx, cancel)()
	a.err = guard(func() (err error) {
		a.configs, err = c.plugin.TaskConfigs(ctx, a.max)
		return err
	})
}

// shutdown ends the instance. Source: WorkerConnector.doShutdown.
func (c *connector) shutdown() {
	if err := c.stopPlugin("connector did not stop cleanly"); err != nil {
		c.set(stateFailed)
		c.report(connectors.Failed, err)
		return
	}
	c.set(stateStopped)
	c.report(connectors.Unassigned, nil)
}

// failed reports a failure, unless the instance failed before.
func (c *connector) failed(err error) {
	if c.is(stateFailed) {
		return
	}
	c.log.Error("connector failed and will not recover until it is restarted", "err", errant.Trace(err))
	c.set(stateFailed)
	c.report(connectors.Failed, err)
}

// report tells of a state, unless the instance was given up.
func (c *connector) report(s connectors.State, err error) {
	c.reports.Lock()
	defer c.reports.Unlock()
	c.tell(s, err)
}

func (c *connector) tell(s connectors.State, err error) {
	c.metrics.State(metricState(s))
	c.mu.Lock()
	cancelled, count := c.cancelled, c.started
	if s == connectors.Running || s == connectors.Failed {
		c.started = nil
	} else {
		count = nil
	}
	c.mu.Unlock()
	if count != nil {
		count(s == connectors.Running)
	}
	if cancelled {
		return
	}
	trace := ""
	if err != nil {
		trace = errant.Trace(err)
	}
	c.status(connectors.Status{ID: connectors.TaskID{Connector: c.name, Task: connectors.ConnectorTask}, State: s, Trace: trace})
}

func (c *connector) is(s connectorState) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == s
}

func (c *connector) set(s connectorState) {
	c.mu.Lock()
	c.state = s
	c.mu.Unlock()
}

func (c *connector) isStopping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopping
}

// connectorContext is what the plugin may ask. Source: WorkerConnector.WorkerConnectorContext.
type connectorContext connector

var _ connectors.ConnectorContext = (*connectorContext)(nil)

// Logger implements connectors.ConnectorContext.
func (c *connectorContext) Logger() *slog.Logger { return c.log }

// RequestTaskReconfiguration implements connectors.ConnectorContext. An instance that has ended is not
// heard any more.
func (c *connectorContext) RequestTaskReconfiguration() {
	if (*connector)(c).isStopping() {
		c.log.Warn("request for new task configs ignored: the connector was shut down")
		return
	}
	c.reconfigure()
}

// RaiseError implements connectors.ConnectorContext.
func (c *connectorContext) RaiseError(err error) {
	if (*connector)(c).isStopping() {
		c.log.Warn("error raised by the connector ignored: it was shut down", "err", err)
		return
	}
	(*connector)(c).fail(err)
}

// OffsetReader implements connectors.ConnectorContext.
func (c *connectorContext) OffsetReader() connectors.OffsetReader { return c.reader }
