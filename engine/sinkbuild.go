package engine

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/consume"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/engine/stage/ordered"
	"github.com/millrace/millrace/internal/logs"
)

// newSinkTask returns the body of a sink task.
func newSinkTask(p *taskParts) *sinkTask {
	return &sinkTask{
		t: p.t, log: p.t.log, parts: p, tracker: p.tracker(),
		flushInterval: p.w.set.flushInterval, flushTimeout: p.w.set.flushTimeout,
	}
}

// prepare makes converters and transforms.
func (s *sinkTask) prepare(ctx context.Context) error {
	if err := s.parts.prepare(ctx); err != nil {
		return err
	}
	s.metrics = s.parts.w.opt.Metrics.SinkTask(s.t.id, s.parts.info())
	s.t.register(s.metrics.Close, func(st connectors.State) { s.metrics.State(metricState(st)) })
	return nil
}

// build makes the reporters, the consumer and the plugin. Source: Worker.SinkTaskBuilder,
// WorkerSinkTask.initializeAndStart.
func (s *sinkTask) build(ctx context.Context) error {
	p := s.parts
	var letters []errant.Reporter
	dlq, err := p.deadLetters(ctx, s.metrics.Errors())
	if err != nil {
		return err
	}
	if dlq != nil {
		letters = append(letters, dlq)
	}
	p.report(s.metrics.Errors(), false, letters...)
	s.operator = p.operator
	s.reporting = dlq != nil || p.errors.Log
	if err := checkSink(p.props); err != nil {
		return err
	}
	s.plugin = p.class.NewSink().NewTask()
	s.ctx = &sinkContext{taskContext: p.context(), s: s}
	consumer, err := s.newConsumer()
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.consumer = consumer
	s.mu.Unlock()
	return nil
}

// groupLogEvery is how often a task repeats why it is not in its group, which it tries to join every two seconds.
const groupLogEvery = 30 * time.Second

// newConsumer joins the group.
func (s *sinkTask) newConsumer() (consume.Consumer, error) {
	p := s.parts
	topics, pattern, err := settings.Topics(p.props)
	if err != nil {
		return nil, err
	}
	props, err := p.w.clients.consumer("connector-consumer-"+s.t.id.String(), s.t.id.Connector, p.connector)
	if err != nil {
		return nil, err
	}
	p.w.clients.warnConsumer(s.log, p.connector)
	own, err := consume.ClientOptions(props)
	if err != nil {
		return nil, err
	}
	rows, err := pollRows(props)
	if err != nil {
		return nil, err
	}
	opt := consume.Options{
		NewClient: p.client(props, own), Topics: topics,
		Memory: p.memory, Rebalance: s, Logger: logs.Sparse(s.log, groupLogEvery),
		RowsMax: min(p.tuning.rowsMax, rowsOr(rows, p.tuning.rowsMax)), BytesMax: p.tuning.bytesMax, PollRowsMax: rows,
		RecordBytesMax: p.tuning.memory, LaneDepth: p.tuning.laneDepth,
	}
	if pattern != nil {
		opt.Pattern = pattern
	}
	if p.tuning.fromWire {
		if opt.Dial, err = p.dialer(props, consumerPath); err != nil {
			return nil, err
		}
	}
	c, err := consume.New(opt)
	if err != nil {
		return nil, err
	}
	s.metrics.Watch(func() metrics.Consumption {
		st := c.Stats()
		return metrics.Consumption{Bytes: st.Bytes, Lag: st.Lag, LagMax: st.LagMax, BufferedBytes: st.BufferedBytes}
	})
	return c, nil
}

// pollRows is max.poll.records, where a user sets it; its default would only make batches small.
func pollRows(props map[string]string) (int, error) {
	text, ok := props["max.poll.records"]
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return 0, config.InvalidValue("max.poll.records", text, "Not a number of type INT")
	}
	if n < 1 {
		return 0, config.InvalidValue("max.poll.records", text, "Value must be at least 1")
	}
	return int(n), nil
}

func rowsOr(n, fallback int) int {
	if n == 0 {
		return fallback
	}
	return n
}

// newStages makes the stages, once the plugin has started and can be asked what it reads.
func (s *sinkTask) newStages(ctx context.Context) (*ordered.Stages, error) {
	p := s.parts
	opt := stage.SinkOptions{
		Key: p.conv.key, Value: p.conv.value, Header: p.conv.header, HeaderClass: p.conv.headerClass,
		Identity: len(p.chain.Steps) == 0,
	}
	if err := p.w.AskSink(s.plugin, s.t.id.Connector, &opt); err != nil {
		return nil, err
	}
	if opt.Text != nil {
		p.closers = append(p.closers, opt.Text.Close)
	}
	return newStages(ctx, p, func(c stage.Transforms, o *errant.Operator) ordered.Stage {
		opt.Transforms, opt.Operator = c, o
		return stage.NewSink(opt)
	})
}

var _ body = (*sinkTask)(nil)
