package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// Offsets that are altered from outside are committed as those of a task are, whose id is taken from whoever has it.
func TestCommitOffsets(t *testing.T) {
	b := newExactlyOnceBench(t, sourceOf(&fakeConnector{}))
	zombie, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.TransactionalID("g-s-0"), kgo.DefaultProduceTopic("offsets"))
	if err != nil {
		t.Fatal(err)
	}
	defer zombie.Close()
	if err := zombie.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := zombie.ProduceSync(ctx, &kgo.Record{Value: []byte("13")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	offsets := []connectors.PartitionOffset{{Partition: object("p", batch.Int64Value(1)), Offset: object("n", batch.Int64Value(7))}}
	if err := b.worker.CommitOffsets(ctx, "s", source(), offsets); err != nil {
		t.Fatal(err)
	}
	if have := strings.Join(b.committedIn("offsets"), " "); have != "7" {
		t.Errorf("committed are %s", have)
	}
	if err := zombie.EndTransaction(ctx, kgo.TryCommit); err == nil {
		t.Error("a zombie commits")
	}
	if have := strings.Join(b.committedIn("offsets"), " "); have != "7" {
		t.Errorf("committed are %s, with a zombie's", have)
	}
	if err := b.worker.CommitOffsets(ctx, "s", source(), nil); err != nil {
		t.Errorf("nothing to commit: %v", err)
	}
}

func TestCommitOffsets_Refused(t *testing.T) {
	b := newExactlyOnceBench(t, sourceOf(&fakeConnector{}))
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, Err: kerr.TransactionalIDAuthorizationFailed, Count: -1})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := b.worker.CommitOffsets(ctx, "s", source(), []connectors.PartitionOffset{{Partition: object("p", batch.Int64Value(1)), Offset: object("n", batch.Int64Value(7))}})
	const want = "org.apache.kafka.connect.errors.ConnectException: Failed to modify offsets for source connector s\n" +
		"Caused by: org.apache.kafka.common.errors.TransactionalIdAuthorizationException: Transactional Id authorization failed. (the client's principal needs Write and Describe on transactional id g-s-0)\n"
	if have := errant.Trace(err); have != want {
		t.Errorf("%s\nwant\n%s", have, want)
	}
	if have := b.committedIn("offsets"); len(have) != 0 {
		t.Errorf("committed are %v", have)
	}
}
