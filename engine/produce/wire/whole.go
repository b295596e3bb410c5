package wire

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
)

// NewWhole returns a batch of the rows of b, which has Wire, with one reference. It takes no more, and what is sent of it
// is their bytes as they are. b is kept until it is released.
func NewWhole(b *batch.Batch) *Batch {
	b.Retain() // released by Release
	w := &b.Wire
	x := &Batch{
		of: b, n: len(w.Records), rows: b.Len(), base: w.Base, max: w.Max, sent: stamp{id: -1},
		sealed: true, body: w.Records, codec: kgo.CompressionCodecType(w.Codec),
	}
	x.refs.Store(1)
	return x
}

// Pass ends the open batch, and makes b, which is whole, the one behind it. The lane is locked.
func (l *Lane) Pass(b *Batch) {
	l.End()
	l.Begin(b)
	l.End()
}
