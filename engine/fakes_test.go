package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/smt"
)

// fakeConnector is a connector made of functions; nil ones do nothing.
type fakeConnector struct {
	start   func(ctx context.Context, cc connectors.ConnectorContext, props map[string]string) error
	configs func(ctx context.Context, n int) ([]map[string]string, error)
	stop    func(ctx context.Context) error
	source  func() connectors.SourceTask
	sink    func() connectors.SinkTask
}

func (f *fakeConnector) Start(ctx context.Context, cc connectors.ConnectorContext, props map[string]string) error {
	if f.start == nil {
		return nil
	}
	return f.start(ctx, cc, props)
}

func (f *fakeConnector) TaskConfigs(ctx context.Context, n int) ([]map[string]string, error) {
	if f.configs == nil {
		return []map[string]string{{"n": strconv.Itoa(n)}}, nil
	}
	return f.configs(ctx, n)
}

func (f *fakeConnector) Stop(ctx context.Context) error {
	if f.stop == nil {
		return nil
	}
	return f.stop(ctx)
}

type fakeSourceConnector struct{ *fakeConnector }

func (f fakeSourceConnector) NewTask() connectors.SourceTask { return f.source() }

type fakeSinkConnector struct{ *fakeConnector }

func (f fakeSinkConnector) NewTask() connectors.SinkTask { return f.sink() }

// sourceOf is a plugin set with one source, FakeSource.
func sourceOf(f *fakeConnector) plugin.Set {
	return plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSourceConnector", TaskClass: "test.FakeSourceTask", Version: "1.2", Def: config.NewDef(),
		NewSource: func() connectors.SourceConnector { return fakeSourceConnector{f} },
	})}
}

// sinkOf is a plugin set with one sink, FakeSink.
func sinkOf(f *fakeConnector) plugin.Set {
	return plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSinkConnector", TaskClass: "test.FakeSinkTask", Version: "1.2", Def: config.NewDef(),
		NewSink: func() connectors.SinkConnector { return fakeSinkConnector{f} },
	})}
}

// counter is a source task that hands out the numbers after its offset up to last, some a poll, then
// waits. Its hooks may be nil.
type counter struct {
	topic      string
	last, some int64
	poll       func(ctx context.Context, at int64) error // before each poll
	record     func(r *connectors.Record, n int64)       // changes a record
	commits    chan<- string                             // told of CommitRecords and Commit

	tc connectors.SourceTaskContext
	at int64
}

var counterPartition = object("p", batch.StringValue("x"))

func (c *counter) Start(ctx context.Context, tc connectors.SourceTaskContext, _ map[string]string) error {
	c.tc = tc
	o, err := tc.OffsetReader().Offsets(ctx, []batch.Value{counterPartition})
	if err != nil {
		return err
	}
	if !o[0].IsNull() {
		n, _ := o[0].Map().Get(batch.StringValue("n"))
		c.at = n.Int()
	}
	return nil
}

func (c *counter) Poll(ctx context.Context) ([]*batch.Batch, error) {
	if c.poll != nil {
		if err := c.poll(ctx, c.at); err != nil {
			return nil, err
		}
	}
	if c.at >= c.last {
		<-ctx.Done()
		return nil, nil
	}
	rb := connectors.NewRecordBuilder(c.tc.Pool())
	for n := int64(0); n < max(c.some, 1) && c.at < c.last; n++ {
		c.at++
		text := strconv.FormatInt(c.at, 10)
		r := connectors.Record{
			Topic: c.topic, Key: batch.StringValue("k" + text), KeySchema: batch.Of(batch.KindString, false),
			Value: batch.StringValue("v" + text), ValueSchema: batch.Of(batch.KindString, false),
			SourcePartition: counterPartition, SourceOffset: object("n", batch.Int64Value(c.at)),
		}
		if c.record != nil {
			c.record(&r, c.at)
		}
		if err := rb.Append(&r); err != nil {
			return nil, err
		}
	}
	return rb.Finish(), nil
}

func (c *counter) Stop(context.Context) error { return nil }

// committingCounter is a counter with commit hooks.
type committingCounter struct{ counter }

