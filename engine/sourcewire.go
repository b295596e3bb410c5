package engine

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/produce"
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
	b.Retain() // released by ack.end
	b.Retain() // the producer's
	a := &ack{s: s, b: b, e: s.offsets.Submit(b, nil), left: b.Len(), rows: b.Len(), held: int64(b.Arena.SlabBytes()), whole: true}
	s.hold(a.held)
	s.hand(ctx, parts, a)
	return nil
}
