package engine

import (
	"context"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/offset"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/engine/stage"
)

// newSourceTask returns the body of a source task.
func newSourceTask(p *taskParts) *sourceTask {
	s := &sourceTask{
		t: p.t, log: p.t.log, parts: p, tracker: p.tracker(),
		flushInterval: p.w.set.flushInterval, flushTimeout: p.w.set.flushTimeout,
		room: make(chan struct{}, 1), due: make(chan struct{}, 1), broken: make(chan struct{}),
	}
	s.polling, s.endPoll = context.WithCancel(p.t.ctx)
	return s
}

// prepare makes converters and transforms.
func (s *sourceTask) prepare(ctx context.Context) error {
	if err := s.parts.prepare(ctx); err != nil {
		return err
	}
	s.metrics = s.parts.w.opt.Metrics.SourceTask(s.t.id, s.parts.info())
	s.t.register(s.metrics.Close, func(st connectors.State) { s.metrics.State(metricState(st)) })
	return nil
}

// build makes the clients, the stage and the plugin. Source: Worker.SourceTaskBuilder.
func (s *sourceTask) build(ctx context.Context) error {
	p := s.parts
	var letters []errant.Reporter
	dlq, err := p.sourceLetters(ctx, s.metrics.Errors())
	if err != nil {
		return err
	}
	if dlq != nil {
		letters = append(letters, dlq)
		s.mu.Lock()
		s.letters = dlq
		s.mu.Unlock()
	}
	p.report(s.metrics.Errors(), true, letters...)
	s.operator = p.operator
	s.stage = stage.NewSource(stage.SourceOptions{
		Key: p.conv.key, Value: p.conv.value, Header: p.conv.header, HeaderClass: p.conv.headerClass,
		Transforms: p.chain, Operator: p.operator,
	})
	p.closers = append(p.closers, func() error { s.stage.Close(); return nil })

	if s.tx, err = s.newTransactions(); err != nil {
		return err
	}
	props, err := s.producerProps()
	if err != nil {
		return err
	}
	p.w.clients.warnProducer(s.log, p.connector)
	producer, err := p.producer(props)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.producer = producer
	s.mu.Unlock()
	if s.tx != nil {
		s.tx.producer = producer
		s.metrics.Transactional()
	}
	s.metrics.Watch(func() metrics.Production { return metrics.Production(producer.Stats()) })

	if s.topics, err = p.topicCreation(); err != nil {
		return err
	}
	s.offsets = offset.NewTracker()
	s.flusher = &offset.Flusher{Store: p.w.opt.Offsets, Connector: s.t.id.Connector}
	s.plugin = p.class.NewSource().NewTask()
	c := &sourceContext{taskContext: p.context(), reader: offsetReader{p.w.opt.Offsets, s.t.id.Connector}, tx: s.tx}
	if s.passes() {
		c.passTo = producer
	}
	s.context = c
	return nil
}

// producer makes the task's producer.
func (p *taskParts) producer(props map[string]string) (*produce.Records, error) {
	if !p.tuning.toWire {
		return produce.New(props, p.client(props, nil))
	}
	dial, err := p.dialer(props, producerPath)
	if err != nil {
		return nil, err
	}
	return produce.NewDialed(props, p.client(props, nil), dial)
}

// producerProps are the settings of the task's producer.
func (s *sourceTask) producerProps() (map[string]string, error) {
	w := s.parts.w
	if s.tx != nil {
		return w.transactionalProducer(s.t.id, s.parts.connector, s.log)
	}
	return w.clients.producer("connector-producer-"+s.t.id.String(), s.parts.connector)
}

// topicCreation returns what makes topics before rows go there; nil: the brokers do, or nobody.
// Source: TopicCreation.newTopicCreation.
func (p *taskParts) topicCreation() (*produce.Topics, error) {
	if !p.w.set.topicCreation || !settings.UsesTopicCreation(p.connector) {
		return nil, nil
	}
	groups, err := settings.ParseTopicGroups(p.connector)
	if err != nil {
		return nil, err
	}
	cl, err := p.admin("connector-adminclient-" + p.t.id.String())
	if err != nil {
		return nil, err
	}
	out := &produce.Topics{Client: cl, Logger: p.t.log}
	for _, g := range groups {
		t := produce.TopicGroup{Name: g.Name, Partitions: g.Partitions, ReplicationFactor: g.ReplicationFactor, Configs: g.Configs}
		for _, re := range g.Include {
			t.Include = append(t.Include, re)
		}
		for _, re := range g.Exclude {
			t.Exclude = append(t.Exclude, re)
		}
		out.Groups = append(out.Groups, t)
	}
	return out, nil
}

var (
	_ errant.Metrics = (*metrics.Errors)(nil)
	_ body           = (*sourceTask)(nil)
)
