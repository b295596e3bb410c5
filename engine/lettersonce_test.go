package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
)

// newLetterOnceBench has a source with exactly-once support of four values, the odd ones texts, which BooleanConverter refuses.
func newLetterOnceBench(t *testing.T) *exactlyOnceBench {
	t.Helper()
	set := sourceOf(&fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 4, some: 2, record: func(r *connectors.Record, n int64) {
			if r.Value, r.ValueSchema = batch.StringValue("good"), batch.Of(batch.KindString, false); n%2 == 0 {
				r.Value, r.ValueSchema = batch.BooleanValue(true), batch.Of(batch.KindBoolean, false)
			}
		}}
	}})
	set.Converters = codec.NewSet(slices.Concat(primitive.Classes(), header.Classes(), connectjson.Classes())...)
	return newExactlyOnceBench(t, set)
}

const booleanConverter = "org.apache.kafka.connect.converters.BooleanConverter"

// TestSourceLetters_ExactlyOnce: a transaction is committed once the letters of its rows are written, which are not part of it.
func TestSourceLetters_ExactlyOnce(t *testing.T) {
	b := newLetterOnceBench(t)
	held := b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dead", Err: kerr.NotLeaderForPartition, Count: -1})
	b.startTask("s", lettering("value.converter="+booleanConverter))
	b.until("the letter is refused for now", func() bool { return held.Hits() > 1 })
	if got := b.committedIn("offsets"); len(got) > 0 {
		t.Errorf("offsets %q are committed, and a row before them is nowhere", got)
	}
	held.Remove()
	b.until("offset 4 is committed", func() bool { return slices.Contains(b.committedIn("offsets"), "4") })
	if got := len(b.committedIn("t")); got != 2 {
		t.Errorf("%d rows are committed, want 2", got)
	}
	if got := b.committedIn("dead"); len(got) != 2 || !strings.Contains(got[0], "good") {
		t.Errorf("letters are %q", got)
	}
	b.stopTask("s")
}

// TestSourceLetters_ExactlyOnceLost: a letter that cannot be written fails the task, and its transaction.
func TestSourceLetters_ExactlyOnceLost(t *testing.T) {
	b := newLetterOnceBench(t)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dead", Err: kerr.TopicAuthorizationFailed, Count: -1})
	b.startTask("s", lettering("value.converter="+booleanConverter))
	b.awaitFailure("dead letter queue: Not authorized to access topics: [dead] (the client's principal needs Write on topic dead)")
	b.until("the transaction is aborted", func() bool {
		i := b.cluster.PartitionInfo("t", 0)
		return i.LastStableOffset == i.HighWatermark
	})
	b.sees("t", "")
	b.sees("offsets", "")
}
