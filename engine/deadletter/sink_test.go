package deadletter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// target is what a sink writes to, and how it fares; each replay has a connector and a task of its own.
type target struct {
	put    []string // values
	events []string

	refuse string           // value that is reported
	failAt string           // value at which Put fails, once
	again  bool             // so that it may be tried again
	behind map[string]int64 // by value: what is durable once it was put, in place of what is due
	last   string
}

func (x *target) class() *connectors.Class {
	return &connectors.Class{Name: "com.example.Target", TaskClass: "com.example.TargetTask", Version: "1", Def: config.NewDef(),
		NewSink: func() connectors.SinkConnector { return &targetConnector{x: x} }}
}

func (x *target) event(format string, args ...any) {
	x.events = append(x.events, fmt.Sprintf(format, args...))
}

type targetConnector struct {
	x     *target
	props map[string]string
}

func (c *targetConnector) Start(_ context.Context, _ connectors.ConnectorContext, props map[string]string) error {
	c.props = props
	return nil
}

func (c *targetConnector) TaskConfigs(_ context.Context, n int) ([]map[string]string, error) {
	return slices.Repeat([]map[string]string{c.props}, n), nil
}

func (c *targetConnector) Stop(context.Context) error {
	c.x.event("stopped")
	return nil
}

func (c *targetConnector) NewTask() connectors.SinkTask { return &targetTask{x: c.x} }

type targetTask struct {
	x  *target
	tc connectors.SinkTaskContext
}

func (t *targetTask) Start(_ context.Context, tc connectors.SinkTaskContext, props map[string]string) error {
	t.tc = tc
	t.x.event("started %s with %s", tc.TaskID(), props["topics"])
	return nil
}

func (t *targetTask) Open(_ context.Context, list []connectors.TopicPartition) error {
	t.x.event("open %v of %v", list, t.tc.Assignment())
	return nil
}

func (t *targetTask) Close(_ context.Context, list []connectors.TopicPartition) error {
	t.x.event("close %v", list)
	return nil
}

func (t *targetTask) Put(ctx context.Context, batches []*batch.Batch) error {
	x := t.x
	for _, b := range batches {
		for r := range b.Rows() {
			v := r.Value().Str()
			switch v {
			case x.failAt:
				x.failAt = "none"
				err := fmt.Errorf("no room for %s", v)
				if x.again {
					t.tc.Timeout(7 * time.Millisecond)
					return connectors.Retriable(err)
				}
				return err
			case x.refuse:
				if _, err := t.tc.ErrantReporter().Report(ctx, b, r.Index(), errors.New("refused")); err != nil {
					return err
				}
				continue
			}
			x.put, x.last = append(x.put, v), v
		}
	}
	return nil
}

func (t *targetTask) PreCommit(_ context.Context, due map[connectors.TopicPartition]int64) (map[connectors.TopicPartition]int64, error) {
	if most, ok := t.x.behind[t.x.last]; ok {
		for tp := range due {
			due[tp] = most
		}
	}
	return maps.Clone(due), nil
}

func (t *targetTask) Stop(context.Context) error {
	t.x.event("task stopped")
	return nil
}

