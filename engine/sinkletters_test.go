package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// reporting is a sink that reports rows and does not wait for what comes of it.
func reporting() *collector {
	return &collector{put: func(ctx context.Context, tc connectors.SinkTaskContext, batches []*batch.Batch) error {
		return connectors.EachRow(batches, func(r batch.Row) error {
			if r.Value().Str() != "refused" {
				return nil
			}
			_, err := tc.ErrantReporter().Report(ctx, batches[0], r.Index(), errors.New("too long"))
			return err
		})
	}}
}

// TestSinkTask_OffsetsWaitForDeadLetters that the plugin has reported, though it waits for none of them: the commit
// does. Source: WorkerErrantRecordReporter.awaitFutures.
func TestSinkTask_OffsetsWaitForDeadLetters(t *testing.T) {
	for _, lost := range []bool{false, true} {
		b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return reporting() }}), map[string]int32{"t": 1, "dead": 1})
		held := b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dead", Err: kerr.NotLeaderForPartition, Count: -1})
		b.produce("t", "a", "refused", "c")
		b.startTask("k", sink("errors.tolerance=all", "errors.deadletterqueue.topic.name=dead", "errors.deadletterqueue.topic.replication.factor=1"))
		b.until("the letter is refused for now", func() bool { return held.Hits() > 3 })
		if o := b.committed("connect-k", "t", 0); o > 1 {
			t.Errorf("offset %d is committed past a row that is nowhere", o)
		}
		if lost {
			b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dead", Err: kerr.TopicAuthorizationFailed, Count: -1})
		}
		held.Remove()
		if !lost {
			b.until("offset 3 is committed", func() bool { return b.committed("connect-k", "t", 0) == 3 })
			b.stopTask("k")
			continue
		}
		if s := b.await("k", 0, connectors.Failed); !strings.HasPrefix(s.Trace, "org.apache.kafka.connect.errors.ConnectException: dead letter queue: Not authorized to access topics: [dead] (the client's principal needs Write on topic dead)") {
			t.Errorf("trace is %s", s.Trace)
		}
		if o := b.committed("connect-k", "t", 0); o > 1 {
			t.Errorf("offset %d is committed past a row that is nowhere", o)
		}
	}
}
