package bench

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/internal/kafka/fetch"
)

// passer copies a topic as a source does that reads Kafka, and a worker whose producer takes wire batches as they are.
type passer struct {
	cl     *kgo.Client
	reader *fetch.Reader
	out    *produce.Records
	to     produce.AckSink
	names  []string
	rows   int   // of the present call of some
	err    error // the first
}

var _ fetch.Receiver = (*passer)(nil)

func newPasser(client func(...kgo.Opt) (*kgo.Client, error), out *produce.Records, to produce.AckSink) (*passer, error) {
	pool := batch.NewPool(mem.NewPool())
	ip := fetch.New((&net.Dialer{}).DialContext, pool.Mem, slog.New(slog.DiscardHandler))
	p := &passer{out: out, to: to, names: []string{standInTo}}
	p.reader = fetch.NewReader(ip, fetch.BuilderOptions{Pool: pool, RowsMax: 4096, BytesMax: 4 << 20})
	var err error
	p.cl, err = client(append(ip.Options(), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{standInFrom: {0: kgo.NewOffset().AtStart()}}),
		kgo.MaxDecompressBatchBytes(64<<20))...)
	if err == nil {
		p.reader.Start(p.cl)
	}
	return p, err
}

// some copies what is there, and returns how many rows.
func (p *passer) some() (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	p.rows = 0
	p.reader.Poll(ctx, 16384).EachPartition(func(f kgo.FetchTopicPartition) {
		p.note(p.reader.Read(p.names, f.Partition, f.Records, p))
	})
	return p.rows, p.err
}

// TakesWire implements fetch.Receiver.
func (p *passer) TakesWire(codec int8, rows, bytes int) bool {
	return p.out.Takes(standInTo, codec, rows, bytes)
}

// Wire implements fetch.Receiver.
func (p *passer) Wire(b *batch.Batch, _ int64) { p.send(b) }

// Rows implements fetch.Receiver.
func (p *passer) Rows(b *batch.Batch) { p.send(b) }

// Records implements fetch.Receiver.
func (p *passer) Records(list []*kgo.Record) {
	p.note(fmt.Errorf("%d records that only the client library can read", len(list)))
}

func (p *passer) note(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *passer) send(b *batch.Batch) {
	p.rows += b.Len()
	p.out.Send(context.Background(), []produce.Rows{{B: b, Key: b.RawKey, Value: b.RawValue}}, p.to)
}

func (p *passer) close() {
	if p.cl != nil {
		p.cl.Close()
	}
	p.reader.Close()
}
