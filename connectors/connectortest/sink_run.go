package connectortest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/connectors"
)

// batchRows is how many rows a batch of the kit's own input has: enough for forks that interleave.
const batchRows = 7

// line is a row as it must show in the system.
type line struct {
	partition connectors.TopicPartition
	text      string
}

// sinkRun is one life of a sink connector and its tasks, of which the first writes.
type sinkRun struct {
	s    Sink
	pool *batch.Pool
	t    testing.TB

	connector connectors.SinkConnector
	tasks     []connectors.SinkTask
	context   *SinkContext // of the first task
	raw       bool         // the first task reads raw bytes

	delivered map[connectors.TopicPartition]int64 // next offset after what was put
	committed map[connectors.TopicPartition]int64
}

// start starts the connector and its tasks, and opens partitions. stop must follow, also after an error.
func (r *sinkRun) start(config map[string]string) error {
	ctx := context.Background()
	r.delivered, r.committed = map[connectors.TopicPartition]int64{}, map[connectors.TopicPartition]int64{}
	r.connector = r.s.Class.NewSink()
	if err := r.connector.Start(ctx, &ConnectorContext{}, config); err != nil {
		return fmt.Errorf("connector: start: %w", err)
	}
	most := max(1, r.s.Tasks)
	configs, err := r.connector.TaskConfigs(ctx, most)
	if err != nil {
		return fmt.Errorf("connector: task configs: %w", err)
	}
	if len(configs) == 0 || len(configs) > most {
		return fmt.Errorf("connector: %d task configs, want 1 to %d", len(configs), most)
	}
	partitions, err := r.partitions()
	if err != nil {
		return err
	}
	for i, c := range configs {
		task := r.connector.NewTask()
		r.tasks = append(r.tasks, task)
		sc := &SinkContext{}
		sc.Batches, sc.Config = r.pool, c
		sc.ID = connectors.TaskID{Connector: "kit", Task: i}
		if i == 0 {
			r.context = sc
			sc.Assigned = partitions
		}
		if err := task.Start(ctx, sc, c); err != nil {
			return fmt.Errorf("task %d: start: %w", i, err)
		}
		if o, ok := task.(connectors.Opener); ok {
			if err := o.Open(ctx, sc.Assigned); err != nil {
				return fmt.Errorf("task %d: open: %w", i, err)
			}
		}
	}
	rr, ok := r.tasks[0].(connectors.RawReader)
	r.raw = ok && rr.ReadsRaw()
	return nil
}

func (r *sinkRun) stop() error {
	var errs []error
	for i, task := range r.tasks {
		if c, ok := task.(connectors.Closer); ok && i == 0 && r.context != nil {
			if err := c.Close(context.Background(), r.context.Assigned); err != nil {
				errs = append(errs, fmt.Errorf("task %d: close: %w", i, err))
			}
		}
		if err := within("stop", func() error { return task.Stop(context.Background()) }); err != nil {
			errs = append(errs, fmt.Errorf("task %d: stop: %w", i, err))
		}
	}
	if err := r.connector.Stop(context.Background()); err != nil {
		errs = append(errs, fmt.Errorf("connector: stop: %w", err))
	}
	return errors.Join(errs...)
}

// partitions returns those of the input.
func (r *sinkRun) partitions() ([]connectors.TopicPartition, error) {
	batches, err := r.batches(r.s.input())
	if err != nil {
		return nil, err
	}
	defer release(batches)
	var out []connectors.TopicPartition
	for _, b := range batches {
		if tp := partitionOf(b); !slices.Contains(out, tp) {
			out = append(out, tp)
		}
	}
	return out, nil
}

// put calls Put and notes what was delivered.
func (r *sinkRun) put(ctx context.Context, batches ...*batch.Batch) error {
	given := batches
	if r.raw { // nothing is decoded for it
		given = nil
		for _, b := range batches {
			f := b.Fork(b.Sel)
			f.Key, f.Value = nil, nil
			for _, e := range b.Status.Errors() {
				f.Status.Fail(e.Row, b.Len(), e.Err)
			}
			given = append(given, f)
		}
		defer release(given)
	}
	if err := r.tasks[0].Put(ctx, given); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	for _, b := range batches {
		r.delivered[partitionOf(b)] = b.Offsets[b.Len()-1] + 1
	}
	return nil
}

