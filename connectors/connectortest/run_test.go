package connectortest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// counter is a source of the numbers 0 … 19, three a poll, with one fault.
type counter struct {
	fault string
	tc    connectors.SourceTaskContext
	next  int64
	end   chan struct{}
	kept  *[]*os.File
}

// counterClass is a class of counters. Files that they leave open stay so until t ends: closed by the collector in a later check,
// they would hide what that one leaves.
func counterClass(t *testing.T, fault string) *connectors.Class {
	var kept []*os.File
	t.Cleanup(func() {
		for _, f := range kept {
			_ = f.Close()
		}
	})
	def := config.NewDef().Define(config.Key{Name: "size", Type: config.Int, Required: true, Validator: config.AtLeast(1), Doc: "How many."})
	if fault == "key without doc" {
		def.Define(config.Key{Name: "more", Type: config.Int, Default: 1})
	}
	c := &connectors.Class{Name: "test.CounterConnector", TaskClass: "test.CounterTask", Version: "1", Def: def,
		NewSource: func() connectors.SourceConnector { return &counterConnector{fault: fault, def: def, kept: &kept} }}
	if fault == "no version" {
		c.Version = ""
	}
	return c
}

type counterConnector struct {
	fault string
	def   *config.Def
	props map[string]string
	kept  *[]*os.File
}

func (c *counterConnector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	if c.fault == "start takes all" {
		return nil
	}
	_, err := c.def.Parse(props)
	return err
}

func (c *counterConnector) TaskConfigs(_ context.Context, most int) ([]map[string]string, error) {
	if c.fault == "too many tasks" {
		most++
	}
	out := make([]map[string]string, min(most, 2))
	for i := range out {
		out[i] = c.props
	}
	return out[:1+len(out)/2], nil
}

func (c *counterConnector) Stop(context.Context) error { return nil }

func (c *counterConnector) NewTask() connectors.SourceTask {
	return &counter{fault: c.fault, end: make(chan struct{}), kept: c.kept}
}

func (c *counter) Start(ctx context.Context, tc connectors.SourceTaskContext, _ map[string]string) error {
	c.tc = tc
	offsets, err := tc.OffsetReader().Offsets(ctx, []batch.Value{entry("id", batch.StringValue("only"))})
	if err != nil {
		return err
	}
	if m := offsets[0].Map(); m != nil && c.fault != "starts over" {
		c.next = m.Values[0].Int()
		if c.fault == "skips a row" && c.next > 6 {
			c.next++
		}
	}
	if c.fault == "goroutine" {
		go func() { <-c.end }()
	}
	return nil
}

func entry(k string, v batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(k)}, Values: []batch.Value{v}})
}

func (c *counter) Poll(ctx context.Context) ([]*batch.Batch, error) {
	if c.fault == "loses interrupted rows" && ctx.Err() != nil {
		c.next += 3
		return nil, ctx.Err()
	}
	if c.fault == "descriptor" {
		f, err := os.Open("run.go")
		if err != nil {
			return nil, err
		}
		*c.kept = append(*c.kept, f)
	}
	var recs []connectors.Record
	for ; len(recs) < 3 && c.next < 20; c.next++ {
		r := connectors.Record{Topic: "t", Value: batch.Int64Value(c.next),
			SourcePartition: entry("id", batch.StringValue("only")), SourceOffset: entry("next", batch.Int64Value(c.next+1))}
		if c.fault == "offset is a list" {
			r.SourceOffset = batch.ArrayValue(nil)
		}
		recs = append(recs, r)
	}
	out, err := connectors.Records(c.tc.Pool(), recs)
	for _, b := range out {
		switch c.fault {
		case "no key column":
			b.Key = nil
		case "batch":
			b.Retain()
		case "no topics":
			b.Topics.Names = nil
		}
	}
	return out, err
}

func (c *counter) Stop(context.Context) error { return nil }

// outcome returns the checks of p that fail, each with its text.
func outcome(t *testing.T, p Plugin) map[string]string {
	failed := map[string]string{}
	for _, c := range p.checks() {
		if err := c.do(t); err != nil {
			failed[c.name] = err.Error()
		}
	}
	return failed
}

