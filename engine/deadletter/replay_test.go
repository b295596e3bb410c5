package deadletter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/explain"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/internal/kafka/embedded"
	"github.com/millrace/millrace/smt"
)

// rig is a broker with letters 0 to n-1 of the connector orders, and what replays them.
type rig struct {
	open   NewClient
	runner *explain.Runner
	waits  []time.Duration
	at     time.Time // timestamp of the letters
	worker *engine.Worker
	pool   *batch.Pool
	config map[string]string
	target target // of the connector
}

func newRig(t *testing.T, n int) *rig {
	t.Helper()
	broker, err := embedded.Start(embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{at: time.UnixMilli(1_795_676_512_603), open: func(opts ...kgo.Opt) (*kgo.Client, error) {
		return kgo.NewClient(append(opts, kgo.SeedBrokers(broker.Bootstrap()))...)
	}}
	cl, err := r.open()
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	for topic, partitions := range map[string]int32{"orders": 3, "dead": 1} {
		if _, err := kadm.NewClient(cl).CreateTopic(t.Context(), partitions, 1, nil, topic); err != nil {
			t.Fatal(err)
		}
	}
	r.produce(t, numbers(n)...)
	r.pool, r.config = batch.NewPool(mem.Checked(t)), map[string]string{"name": "orders", "connector.class": "com.example.Target", "topics": "orders"}
	r.worker, err = engine.NewWorker(engine.Options{Pool: r.pool,
		Config: map[string]string{"bootstrap.servers": broker.Bootstrap(), "key.converter": "StringConverter", "value.converter": "StringConverter"},
		Plugins: plugin.Set{Converters: codec.NewSet(append(primitive.Classes(), header.Classes()...)...), Transforms: smt.NewSet(),
			Predicates: smt.NewPredicateSet(), Connectors: connectors.NewSet(r.target.class())}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.worker.Close(t.Context()) })
	r.runner, err = explain.NewRunner(t.Context(), r.worker, r.pool, r.config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.runner.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// produce writes letters of records at these offsets, which are their values.
func (r *rig) produce(t *testing.T, offsets ...string) {
	t.Helper()
	cl, err := r.open()
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	for _, offset := range offsets {
		rec := &kgo.Record{Topic: "dead", Key: []byte("k"), Value: []byte(offset), Timestamp: r.at, Headers: died("VALUE_CONVERTER", "x.E", offset)}
		if err := cl.ProduceSync(t.Context(), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

// replayer is a replay of all letters that there are now.
func (r *rig) replayer(t *testing.T) *Replayer {
	t.Helper()
	topic, err := OpenTopic(t.Context(), r.open, "dead")
	if err != nil {
		t.Fatal(err)
	}
	return &Replayer{Connector: "orders", Letters: topic, Runner: r.runner, Producer: r.open, Wait: func(_ context.Context, d time.Duration) error {
		r.waits = append(r.waits, d)
		return nil
	}}
}

// committed is what the topic orders holds, in order, for those who read what is committed.
func (r *rig) committed(t *testing.T) (out []string) {
	t.Helper()
	topic, err := OpenTopic(t.Context(), r.open, "orders")
	if err != nil {
		t.Fatal(err)
	}
	err = topic.records(t.Context(), topic.starts, topic.stops, func(rec *kgo.Record) error {
		if rec.Partition != 2 || string(rec.Key) != "k" || len(rec.Headers) != 1 || rec.Headers[0].Key != "own" {
			t.Errorf("%+v", rec)
		}
		out = append(out, string(rec.Value))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func numbers(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

// A replay that is stopped after a transaction, or dies inside of one, is gone on with: each letter comes back
// once, in order.
func TestReplayer_RepeatsNothing(t *testing.T) {
	const n = 12
	r := newRig(t, n)
	cut := errors.New("cut")
	replay, waits := r.replayer(t), 0
	replay.Rate = 30 // 3 a transaction
	replay.Wait = func(context.Context, time.Duration) error {
		if waits++; waits == 2 {
			return cut
		}
		return nil
	}
	if tally, err := replay.Run(t.Context()); !errors.Is(err, cut) || tally.Pass != 6 {
		t.Fatalf("%+v, %v", tally, err)
	}

	// Killed between the records and the end of their transaction.
	dying := r.replayer(t)
	if err := dying.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer dying.cl.Close()
	progress, err := OpenProgress(t.Context(), dying.Letters)
	if err != nil {
		t.Fatal(err)
	}
	next, err := dying.Letters.At(t.Context(), 0, 6)
	if err != nil {
		t.Fatal(err)
	}
	if err := dying.cl.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := dying.cl.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Partition: 2, Key: []byte("k"), Value: []byte("torn")}, progress.mark(next)).FirstErr(); err != nil {
		t.Fatal(err)
	}

	tally, err := r.replayer(t).Run(t.Context())
	if err != nil || tally.Read != n || tally.Before != 6 || tally.Pass != 6 {
		t.Fatalf("%+v, %v", tally, err)
	}
	if got := r.committed(t); !slices.Equal(got, numbers(n)) {
		t.Errorf("%q", got)
	}
	if err := dying.cl.EndTransaction(t.Context(), kgo.TryCommit); err == nil {
		t.Error("a replay that was fenced commits")
	}
	tally, err = r.replayer(t).Run(t.Context())
	if err != nil || tally.Before != n || tally.Pass != 0 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// What a sink refuses dies behind what stood behind it in its batch, and comes back before it.
func TestReplayer_RecordsComeBackInTheOrderOfTheirPartition(t *testing.T) {
	r := newRig(t, 0)
	r.produce(t, "1", "3", "0", "2")
	if tally, err := r.replayer(t).Run(t.Context()); err != nil || tally.Pass != 4 {
		t.Fatalf("%+v, %v", tally, err)
	}
	if got := r.committed(t); !slices.Equal(got, numbers(4)) {
		t.Errorf("%q", got)
	}
}

// A record that has two letters, since the worker was killed before it had committed, comes back once, whichever call sees
// the second one.
func TestReplayer_ARecordThatDiedTwiceComesBackOnce(t *testing.T) {
	r := newRig(t, 3)
	r.produce(t, "1", "2")
	if tally, err := r.replayer(t).Run(t.Context()); err != nil || tally.Pass != 3 || tally.Again != 2 {
		t.Fatalf("%+v, %v", tally, err)
	}
	r.produce(t, "2")
	if tally, err := r.replayer(t).Run(t.Context()); err != nil || tally.Pass != 0 || tally.Before != 3 || tally.Again != 3 {
		t.Fatalf("%+v, %v", tally, err)
	}
	if got := r.committed(t); !slices.Equal(got, numbers(3)) {
		t.Errorf("%q", got)
	}
}

func TestReplayer_KeepsToTheRate(t *testing.T) {
	r := newRig(t, 5)
	replay := r.replayer(t)
	replay.Rate = 20
	if tally, err := replay.Run(t.Context()); err != nil || tally.Pass != 5 {
		t.Fatalf("%+v, %v", tally, err)
	}
	if want := []time.Duration{100 * time.Millisecond, 100 * time.Millisecond, 50 * time.Millisecond}; !slices.Equal(r.waits, want) {
		t.Errorf("%v, want %v", r.waits, want)
	}
}

// A dry run writes nothing, not even the topic that remembers.
func TestReplayer_DryRun(t *testing.T) {
	r := newRig(t, 3)
	replay := r.replayer(t)
	replay.DryRun = true
	replay.Filter.Origin = &Range{"orders", 2, 1, 1}
	if tally, err := replay.Run(t.Context()); err != nil || tally.Pass != 1 || tally.Others != 2 {
		t.Fatalf("%+v, %v", tally, err)
	}
	if got := r.committed(t); len(got) > 0 {
		t.Errorf("%q", got)
	}
	if _, err := OpenTopic(t.Context(), r.open, "dead"+progressSuffix); err == nil {
		t.Error("a dry run made a topic")
	}
}