// commit asks the task what may be committed, and checks the answer.
func (r *sinkRun) commit() error {
	offsets := maps.Clone(r.delivered)
	switch task := r.tasks[0].(type) {
	case connectors.PreCommitter:
		answer, err := task.PreCommit(context.Background(), offsets)
		if err != nil {
			return fmt.Errorf("pre-commit: %w", err)
		}
		for tp, o := range answer {
			if most, ok := r.delivered[tp]; !ok || o > most {
				return fmt.Errorf("pre-commit: offset %d of %v was not delivered, at most %d", o, tp, most)
			}
			r.committed[tp] = o
		}
		return nil
	case connectors.Flusher:
		if err := task.Flush(context.Background(), offsets); err != nil {
			return fmt.Errorf("flush: %w", err)
		}
	}
	maps.Copy(r.committed, r.delivered)
	return nil
}

// input returns the batches to write, as text.
func (s Sink) input() []string {
	if s.Input != nil {
		return s.Input
	}
	var out []string
	for part := range 4 {
		for p := range 3 {
			text := "@topic, @partition, @offset, @key string?, @value string\n"
			for i := range batchRows {
				n := part*batchRows + i
				text += fmt.Sprintf("kit, %d, %d, k%d, p%d row %d\n", p, 100+n, n%3, p, n)
			}
			out = append(out, text)
		}
	}
	return out
}

// batches makes batches of text, which stands for the consumed bytes too.
func (r *sinkRun) batches(texts []string) ([]*batch.Batch, error) {
	var out []*batch.Batch
	for _, text := range texts {
		b, err := batchtest.Read(r.pool, text)
		if err != nil {
			release(out)
			return nil, fmt.Errorf("input: %w", err)
		}
		out = append(out, b)
		if b.Offsets == nil || len(b.Topics.Names) != 1 || b.Partitions != nil {
			release(out)
			return nil, errors.New("input: a batch needs @offset, and one @topic and @partition for all rows")
		}
		b.Origin = batch.Origin{Topic: b.Topics.Names[0], Partition: b.Partition}
		b.RawKey, b.RawValue = rawOf(b, b.Key), rawOf(b, b.Value)
	}
	return out, nil
}

// rawOf returns the column's texts as the bytes that were consumed.
func rawOf(b *batch.Batch, c *batch.Column) batch.Bytes {
	if c == nil {
		return batch.Bytes{}
	}
	cb := batch.NewColumnBuilder(batch.Of(batch.KindBytes, true), false)
	for i := range c.Len() {
		v := c.Value(i)
		if !v.IsNull() {
			v = batch.BytesValue(batch.AppendLiteral(nil, c.Schema(), v))
		}
		if err := cb.Append(v); err != nil {
			panic("connectortest: " + err.Error())
		}
	}
	return cb.Finish(b).Bytes
}

func partitionOf(b *batch.Batch) connectors.TopicPartition {
	return connectors.TopicPartition{Topic: b.Origin.Topic, Partition: b.Origin.Partition}
}

// lines returns the live rows as they must show.
func (s Sink) lines(batches []*batch.Batch) []line {
	var out []line
	for i := 0; i < len(batches); {
		n := connectors.Interleaved(batches[i:])
		_ = connectors.EachRow(batches[i:i+n], func(r batch.Row) error { // returns what the function does: nil
			out = append(out, s.line(r))
			return nil
		})
		i += n
	}
	return out
}

func (s Sink) line(r batch.Row) line {
	l := line{partition: partitionOf(r.Batch())}
	if s.Line != nil {
		l.text = s.Line(r)
	} else {
		l.text = string(batch.AppendLiteral(nil, r.ValueSchema(), r.Value()))
	}
	return l
}

// holds compares what the system holds: every line of want, first occurrences in the order of their
// partition, each once unless it is among repeats, and nothing else.
func (s Sink) holds(t testing.TB, config map[string]string, want, repeats []line) error {
	if s.Read == nil {
		return nil
	}
	place := map[string]int{}
	for i, l := range want {
		if _, twice := place[l.text]; twice {
			return fmt.Errorf("input: the line %q comes twice", l.text)
		}
		place[l.text] = i
	}
	may := map[string]bool{}
	if !s.Upserts {
		for _, l := range repeats {
			may[l.text] = true
		}
	}
	count := map[string]int{}
	last := map[connectors.TopicPartition]int{}
	for _, text := range s.Read(t, config) {
		i, ok := place[text]
		if !ok {
			return fmt.Errorf("the system holds %q, which was not written", text)
		}
		if count[text]++; count[text] > 1 {
			if !may[text] {
				return fmt.Errorf("the system holds %q twice", text)
			}
			continue
		}
		tp := want[i].partition
		if before, ok := last[tp]; ok && before > i {
			return fmt.Errorf("partition %v: %q stands behind %q", tp, text, want[before].text)
		}
		last[tp] = i
	}
	for _, l := range want {
		if count[l.text] == 0 {
			return fmt.Errorf("lost: %q", l.text)
		}
	}
	return nil
}

func release(batches []*batch.Batch) {
	for _, b := range batches {
		b.Release()
	}
}
