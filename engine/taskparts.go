package engine

import (
	"context"
	"errors"
	"maps"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/budget"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/internal/kafka/fetch"
)

// taskParts is what tasks of both kinds are made of. Used on the task's goroutine.
type taskParts struct {
	w         *Worker
	t         *task
	class     *connectors.Class
	connector map[string]string // the connector's config, resolved
	raw       map[string]string // the task's config
	props     map[string]string // the same, resolved
	tuning    tuning
	errors    settings.Errors

	memory   *budget.Share
	conv     converters
	chain    *transformChain
	operator *errant.Operator
	closers  []func() error
}

// prepare makes converters and transforms. ctx is that of the task.
func (p *taskParts) prepare(ctx context.Context) (err error) {
	p.memory = p.w.budget.Join(p.tuning.memory)
	p.closers = append(p.closers, func() error { p.memory.Leave(); return nil })
	if p.conv, err = p.w.newConverters(p.connector); err != nil {
		return err
	}
	p.closers = append(p.closers, func() error { return errors.Join(p.conv.close()...) })
	// The operator is made later, with its reporters; no row is tried before.
	p.chain, err = p.w.newChain(p.connector, p.attempts(ctx, func() *errant.Operator { return p.operator }), p.t.log)
	if err != nil {
		return err
	}
	p.closers = append(p.closers, p.chain.Close)
	return nil
}

// attempts is how transforms are tried again, by the operator that of returns; nil where they are not.
func (p *taskParts) attempts(ctx context.Context, of func() *errant.Operator) stage.Attempt {
	if p.errors.RetryTimeout == 0 {
		return nil
	}
	return func(f func() error) error { return of().Do(ctx, f) }
}

// report makes the operator that handles failing rows and tells the log of them, and others.
func (p *taskParts) report(m errant.Metrics, source bool, others ...errant.Reporter) {
	var reporters []errant.Reporter
	if p.errors.Log {
		reporters = append(reporters, &errant.LogReporter{ID: p.t.id, Logger: p.w.log, Messages: p.errors.LogMessages, Source: source, Metrics: m})
	}
	p.operator = errant.NewOperator(errant.Options{
		RetryTimeout: p.errors.RetryTimeout, RetryDelayMax: p.errors.RetryDelayMax, TolerateAll: p.errors.TolerateAll, Metrics: m,
	}, append(reporters, others...)...)
	p.closers = append(p.closers, p.operator.Close)
}

// client makes a client whose settings later options complete.
func (p *taskParts) client(props map[string]string, own []kgo.Opt) func(...kgo.Opt) (*kgo.Client, error) {
	return func(opts ...kgo.Opt) (*kgo.Client, error) {
		return p.w.opt.NewClient(props, append(own[:len(own):len(own)], opts...)...)
	}
}

// dialer returns how a client with the given properties opens connections, TLS included, for what key asks for; nil
// where the client library does not tell.
func (p *taskParts) dialer(props map[string]string, key string) (fetch.Dial, error) {
	cl, err := p.w.opt.NewClient(props)
	if err != nil {
		return nil, err
	}
	defer cl.Close() // it has not connected
	dial, ok := cl.OptValue(kgo.Dialer).(fetch.Dial)
	if !ok {
		p.t.log.Warn("the client library does not tell how it connects: its records are used", "key", key)
	}
	return dial, nil
}

// admin makes the connector's admin client under the given name.
func (p *taskParts) admin(clientID string) (*kgo.Client, error) {
	props, err := p.w.clients.admin(clientID, p.connector)
	if err != nil {
		return nil, err
	}
	cl, err := p.w.opt.NewClient(props)
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, func() error { cl.Close(); return nil })
	return cl, nil
}

// context is what the plugin may ask.
func (p *taskParts) context() taskContext {
	return taskContext{log: p.t.log, pool: p.memory.Pool, id: p.t.id, configs: p.configs}
}

// configs returns the task's config as it is now. Where a variable cannot be replaced any more, the
// config with which the task was started still counts.
func (p *taskParts) configs() map[string]string {
	now, err := p.w.Resolve(p.t.ctx, p.raw)
	if err != nil {
		p.t.log.Warn("config of the task could not be resolved again, the one it was started with counts", "err", err)
		return maps.Clone(p.props)
	}
	return now
}

func (p *taskParts) tracker() TopicTracker {
	if !p.w.set.topicTracking {
		return nil
	}
	return p.w.opt.Topics
}

// info is what metrics say of the task. Source: TaskPluginsMetadata.
func (p *taskParts) info() metrics.TaskInfo {
	v := version(p.class.Version)
	return metrics.TaskInfo{
		Connector: metrics.ConnectorInfo{Type: string(p.class.Kind()), Class: p.class.Name, Version: v},
		Class:     p.class.TaskClass, Version: v,
		KeyConverter: p.conv.keyInfo, ValueConverter: p.conv.valueInfo, HeaderConverter: p.conv.headerInfo,
		Transforms: p.chain.transforms, Predicates: p.chain.predicates,
	}
}

// close closes everything that was made, the last first.
func (p *taskParts) close() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		if err := guard(p.closers[i]); err != nil {
			p.t.log.Warn("task did not close all it held", "err", err)
		}
	}
	p.closers = nil
}

// metricState is the state that metrics show.
func metricState(s connectors.State) metrics.State {
	switch s {
	case connectors.Running:
		return metrics.Running
	case connectors.Paused:
		return metrics.Paused
	case connectors.Stopped:
		return metrics.Stopped
	case connectors.Failed:
		return metrics.Failed
	case connectors.Restarting:
		return metrics.Restarting
	case connectors.Destroyed:
		return metrics.Destroyed
	}
	return metrics.Unassigned
}
