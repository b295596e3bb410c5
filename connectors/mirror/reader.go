package mirror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/fetch"
)

// failedWait is how long a poll waits that found a failure and no records.
const failedWait = 100 * time.Millisecond

// reader reads partitions of the source cluster, each from its own offset: from the bytes of responses, and wire batches as they are
// where the worker takes them. It belongs to the task's goroutine.
type reader struct {
	client     *kgo.Client
	bytes      *fetch.Reader
	pool       *batch.Pool
	passTo     connectors.WireContext // nil: wire batches are unpacked
	log        *slog.Logger
	partitions map[connectors.TopicPartition]*partition
	rows       int // of a poll, about
}

// newReader makes a consumer. next has the offsets to begin with, of those partitions that have one. The caller closes it.
//
// Errors: keys are wrong.
func newReader(props map[string]string, list []*partition, next map[connectors.TopicPartition]int64, tc connectors.SourceTaskContext) (*reader, error) {
	opts, start, rows, err := consumerOptions(props)
	if err != nil {
		return nil, err
	}
	r := &reader{pool: tc.Pool(), log: tc.Logger(), partitions: map[connectors.TopicPartition]*partition{}, rows: rows}
	r.passTo, _ = tc.(connectors.WireContext)
	from := map[string]map[int32]kgo.Offset{}
	for _, p := range list {
		r.partitions[p.TopicPartition] = p
		if from[p.Topic] == nil {
			from[p.Topic] = map[int32]kgo.Offset{}
		}
		from[p.Topic][p.Partition] = start
		if n, ok := next[p.TopicPartition]; ok {
			p.next = n
			from[p.Topic][p.Partition] = kgo.NewOffset().At(n)
		}
	}
	return r, r.connect(props, append(opts, kgo.ConsumePartitions(from)))
}

// connect makes the client, whose connections the bytes are read from.
func (r *reader) connect(props map[string]string, opts []kgo.Opt) error {
	clients := kafka.Clients{Logger: r.log}
	dial, err := clients.Dial(props)
	if err != nil {
		return err
	}
	ip := fetch.New(dial, r.pool.Mem, r.log)
	r.bytes = fetch.NewReader(ip, fetch.BuilderOptions{Pool: r.pool, RowsMax: rowsMax, BytesMax: bytesMax})
	if r.client, err = clients.New(props, append(opts, ip.Options()...)...); err != nil {
		r.bytes.Close()
		return err
	}
	r.bytes.Start(r.client)
	return nil
}

// poll returns what has come, after at most the given time. What the cluster refuses is logged and tried again, as in Java.
//
// Errors: rows that were on their way are gone, and where they began is not known.
func (r *reader) poll(ctx context.Context, wait time.Duration) (out []*batch.Batch, err error) {
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	fetches := r.bytes.Poll(bounded, r.rows)
	failed := false
	fetches.EachPartition(func(f kgo.FetchTopicPartition) {
		if f.Err != nil && !errors.Is(f.Err, context.DeadlineExceeded) && !errors.Is(f.Err, context.Canceled) {
			failed = true
			r.log.Warn("records cannot be read, trying again", "topic", f.Topic, "partition", f.Partition, "err", f.Err)
		}
		if len(f.Records) == 0 {
			return
		}
		in := intake{r: r, p: r.partitions[connectors.TopicPartition{Topic: f.Topic, Partition: f.Partition}], out: out}
		if e := r.bytes.Read(in.p.remote, f.Partition, f.Records, &in); e != nil {
			failed = true
			err = errors.Join(err, r.again(in.p, e))
		}
		out = in.out
	})
	if failed && len(out) == 0 {
		connectors.Wait(bounded, failedWait)
	}
	return out, err
}

// again has a partition read from behind the last row that was handed over.
func (r *reader) again(p *partition, cause error) error {
	if p.next < 0 {
		return fmt.Errorf("mirror: topic %q, partition %d: records cannot be read: %w", p.Topic, p.Partition, cause)
	}
	r.log.Warn("records cannot be read, beginning again", "topic", p.Topic, "partition", p.Partition, "offset", p.next, "err", cause)
	r.client.SetOffsets(map[string]map[int32]kgo.EpochOffset{p.Topic: {p.Partition: {Epoch: -1, Offset: p.next}}})
	return nil
}

func (r *reader) close() {
	r.client.Close()
	r.bytes.Close()
}

// intake makes batches of what is read of one partition.
type intake struct {
	r   *reader
	p   *partition
	out []*batch.Batch
}

var _ fetch.Receiver = (*intake)(nil)

// TakesWire asks the worker.
func (in *intake) TakesWire(codec int8, rows, bytes int) bool {
	return in.r.passTo != nil && in.r.passTo.TakesWire(in.p.remote[0], codec, rows, bytes)
}

// Wire takes a wire batch as it is.
func (in *intake) Wire(b *batch.Batch, first int64) {
	b.Source = &positions{of: in.p, first: first}
	in.add(b, first+int64(b.Len()))
}

// Rows takes a raw batch.
func (in *intake) Rows(b *batch.Batch) {
	next := b.Offsets[b.Len()-1] + 1
	fromRaw(b, in.p)
	in.add(b, next)
}

// Records takes records of the client library.
func (in *intake) Records(list []*kgo.Record) {
	in.out = appendRows(in.out, in.r.pool, in.p, list)
	in.p.next = list[len(list)-1].Offset + 1
}

func (in *intake) add(b *batch.Batch, next int64) {
	in.out = append(in.out, b)
	in.p.next = next
}