func TestSource_FaultsAreFound(t *testing.T) {
	for _, c := range []struct{ fault, check, text string }{
		{"", "", ""},
		{"no version", "class", "has no version"},
		{"key without doc", "class", `key "more" has no doc`},
		{"start takes all", "config", "start returns no error"},
		{"too many tasks", "start and stop", "task configs, want 1 to 1"},
		{"no key column", "delivery", "needs a key"},
		{"no topics", "delivery", "needs topics"},
		{"offset is a list", "delivery", "is no map"},
		{"skips a row", "resume", "12 of 13 rows came"},
		{"starts over", "resume", "rows came, want"},
		{"loses interrupted rows", "interrupt", "polls brought nothing"},
		{"goroutine", "start and stop", "goroutine"},
		{"descriptor", "delivery", "file descriptor left open: "},
		{"batch", "start and stop", "never released"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			class := counterClass(t, c.fault)
			failed := outcome(t, Source{Class: class, Rows: 20,
				Config: func(testing.TB) map[string]string { return map[string]string{"size": "20"} }})
			if c.check == "" {
				if len(failed) > 0 {
					t.Fatal(failed)
				}
				return
			}
			if !strings.Contains(failed[c.check], c.text) {
				t.Fatalf("check %q says %q, want %q; all: %v", c.check, failed[c.check], c.text, failed)
			}
		})
	}
}

// list is a sink into a shared list, with one fault.
type list struct {
	fault  string
	sc     connectors.SinkTaskContext
	system *[]string
	down   *bool
	held   []string
	kept   []*batch.Batch
}

type listConnector struct {
	counterConnector
	system *[]string
	down   *bool
}

func (c *listConnector) NewTask() connectors.SinkTask {
	return &list{fault: c.fault, system: c.system, down: c.down}
}

func (l *list) Start(_ context.Context, sc connectors.SinkTaskContext, _ map[string]string) error {
	l.sc = sc
	return nil
}

func (l *list) Put(ctx context.Context, batches []*batch.Batch) error {
	if *l.down {
		err := errors.New("system is down")
		if l.fault == "failure is final" {
			return err
		}
		return connectors.Retriable(err)
	}
	if l.fault == "keeps batches" {
		l.kept = append(l.kept, batches...)
		return nil
	}
	write := func(r batch.Row) error {
		text := r.Value().Str()
		if strings.HasPrefix(text, "bad") && l.fault != "swallows bad rows" {
			cause := fmt.Errorf("refused: %s", text)
			reporter := l.sc.ErrantReporter()
			if reporter == nil {
				return cause
			}
			_, err := reporter.Report(ctx, r.Batch(), r.Index(), cause)
			return err
		}
		l.held = append(l.held, text)
		return nil
	}
	if l.fault == "ignores order" {
		for _, b := range batches {
			for r := range b.Rows() {
				if err := write(r); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if l.fault == "ignores selection" {
		for _, b := range batches {
			for i := range int32(b.Len()) {
				if err := write(b.Row(i)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return connectors.EachRow(batches, write)
}

func (l *list) PreCommit(_ context.Context, o map[connectors.TopicPartition]int64) (map[connectors.TopicPartition]int64, error) {
	if l.fault == "never writes" {
		return o, nil
	}
	*l.system = append(*l.system, l.held...)
	l.held = nil
	if l.fault == "commits too much" {
		for tp := range o {
			o[tp] += 5
		}
	}
	return o, nil
}

func (l *list) Stop(context.Context) error {
	for _, b := range l.kept {
		l.held = append(l.held, b.Row(0).Topic())
	}
	return nil
}

func TestSink_FaultsAreFound(t *testing.T) {
	for _, c := range []struct{ fault, check, text string }{
		{"", "", ""},
		{"never writes", "delivery", "lost: "},
		{"ignores order", "selection", "stands behind"},
		{"ignores selection", "selection", "not written"},
		{"commits too much", "delivery", "was not delivered"},
		{"failure is final", "retriable", "want a retriable error"},
		{"swallows bad rows", "errant", "0 rows reported, want 1"},
		{"keeps batches", "delivery", "lost: "},
	} {
		t.Run(c.fault, func(t *testing.T) {
			var system []string
			var down bool
			class := counterClass(t, "")
			class.NewSource = nil
			def := class.Def
			class.NewSink = func() connectors.SinkConnector {
				return &listConnector{counterConnector{fault: c.fault, def: def}, &system, &down}
			}
			failed := outcome(t, Sink{Class: class, Bad: "@topic, @partition, @offset, @value string\nkit, 0, 1, good\nkit, 0, 2, bad\n", BadRows: []int32{1},
				Config: func(testing.TB) map[string]string { system = nil; return map[string]string{"size": "20"} },
				Read:   func(testing.TB, map[string]string) []string { return system },
				Break: func(testing.TB, map[string]string) func() {
					down = true
					return func() { down = false }
				}})
			if c.check == "" {
				if len(failed) > 0 {
					t.Fatal(failed)
				}
				return
			}
			if !strings.Contains(failed[c.check], c.text) {
				t.Fatalf("check %q says %q, want %q; all: %v", c.check, failed[c.check], c.text, failed)
			}
		})
	}
}
