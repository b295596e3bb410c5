package engine

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/offset"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/internal/crash"
)

// byteArrayConverter changes nothing.
const byteArrayConverter = "org.apache.kafka.connect.converters.ByteArrayConverter"

// passes reports whether wire batches that the plugin reads may go on as they are: nothing changes their rows, and
// nothing looks at single ones. A transaction may end inside a batch where the connector defines boundaries, and rows
// that Kafka refuses are told one by one where they are tolerated.
func (s *sourceTask) passes() bool {
	c := &s.parts.conv
	return len(s.parts.chain.transforms) == 0 &&
		c.key.Class == byteArrayConverter && c.value.Class == byteArrayConverter && c.headerClass == byteArrayConverter &&
		!s.parts.errors.TolerateAll && (s.tx == nil || s.tx.requests == nil)
}

var _ connectors.WireContext = (*sourceContext)(nil)

// TakesWire implements connectors.WireContext.
func (c *sourceContext) TakesWire(topic string, codec int8, rows, bytes int) bool {
	return c.passTo != nil && c.passTo.Takes(topic, codec, rows, bytes)
}

// pass hands a polled wire batch to the producer as it is.
func (s *sourceTask) pass(ctx context.Context, b *batch.Batch) error {
	b.Seq = s.seq
	s.seq += int64(b.Len())
	s.t.activity.enter(inSend)
	parts := []produce.Rows{{B: b}}
	if err := s.ready(ctx, parts); err != nil {
		return err
	}
	if s.tx != nil {
		if err := s.tx.begin(parts); err != nil {
			return err
		}
	}
	b.Retain() // released by wireAck.Acked
	b.Retain() // the producer's
	a := &wireAck{s: s, b: b, e: s.offsets.Submit(b, nil), held: int64(b.Arena.SlabBytes())}
	s.hold(a.held)
	crash.At(crash.SourceSend)
	s.producer.Send(ctx, parts, a)
	crash.At(crash.SourceSent)
	return nil
}

// wireAck takes the result of a wire batch.
type wireAck struct {
	s    *sourceTask
	b    *batch.Batch
	e    *offset.Entry
	held int64 // memory that waits with it
}

// Acked implements produce.AckSink: there is one result, for all rows.
func (a *wireAck) Acked(results []produce.Result) {
	crash.At(crash.SourceAcked)
	s, r, lost := a.s, &results[0], 0
	if r.Err != nil {
		s.sendFailed(a.b, r) // not tolerated, see passes
		lost = a.b.Len()
	} else {
		if _, wants := s.plugin.(connectors.RecordCommitter); wants {
			s.queueCommit(a.b, []connectors.RowMetadata{{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp}})
		}
		if s.tracker != nil {
			s.tracker.TopicUsed(s.t.id, r.Topic)
		}
		s.offsets.AckAll(a.e)
		crash.At(crash.SourceTracked)
	}
	s.metrics.Written(a.b.Len(), lost)
	s.hold(-a.held)
	a.b.Release()
}
