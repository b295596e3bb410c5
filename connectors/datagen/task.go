package datagen

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// idleWait is how long a Poll without rows waits at most.
const idleWait = time.Second

// task makes its share of the records.
type task struct {
	def *config.Def

	pool       *batch.Pool
	set        *settings
	number     uint64 // of the task
	tasks      uint64
	topics     []string
	partitions []batch.Value
	quota      int64 // records to make in all
	made       int64
	pace       pace

	hold     *batch.Batch // owns the dictionaries
	dicts    []*batch.Column
	children []*batch.Column
}

var _ connectors.SourceTask = (*task)(nil)

// Start prepares the shape and goes to the committed offset.
func (t *task) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	set, err := parse(t.def, props)
	if err != nil {
		return err
	}
	number1, err1 := strconv.Atoi(props[taskKey])
	tasks, err2 := strconv.Atoi(props[tasksKey])
	if err1 != nil || err2 != nil || number1 < 0 || number1 >= tasks {
		return fmt.Errorf("datagen: task %q of %q: the connector did not make this task config", props[taskKey], props[tasksKey])
	}
	t.set, t.pool, t.number, t.tasks = set, tc.Pool(), uint64(number1), uint64(tasks)
	t.topics = []string{set.topic}
	t.partitions = []batch.Value{partitionOf(number1, tasks)}
	t.pace.perSecond = set.rate / float64(tasks)
	t.quota = math.MaxInt64
	if set.records > 0 {
		t.quota = int64((set.records + t.tasks - 1 - t.number) / t.tasks)
	}
	offsets, err := tc.OffsetReader().Offsets(ctx, t.partitions)
	if err != nil {
		return err
	}
	if !offsets[0].IsNull() {
		made, ok := number(offsets[0], recordsField)
		if !ok || made < 0 {
			return connectors.Errorf("datagen: task %d: stored offset has no number %q: reset the offsets", number1, recordsField)
		}
		t.made = made
	}
	t.hold = t.pool.New(0)
	t.dicts = make([]*batch.Column, len(set.shape.fields))
	for i := range set.shape.fields {
		if f := &set.shape.fields[i]; f.op == opOneOf {
			if t.dicts[i], err = f.dictionary(t.hold); err != nil {
				return fmt.Errorf("datagen: field %q: %w", f.name, err)
			}
		}
	}
	t.children = make([]*batch.Column, 0, len(set.shape.fields))
	return nil
}

// Poll returns a batch of the rows that are due. Without any it waits, up to a second.
func (t *task) Poll(ctx context.Context) ([]*batch.Batch, error) {
	for end := time.Now().Add(idleWait); ; {
		now := time.Now()
		want := min(int64(t.set.batchRows), t.quota-t.made)
		n, wait := 0, end.Sub(now)
		if want > 0 {
			if n, wait = t.pace.due(now, int(want)); n > 0 {
				return []*batch.Batch{t.batch(n)}, nil
			}
		}
		if rest := end.Sub(now); rest <= 0 || !connectors.Wait(ctx, min(wait, rest)) {
			return nil, nil
		}
	}
}

// batch makes the next n records.
func (t *task) batch(n int) *batch.Batch {
	b := t.pool.New(n)
	b.KeepAlive(t.hold)
	b.Topics.Names = t.topics
	r := records{first: uint64(t.made)*t.tasks + t.number, stride: t.tasks, n: n}
	b.Value = t.set.shape.generate(b, r, t.dicts, t.children)
	if t.set.key >= 0 {
		b.Key = b.Value.Children[t.set.key]
	} else {
		b.Key = b.NullColumn(n)
	}
	b.Source = &positions{t.partitions, t.made}
	t.made += int64(n)
	t.pace.send(n)
	return b
}

// Stop releases the dictionaries.
func (t *task) Stop(context.Context) error {
	if t.hold != nil {
		t.hold.Release()
		t.hold = nil
	}
	return nil
}
