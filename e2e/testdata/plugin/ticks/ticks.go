// Package ticks is a source that counts: one record a tick, with the number as value.
package ticks

import (
	"context"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// rowsMax bounds the records of one poll.
const rowsMax = 500

// Class returns the connector class.
func Class() *connectors.Class {
	def := config.NewDef().
		Define(config.Key{Name: "topic", Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.High, Doc: "Topic of the ticks."}).
		Define(config.Key{Name: "count", Type: config.Long, Required: true, Validator: config.AtLeast(0), Importance: config.High, Doc: "How many ticks to make."}).
		Define(config.Key{Name: "interval.ms", Type: config.Long, Default: 0, Validator: config.AtLeast(0), Importance: config.Low, Doc: "Time between two polls that have ticks, in milliseconds."})
	return &connectors.Class{
		Name: "com.example.acme.TickSourceConnector", TaskClass: "com.example.acme.TickSourceTask", Version: "1.0", Def: def,
		NewSource: func() connectors.SourceConnector { return &connector{def: def} },
	}
}

// connector hands its own config to its only task.
type connector struct {
	def   *config.Def
	props map[string]string
}

func (c *connector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	_, err := c.def.Parse(props)
	return err
}

func (c *connector) TaskConfigs(context.Context, int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}

func (c *connector) Stop(context.Context) error     { return nil }
func (c *connector) NewTask() connectors.SourceTask { return &task{def: c.def} }

// task counts from the committed offset to count.
type task struct {
	def       *config.Def
	topic     string
	next, end int64
	interval  time.Duration
	builder   *connectors.RecordBuilder
}

// textMap is a source partition or offset: a map of primitives.
func textMap(key string, v batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(key)}, Values: []batch.Value{v}})
}

func partition() batch.Value { return textMap("clock", batch.StringValue("acme")) }

func (t *task) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	t.topic, t.end = v.String("topic"), v.Int64("count")
	t.interval = time.Duration(v.Int64("interval.ms")) * time.Millisecond
	t.builder = connectors.NewRecordBuilder(tc.Pool())
	offsets, err := tc.OffsetReader().Offsets(ctx, []batch.Value{partition()})
	if err != nil {
		return err
	}
	if m := offsets[0].Map(); m != nil {
		at, ok := m.Get(batch.StringValue("ticks"))
		if !ok || at.Tag() != batch.TagInt64 {
			return connectors.Errorf("committed offset has no number \"ticks\"; reset the offsets of the connector")
		}
		t.next = at.Int()
	}
	return nil
}

func (t *task) Poll(ctx context.Context) ([]*batch.Batch, error) {
	wait := t.interval
	if t.next == t.end {
		wait = time.Second
	}
	if wait > 0 && !connectors.Wait(ctx, wait) {
		return nil, nil
	}
	schema := batch.Of(batch.KindInt64, false)
	for t.next < t.end && t.builder.Len() < rowsMax {
		r := connectors.Record{
			Topic: t.topic, ValueSchema: schema, Value: batch.Int64Value(t.next),
			SourcePartition: partition(), SourceOffset: textMap("ticks", batch.Int64Value(t.next+1)),
		}
		if err := t.builder.Append(&r); err != nil {
			t.builder.Discard()
			return nil, err
		}
		t.next++
	}
	return t.builder.Finish(), nil
}

func (t *task) Stop(context.Context) error {
	if t.builder != nil {
		t.builder.Discard()
	}
	return nil
}
