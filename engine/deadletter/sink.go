package deadletter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/consume"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/internal/crash"
)

// SinkOptions say which sink letters go to.
type SinkOptions struct {
	Worker *engine.Worker // runs nothing: it makes converters and transforms
	Pool   *batch.Pool
	Config map[string]string // the connector's, as it is written
	Logger *slog.Logger
	// Wait waits for d or the end of ctx.
	Wait func(ctx context.Context, d time.Duration) error
}

// Sink is a connector with one task that is given letters in place of what it would consume: through the converters
// and transforms of its config, and without its consumer group.
//
// A letter is durable once the task says so, as for a commit of offsets. Used by one goroutine; the task may report rows from others.
type Sink struct {
	opt       SinkOptions
	pipe      *engine.Pipeline
	operator  *errant.Operator
	stage     *stage.Sink
	text      codec.Converter // that the task reads values from; nil: it reads values
	connector connectors.SinkConnector
	task      connectors.SinkTask // nil until it is started
	context   *sinkContext

	next map[connectors.TopicPartition]int64 // the offset behind what was put, of open partitions
	hand []*Letter                           // put, and not durable
}

// Delivery is what became of letters.
type Delivery struct {
	Durable []*Letter
	Refused []*Letter // by the sink, or by converters and transforms that change their mind
}

// Java's task waits for its next poll where it does not say for how long; a poll of paused partitions takes a while.
const putAgainAfter = time.Second

// OpenSink starts the connector and its task. The caller closes the sink, also after an error of its methods.
func OpenSink(ctx context.Context, opt SinkOptions) (s *Sink, err error) {
	s = &Sink{opt: opt, next: map[connectors.TopicPartition]int64{}, operator: errant.NewOperator(errant.Options{TolerateAll: true})}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close(ctx))
		}
	}()
	props, err := opt.Worker.Resolve(ctx, opt.Config)
	if err != nil {
		return s, err
	}
	if s.pipe, err = opt.Worker.NewPipeline(ctx, opt.Config); err != nil {
		return s, err
	}
	c := s.pipe.Class.NewSink()
	if err = c.Start(ctx, connectorContext{opt.Logger}, props); err != nil {
		return s, errors.Join(err, c.Stop(ctx))
	}
	s.connector = c
	configs, err := c.TaskConfigs(ctx, 1)
	if err != nil {
		return s, err
	}
	if len(configs) == 0 {
		return s, fmt.Errorf("connector %s has no task now that could take letters", props["name"])
	}
	config := maps.Clone(configs[0])
	for _, key := range []string{"topics", "topics.regex"} {
		if v, ok := props[key]; ok {
			config[key] = v
		}
	}
	s.context = newSinkContext(opt, connectors.TaskID{Connector: props["name"]}, config)
	s.task = c.NewTask()
	if err = s.task.Start(ctx, s.context, config); err != nil {
		return s, err
	}
	so := stage.SinkOptions{Key: s.pipe.Key, Value: s.pipe.Value, Header: s.pipe.Header, HeaderClass: s.pipe.HeaderClass,
		Transforms: s.pipe.Chain, Identity: len(s.pipe.Chain.Steps) == 0, Operator: s.operator}
	if err = opt.Worker.AskSink(s.task, props["name"], &so); err != nil {
		return s, err
	}
	s.text = so.Text
	s.stage = stage.NewSink(so)
	return s, nil
}

// Put puts letters, which stand in the order of Place.compare, and asks the task what is durable: of them, and of what was
// put before.
func (s *Sink) Put(ctx context.Context, letters []*Letter) (Delivery, error) {
	var d Delivery
	if err := s.open(ctx, letters, &d); err != nil {
		return d, err
	}
	if err := s.put(ctx, letters, &d); err != nil {
		return d, err
	}
	return d, s.commit(ctx, s.partitions(), false, &d)
}

// Finish asks for the last time and closes all partitions. Letters of which the task does not say that they are durable
// are returned apart: it has them in hand, as at the end of every task, and would get them again.
func (s *Sink) Finish(ctx context.Context) (d Delivery, held []*Letter, err error) {
	err = s.commit(ctx, s.partitions(), true, &d)
	held, s.hand = s.hand, nil
	return d, held, err
}

// Close stops task and connector.
func (s *Sink) Close(ctx context.Context) error {
	var errs []error
	if s.task != nil {
		errs = append(errs, s.task.Stop(ctx))
	}
	if s.connector != nil {
		errs = append(errs, s.connector.Stop(ctx))
	}
	if s.pipe != nil {
		errs = append(errs, s.pipe.Close())
	}
	if s.text != nil {
		errs = append(errs, s.text.Close())
	}
	return errors.Join(append(errs, s.operator.Close())...)
}

// stageAndClass is where a letter fails that the sink refuses.
func (s *Sink) stageAndClass() string { return errant.TaskPut.String() + " " + s.pipe.Class.Name }

func (s *Sink) partitions() []connectors.TopicPartition {
	return slices.Collect(maps.Keys(s.next))
}