func (c *committingCounter) CommitRecords(_ context.Context, b *batch.Batch, rows []connectors.RowMetadata) error {
	for _, r := range rows {
		where := fmt.Sprintf("%s-%d@%d", r.Topic, r.Partition, r.Offset)
		if r.Dropped {
			where = "dropped"
		}
		c.commits <- b.Row(r.Row).Value().Str() + " " + where
	}
	return nil
}

func (c *committingCounter) Commit(context.Context) error {
	select {
	case c.commits <- "commit":
	default:
	}
	return nil
}

func object(k string, v batch.Value) batch.Value {
	m := &batch.MapValue{}
	m.Put(batch.StringValue(k), v)
	return batch.MapValueOf(m)
}

// collector is a sink task that keeps what it is given. Its hooks may be nil.
type collector struct {
	start func(tc connectors.SinkTaskContext) error
	put   func(ctx context.Context, tc connectors.SinkTaskContext, batches []*batch.Batch) error // before rows are kept
	stop  func() error
	open  func(tc connectors.SinkTaskContext)

	tc connectors.SinkTaskContext

	mu    sync.Mutex
	rows  []string
	calls []string // open, close, stop
}

func (c *collector) Start(_ context.Context, tc connectors.SinkTaskContext, _ map[string]string) error {
	c.tc = tc
	if c.start != nil {
		return c.start(tc)
	}
	return nil
}

func (c *collector) Put(ctx context.Context, batches []*batch.Batch) error {
	if c.put != nil {
		if err := c.put(ctx, c.tc, batches); err != nil {
			return err
		}
	}
	return connectors.EachRow(batches, func(r batch.Row) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.rows = append(c.rows, r.Value().Str())
		return nil
	})
}

func (c *collector) Stop(context.Context) error {
	c.call("stop")
	if c.stop != nil {
		return c.stop()
	}
	return nil
}

func (c *collector) Open(_ context.Context, p []connectors.TopicPartition) error {
	c.call(fmt.Sprintf("open %d", len(p)))
	if c.open != nil {
		c.open(c.tc)
	}
	return nil
}

func (c *collector) Close(_ context.Context, p []connectors.TopicPartition) error {
	c.call(fmt.Sprintf("close %d", len(p)))
	return nil
}

func (c *collector) Flush(context.Context, map[connectors.TopicPartition]int64) error { return nil }

func (c *collector) call(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, what)
}

func (c *collector) has() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.rows)
}

func (c *collector) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.rows, " ")
}

// dropping is a transform, test.Drop, that drops rows of a value; "" drops all.
func dropping(value string) *smt.Class {
	return &smt.Class{Name: "test.Drop", Version: "1", Def: config.NewDef(), New: func(map[string]string, smt.Context) (smt.Transform, error) {
		return smt.Rows(func(r smt.Record) (smt.Record, bool, error) {
			return r, value != "" && r.Value.Str() != value, nil
		}, nil), nil
	}}
}

// refusing is a transform, test.Refuse, that fails rows of a value.
func refusing(value string) *smt.Class {
	return &smt.Class{Name: "test.Refuse", Version: "1", Def: config.NewDef(), New: func(map[string]string, smt.Context) (smt.Transform, error) {
		return smt.Rows(func(r smt.Record) (smt.Record, bool, error) {
			if r.Value.Str() == value {
				return r, false, &connectors.Error{Class: connectors.DataException, Text: "no " + value}
			}
			return r, true, nil
		}, nil), nil
	}}
}

// being is a predicate, test.Being, of rows of a value.
func being(value string) *smt.Class {
	return &smt.Class{Name: "test.Being", Version: "1", Def: config.NewDef(), NewPredicate: func(map[string]string, smt.Context) (smt.Predicate, error) {
		return isValue(value), nil
	}}
}

type isValue string

func (v isValue) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	for r := range b.Rows() {
		if r.Value().Str() == string(v) {
			yes = append(yes, r.Index())
		} else {
			no = append(no, r.Index())
		}
	}
	return yes, no, nil
}

func (isValue) Close() error { return nil }

// fixed is a config provider that answers with path and key.
type fixed struct{}

func (fixed) Get(path string, keys []string) (config.Data, error) {
	d := config.Data{Values: map[string]string{}}
	for _, k := range keys {
		d.Values[k] = path + "/" + k
	}
	return d, nil
}

var errRefused = errors.New("connection refused")

// refuseToDial is a dialer without network.
func refuseToDial(context.Context, string, string) (net.Conn, error) { return nil, errRefused }