// toSink replays to x and returns what became of it, once task and connector have stopped.
func (r *rig) toSink(t *testing.T, change func(*Replayer)) (Tally, error) {
	t.Helper()
	replay := r.replayer(t)
	opt := SinkOptions{Worker: r.worker, Pool: r.pool, Config: r.config, Logger: slog.New(slog.DiscardHandler), Wait: replay.Wait}
	sink, err := OpenSink(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	replay.Sink = sink
	if change != nil {
		change(replay)
	}
	tally, err := replay.Run(t.Context())
	if cerr := sink.Close(t.Context()); cerr != nil {
		t.Error(cerr)
	}
	return tally, err
}

func TestSink_GetsLettersOnce(t *testing.T) {
	r := newRig(t, 6)
	r.produce(t, "2")
	r.target.refuse, r.target.failAt, r.target.again = "4", "3", true
	three := func(replay *Replayer) { replay.Rate = 30 }
	if tally, err := r.toSink(t, three); err != nil || tally.Pass != 5 || tally.Again != 1 || tally.Fail["TASK_PUT com.example.Target"] != 1 {
		t.Fatalf("%+v, %v", tally, err)
	}
	if want := []string{"0", "1", "2", "3", "5"}; !slices.Equal(r.target.put, want) {
		t.Errorf("%q, want %q", r.target.put, want)
	}
	if r.waits[1] != 7*time.Millisecond {
		t.Errorf("a Put that may be tried again is tried after %v", r.waits)
	}
	if want := []string{"started orders-0 with orders", "open [{orders 2}] of [{orders 2}]", "close [{orders 2}]", "task stopped", "stopped"}; !slices.Equal(r.target.events, want) {
		t.Errorf("%q, want %q", r.target.events, want)
	}
	if got := r.committed(t); len(got) > 0 {
		t.Errorf("the topic has got %q", got)
	}
	r.target.refuse = "none"
	if tally, err := r.toSink(t, nil); err != nil || tally.Pass != 1 || tally.Before != 5 || r.target.last != "4" {
		t.Errorf("%+v, %v, %q", tally, err, r.target.put)
	}
}

// What the sink has not said to be durable is put again by the next replay, and nothing else.
func TestSink_KeepsWhatIsNotDurable(t *testing.T) {
	r := newRig(t, 6)
	r.target.behind = map[string]int64{"2": 0, "5": 4}
	if tally, err := r.toSink(t, func(replay *Replayer) { replay.Rate = 30 }); err != nil || tally.Pass != 4 || tally.Refused[heldReason] != 2 {
		t.Fatalf("%+v, %v", tally, err)
	}
	r.target.behind, r.target.put = nil, nil
	if tally, err := r.toSink(t, nil); err != nil || tally.Pass != 2 || !slices.Equal(r.target.put, []string{"4", "5"}) {
		t.Errorf("%+v, %v, %q", tally, err, r.target.put)
	}
}

// A replay that a sink fails is gone on with.
func TestSink_Fails(t *testing.T) {
	r := newRig(t, 6)
	r.target.failAt = "4"
	if tally, err := r.toSink(t, func(replay *Replayer) { replay.Rate = 30 }); err == nil || tally.Pass != 3 {
		t.Fatalf("%+v, %v", tally, err)
	}
	if tally, err := r.toSink(t, nil); err != nil || tally.Pass != 3 || tally.Before != 3 {
		t.Errorf("%+v, %v, %q", tally, err, r.target.put)
	}
	if want := []string{"0", "1", "2", "3", "3", "4", "5"}; !slices.Equal(r.target.put, want) {
		t.Errorf("%q, want %q", r.target.put, want)
	}
}

// A partition in which letters go back is closed and opened again: offsets say what is durable only as long as they grow.
func TestSink_GoesBack(t *testing.T) {
	r := newRig(t, 0)
	opt := SinkOptions{Worker: r.worker, Pool: r.pool, Config: r.config, Logger: slog.New(slog.DiscardHandler)}
	sink, err := OpenSink(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	letter := func(partition int32, offset int64) *Letter {
		return &Letter{Origin: Place{"orders", partition, offset}, Value: fmt.Append(nil, offset), Timestamp: r.at}
	}
	for _, c := range []struct {
		letters []*Letter
		durable int
	}{
		{[]*Letter{letter(1, 7), letter(1, 8), letter(2, 1)}, 3},
		{[]*Letter{letter(1, 9), letter(2, 1), letter(2, 2)}, 3},
	} {
		if d, err := sink.Put(t.Context(), c.letters); err != nil || len(d.Durable) != c.durable {
			t.Errorf("%+v, %v", d, err)
		}
	}
	if _, held, err := sink.Finish(t.Context()); err != nil || len(held) > 0 {
		t.Errorf("%v, %v", held, err)
	}
	if err := sink.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if want := "close [{orders 2}]"; r.target.events[2] != want {
		t.Errorf("%q, want %q in third place", r.target.events, want)
	}
	if want := []string{"7", "8", "1", "9", "1", "2"}; !slices.Equal(r.target.put, want) {
		t.Errorf("%q, want %q", r.target.put, want)
	}
}