func (p Place) partition() connectors.TopicPartition {
	return connectors.TopicPartition{Topic: p.Topic, Partition: p.Partition}
}

// open opens the partitions of letters. One in which letters go back, which offsets cannot say, is closed before.
func (s *Sink) open(ctx context.Context, letters []*Letter, d *Delivery) error {
	var opened, back []connectors.TopicPartition
	for i, l := range letters {
		tp := l.Origin.partition()
		if i > 0 && letters[i-1].Origin.partition() == tp {
			continue // only the first of a partition can go back
		}
		next, is := s.next[tp]
		if is && l.Origin.Offset < next {
			back = append(back, tp)
		}
		if !is || l.Origin.Offset < next {
			opened = append(opened, tp)
		}
	}
	if len(back) > 0 {
		if err := s.commit(ctx, back, true, d); err != nil {
			return err
		}
	}
	if len(opened) == 0 {
		return nil
	}
	for _, tp := range opened {
		s.next[tp] = 0
	}
	s.context.assigned = s.partitions()
	if o, ok := s.task.(connectors.Opener); ok {
		return o.Open(ctx, opened)
	}
	return nil
}

func (s *Sink) put(ctx context.Context, letters []*Letter, d *Delivery) error {
	var out []*batch.Batch
	defer func() {
		for _, b := range out {
			b.Release()
		}
	}()
	refused := map[Place]bool{}
	for from := 0; from < len(letters); {
		to := from + 1
		for to < len(letters) && letters[to].Origin.partition() == letters[from].Origin.partition() {
			to++
		}
		raw := consume.Batch(s.opt.Pool, records(letters[from:to]))
		list, failed, err := s.stage.Run(ctx, raw)
		raw.Release() // what came out keeps it
		if err != nil {
			return err
		}
		out = append(out, list...)
		for _, f := range failed {
			refused[letters[from+int(f.Row)].Origin] = true
		}
		s.next[letters[from].Origin.partition()] = letters[to-1].Origin.Offset + 1
		from = to
	}
	if err := s.putUntil(ctx, out); err != nil {
		return fmt.Errorf("the sink fails over letters %s to %s: %w", letters[0].Place(), letters[len(letters)-1].Place(), err)
	}
	for _, l := range letters {
		if refused[l.Origin] {
			d.Refused = append(d.Refused, l)
		} else {
			s.hand = append(s.hand, l)
		}
	}
	return nil
}

// putUntil puts batches until the task takes them. What a task may be given again it has not reported for good.
func (s *Sink) putUntil(ctx context.Context, batches []*batch.Batch) error {
	for {
		crash.At(crash.ReplayPut)
		err := s.task.Put(ctx, batches)
		crash.At(crash.ReplayTaken)
		if !connectors.IsRetriable(err) {
			return err
		}
		wait := s.context.takeTimeout(putAgainAfter)
		s.opt.Logger.Warn("the sink cannot put, trying again", "next_in", wait, "err", err)
		if err := s.opt.Wait(ctx, wait); err != nil {
			return err
		}
	}
}

// commit asks the task what of the partitions is durable; closing, it is told that they are taken away.
func (s *Sink) commit(ctx context.Context, of []connectors.TopicPartition, closing bool, d *Delivery) error {
	due := map[connectors.TopicPartition]int64{}
	for _, tp := range of {
		if next := s.next[tp]; next > 0 {
			due[tp] = next
		}
	}
	if len(due) == 0 {
		return nil
	}
	durable, err := s.preCommit(ctx, maps.Clone(due))
	crash.At(crash.ReplayFlushed)
	if c, ok := s.task.(connectors.Closer); ok && closing {
		err = errors.Join(err, c.Close(ctx, of))
	}
	if err != nil {
		return err
	}
	s.hand = slices.DeleteFunc(s.hand, func(l *Letter) bool {
		tp := l.Origin.partition()
		if l.Origin.Offset >= min(durable[tp], due[tp]) {
			return false
		}
		if s.context.refused(l.Origin) {
			d.Refused = append(d.Refused, l)
		} else {
			d.Durable = append(d.Durable, l)
		}
		return true
	})
	if closing {
		for _, tp := range of {
			delete(s.next, tp)
		}
		s.context.assigned = s.partitions()
	}
	return nil
}

// preCommit asks the task. Source: SinkTask.preCommit, whose default flushes.
func (s *Sink) preCommit(ctx context.Context, due map[connectors.TopicPartition]int64) (map[connectors.TopicPartition]int64, error) {
	switch t := s.task.(type) {
	case connectors.PreCommitter:
		return t.PreCommit(ctx, due)
	case connectors.Flusher:
		return due, t.Flush(ctx, maps.Clone(due))
	}
	return due, nil
}

// records are letters as they were consumed.
func records(letters []*Letter) []*kgo.Record {
	out := make([]*kgo.Record, len(letters))
	for i, l := range letters {
		out[i] = &kgo.Record{Topic: l.Origin.Topic, Partition: l.Origin.Partition, Offset: l.Origin.Offset, Timestamp: l.Timestamp,
			Key: l.Key, Value: l.Value, Headers: l.Headers}
	}
	return out
}
