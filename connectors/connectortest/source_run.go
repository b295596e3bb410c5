package connectortest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// idlePolls is how many polls in a row may bring nothing while rows are expected.
const idlePolls = 20

// pollWait is how long a task may wait for rows before its Poll is ended, doubled with each round of
// polls without rows.
const pollWait = 20 * time.Millisecond

// row is one polled row.
type row struct {
	partition, offset batch.Value
	id                string // the partition as text
	text              string
}

// sourceRun is one life of a source connector and its tasks.
type sourceRun struct {
	s     Source
	pool  *batch.Pool
	store *Offsets
	ended bool // poll with an ended context before every other poll

	connector connectors.SourceConnector
	context   *ConnectorContext
	tasks     []connectors.SourceTask
	turn      int // the task that polls next
}

// start starts the connector and its tasks. stop must follow, also after an error.
func (r *sourceRun) start(config map[string]string) error {
	ctx := context.Background()
	r.connector, r.context = r.s.Class.NewSource(), &ConnectorContext{Store: r.store}
	if err := r.connector.Start(ctx, r.context, config); err != nil {
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
	for i, c := range configs {
		task := r.connector.NewTask()
		r.tasks = append(r.tasks, task)
		tc := &SourceContext{Store: r.store}
		tc.Batches, tc.Config = r.pool, c
		tc.ID = connectors.TaskID{Connector: "kit", Task: i}
		if err := task.Start(ctx, tc, c); err != nil {
			return fmt.Errorf("task %d: start: %w", i, err)
		}
	}
	return nil
}

func (r *sourceRun) stop() error {
	var errs []error
	for i, task := range r.tasks {
		if err := within("stop", func() error { return task.Stop(context.Background()) }); err != nil {
			errs = append(errs, fmt.Errorf("task %d: stop: %w", i, err))
		}
	}
	if err := r.connector.Stop(context.Background()); err != nil {
		errs = append(errs, fmt.Errorf("connector: stop: %w", err))
	}
	return errors.Join(append(errs, r.context.Raised())...)
}

// poll lets the next task poll once.
func (r *sourceRun) poll(ctx context.Context) (rows []row, err error) {
	task := r.tasks[r.turn]
	r.turn = (r.turn + 1) % len(r.tasks)
	batches, err := task.Poll(ctx)
	defer func() {
		for _, b := range batches {
			b.Release()
		}
	}()
	if err != nil {
		return nil, err
	}
	var done []connectors.RowMetadata
	for _, b := range batches {
		more, err := rowsOf(b)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
		done = done[:0]
		for x := range b.Rows() {
			done = append(done, connectors.RowMetadata{Row: x.Index(), Topic: x.Topic(), Offset: int64(x.Index()), Timestamp: x.Timestamp()})
		}
		if c, ok := task.(connectors.RecordCommitter); ok {
			if err := c.CommitRecords(ctx, b, done); err != nil {
				return nil, fmt.Errorf("commit of rows: %w", err)
			}
		}
	}
	return rows, nil
}

// rowsOf checks a polled batch and returns its rows.
func rowsOf(b *batch.Batch) ([]row, error) {
	switch {
	case b.Key == nil || b.Value == nil:
		return nil, errors.New("a batch needs a key and a value column: NullColumn where there is none")
	case len(b.Topics.Names) == 0:
		return nil, errors.New("a batch needs topics")
	case b.Source == nil:
		return nil, errors.New("a batch needs source positions")
	}
	if err := b.Check(); err != nil {
		return nil, err
	}
	var rows []row
	for x := range b.Rows() {
		p := row{partition: x.SourcePartition(), offset: x.SourceOffset(), text: rowText(x)}
		if err := (&Offsets{}).Set(p.partition, p.offset); err != nil {
			return nil, fmt.Errorf("row %d: %w", x.Index(), err)
		}
		p.id = string(batch.AppendLiteral(nil, nil, p.partition))
		rows = append(rows, p)
	}
	return rows, nil
}

// read polls until n rows are there, or until done says so. polls says how many rows were there after
// each poll that brought some.
func (r *sourceRun) read(n int, done func([]row) bool) (rows []row, polls []int, err error) {
	idle := 0
	for turn := 0; len(rows) < n || done != nil && !done(rows); turn++ {
		wait := pollWait << min(idle/len(r.tasks), 8)
		if r.ended && turn%2 == 0 {
			wait = 0
		}
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		var more []row
		err := within("poll, whose context ended,", func() (err error) {
			more, err = r.poll(ctx)
			return err
		})
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return rows, polls, err
		}
		if len(more) == 0 {
			if idle++; idle > idlePolls*len(r.tasks) {
				return rows, polls, fmt.Errorf("%d polls brought nothing: %d of %d rows came", idle, len(rows), n)
			}
			continue
		}
		idle = 0
		rows = append(rows, more...)
		polls = append(polls, len(rows))
	}
	if len(rows) > n && !r.s.Endless && !r.s.Repeats {
		return rows, polls, fmt.Errorf("%d rows came, want %d", len(rows), n)
	}
	return rows, polls, nil
}

// commit commits the offsets of rows and tells the tasks.
func (r *sourceRun) commit(rows []row) error {
	for _, x := range rows {
		if err := r.store.Set(x.partition, x.offset); err != nil {
			return err
		}
	}
	for _, task := range r.tasks {
		if c, ok := task.(connectors.Committer); ok {
			if err := c.Commit(context.Background()); err != nil {
				return fmt.Errorf("commit: %w", err)
			}
		}
	}
	return nil
}

// byPartition returns the rows of each source partition, in order.
func byPartition(rows []row) map[string][]row {
	out := map[string][]row{}
	for _, x := range rows {
		out[x.id] = append(out[x.id], x)
	}
	return out
}

// same compares the rows of each partition with those that were expected. What comes after the shorter
// of two endless lists is not compared; with Repeats more may stand before, and offsets may differ.
func (s Source) same(what string, want, got map[string][]row) error {
	for id, w := range want {
		g := got[id]
		if s.Endless {
			n := min(len(w), len(g))
			w, g = w[:n], g[:n]
		}
		if s.Repeats && len(g) > len(w) {
			g = g[len(g)-len(w):]
		}
		for i := range min(len(w), len(g)) {
			if w[i].text != g[i].text || !s.Repeats && !w[i].offset.Equal(g[i].offset) {
				return fmt.Errorf("%s, source partition %s: row %d is %s, want %s", what, id, i, g[i], w[i])
			}
		}
		if len(w) != len(g) {
			return fmt.Errorf("%s, source partition %s: %d rows, want %d", what, id, len(g), len(w))
		}
	}
	for id, g := range got {
		if len(want[id]) == 0 && len(g) > 0 && !s.Repeats && !s.Endless {
			return fmt.Errorf("%s, source partition %s: %d rows, want none", what, id, len(g))
		}
	}
	return nil
}

// String shows the row and its place.
func (r row) String() string {
	return fmt.Sprintf("%q at %s", r.text, batch.AppendLiteral(nil, nil, r.offset))
}

// seen returns whether the last row of each partition has come.
func seen(want map[string][]row) func([]row) bool {
	return func(rows []row) bool {
		got := byPartition(rows)
		for id, w := range want {
			if len(w) == 0 {
				continue
			}
			last := w[len(w)-1]
			found := false
			for _, g := range got[id] {
				found = found || g.text == last.text
			}
			if !found {
				return false
			}
		}
		return true
	}
}
