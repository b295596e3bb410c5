package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
)

// jsonCollector is a sink that reads values as JSON.
type jsonCollector struct {
	*collector
	props map[string]string
}

func (c *jsonCollector) ReadsJSON() map[string]string { return c.props }

// Put implements connectors.SinkTask: rows are texts.
func (c *jsonCollector) Put(ctx context.Context, batches []*batch.Batch) error {
	if c.put != nil {
		if err := c.put(ctx, c.tc, batches); err != nil {
			return err
		}
	}
	return connectors.EachRow(batches, func(r batch.Row) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		text := "null bytes"
		if v := r.Value(); !v.IsNull() {
			text = string(v.Bytes())
		}
		c.rows = append(c.rows, text)
		return nil
	})
}

func jsonSinkBench(t *testing.T, c *jsonCollector, config ...string) *bench {
	t.Helper()
	set := sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }})
	set.Converters = codec.NewSet(append(append(primitive.Classes(), header.Classes()...), connectjson.Classes()...)...)
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startTask("k", sink(append([]string{"value.converter=org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable=false"}, config...)...))
	return b
}

// TestSinkTask_ReadsValuesAsJSON: the sink gets the text that JsonConverter writes; letters of what nobody could read, and of what the sink refuses,
// have the bytes that were consumed.
func TestSinkTask_ReadsValuesAsJSON(t *testing.T) {
	refuse := func(ctx context.Context, tc connectors.SinkTaskContext, batches []*batch.Batch) error {
		return connectors.EachRow(batches, func(r batch.Row) error {
			if string(r.Value().Bytes()) != `{"refused":1.0}` {
				return nil
			}
			for _, b := range batches {
				for row := range b.Rows() {
					if string(row.Value().Bytes()) == `{"refused":1.0}` {
						rep, err := tc.ErrantReporter().Report(ctx, b, row.Index(), errors.New("too long"))
						if err != nil {
							return err
						}
						return rep.Wait(ctx)
					}
				}
			}
			return nil
		})
	}
	c := &jsonCollector{collector: &collector{put: refuse}, props: map[string]string{"schemas.enable": "false"}}
	b := jsonSinkBench(t, c, "errors.tolerance=all", "errors.deadletterqueue.topic.name=dead", "errors.deadletterqueue.topic.replication.factor=1")
	b.produce("t", `{"a":1,"b":"x"}`, `{ "b": 1.10, "a": 1e3 }`, `{"a":`, `{"refused":1.00}`, `null`, `{"a":2}`)
	b.until("five rows", func() bool { return c.has() == 5 })
	b.until("offset 6 is committed", func() bool { return b.committed("connect-k", "t", 0) == 6 })
	b.stopTask("k")
	want := []string{`{"a":1,"b":"x"}`, `{"a":1000.0,"b":1.1}`, `{"refused":1.0}`, "null bytes", `{"a":2}`}
	if got := strings.Join(c.rows, " | "); got != strings.Join(want, " | ") {
		t.Errorf("rows are %s, want %s", got, strings.Join(want, " | "))
	}
	letters := map[string]bool{}
	for _, r := range b.consume("dead", 2) {
		letters[string(r.Value)] = true
	}
	if !letters[`{"a":`] || !letters[`{"refused":1.00}`] {
		t.Errorf("letters are %v", letters)
	}
}

// TestSinkTask_ReadsValuesAsJSONInEnvelopes: the keys are those of JsonConverter, with its defaults.
func TestSinkTask_ReadsValuesAsJSONInEnvelopes(t *testing.T) {
	c := &jsonCollector{collector: &collector{}, props: map[string]string{}}
	b := jsonSinkBench(t, c)
	b.produce("t", `{"a":1}`)
	b.until("a row", func() bool { return c.has() == 1 })
	b.stopTask("k")
	if want := `{"schema":null,"payload":{"a":1}}`; c.String() != want {
		t.Errorf("rows are %s, want %s: schemas.enable is on where the sink does not say", c, want)
	}
}

// TestSinkTask_AsksForJSONThatThereIsNot: keys that JsonConverter refuses fail the task, and say whose they are.
func TestSinkTask_AsksForJSONThatThereIsNot(t *testing.T) {
	b := jsonSinkBench(t, &jsonCollector{collector: &collector{}, props: map[string]string{"decimal.format": "HEX"}})
	if s := b.await("k", 0, connectors.Failed); !strings.Contains(s.Trace, `connector "k" reads values as JSON in a form that there is not: `) || !strings.Contains(s.Trace, "decimal.format") {
		t.Errorf("trace is %s", s.Trace)
	}
}
