package produce

import (
	"context"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/produce/wire"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// From which size on wire batches go out as they are, where one of both is enough. A smaller one is better unpacked: its
// rows go out with those around it, in larger requests. A batch that goes out alone costs about what 230 rows of 167 bytes
// cost that are decompressed and compressed anew with lz4; with one request at a time more rows a second pass from 512 on.
const (
	passRowsLeast  = 512
	passBytesLeast = 32 << 10
)

// anyCodec is that nobody asked for a codec.
const anyCodec = -1

// codecAsked is the codec that compression.type asks for, by its number in a wire batch's attributes.
func codecAsked(v *config.Values) int8 {
	if !v.IsSet("compression.type") {
		return anyCodec
	}
	return map[string]int8{"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}[v.String("compression.type")]
}

// Takes reports whether Send takes a wire batch for a topic: so many rows, whose records have so many bytes, compressed
// with codec. Of a topic to which nothing was sent it is not known how large its wire batches may be.
func (p *Records) Takes(topic string, codec int8, rows, bytes int) bool {
	return p.wire != nil && (rows >= passRowsLeast || bytes >= passBytesLeast) && (p.wire.codec == anyCodec || p.wire.codec == codec) &&
		wirebatch.HeadEnd+bytes <= int(p.limits.learned(topic)) && int64(bytes) <= p.wire.bytesMost
}

// pass hands over a wire batch as it is, behind the rows that were handed over for its partition, and lets go of it.
func (w *toWire) pass(ctx context.Context, d *shipment, b *batch.Batch) {
	w.sending.Lock()
	defer w.sending.Unlock()
	defer d.results(1) // that of the sending itself
	defer b.Release()
	d.now = time.Now()
	name := b.Topics.Names[0]
	l, err := w.laneOf(ctx, d, name, b.Partition)
	if err == nil {
		err = w.await(ctx)
	}
	if err != nil {
		w.refuse(d, 0, name, err)
		return
	}
	x := w.parcel(d, l, wire.NewWhole(b))
	l.at.Lock()
	l.at.Pass(x.batch)
	n := len(b.Wire.Records)
	x.add(d, 0, b.Wire.Base, n, n)
	l.at.Waiting.Add(1)
	l.at.Unlock()
	w.waiting.Add(int64(n))
	w.p.cl.Produce(ctx, &x.rec, w.acked)
}

// laneOf finds the lane of a partition.
func (w *toWire) laneOf(ctx context.Context, d *shipment, name string, partition int32) (*lane, error) {
	t, err := w.topic(ctx, d, name)
	if err != nil {
		return nil, err
	}
	if int(partition) >= len(t.lanes) {
		return nil, noPartition(int(partition), len(t.lanes))
	}
	return t.lanes[partition], nil
}
