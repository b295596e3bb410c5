package consume

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/kafka/fetch"
)

// pollBytesMax bounds one poll of the client where its records stand for more, as fetchRowsMax does.
const pollBytesMax = 16 << 20

// pollUnknown is how many records a poll takes that waits for what is not there yet.
const pollUnknown = fetchRowsMax / fetch.RunRowsMax

// fromWire makes batches of the bytes that the client's records stand for. A nil one makes none. Its fields belong to
// the fetching goroutine once it has started.
type fromWire struct {
	ip      *fetch.Interposer
	builder *fetch.Builder
	runs    []fetch.Run // whose rows the builder may still hold

	polled, bytes int // records of the last poll, and the bytes that they stood for
}

func newFromWire(opt *Options) *fromWire {
	w := &fromWire{ip: fetch.New(opt.Dial, opt.Memory.Pool.Mem, opt.Logger)}
	w.ip.Bound(asking{opt.Memory})
	return w
}

// start begins to take bytes, as the client's options bound them.
func (w *fromWire) start(cl *kgo.Client, opt *Options) {
	w.builder = fetch.NewBuilder(fetch.BuilderOptions{
		Pool: opt.Memory.Pool, RowsMax: opt.RowsMax, BytesMax: opt.BytesMax, RowBytes: rowOverhead, ExpandedMax: w.ip.StartFor(cl),
	})
}

// close follows the client's close.
func (w *fromWire) close() {
	w.release()
	w.builder.Close()
	w.ip.Close()
}

// beforePoll lets go of what the client dropped, and returns how many records the next poll may take: as many as stand
// for fetchRowsMax rows, and for pollBytesMax bytes if they are like those of the last.
func (w *fromWire) beforePoll() int {
	if w == nil {
		return fetchRowsMax
	}
	w.ip.Sweep()
	most := pollUnknown
	if rows := w.ip.LargestRun(); rows > 0 {
		most = fetchRowsMax / rows
	}
	if w.bytes > 0 && w.polled > 0 {
		most = min(most, pollBytesMax*w.polled/w.bytes)
	}
	w.polled, w.bytes = 0, 0
	return max(most, 1)
}

// release lets go of runs; the builder was flushed.
func (w *fromWire) release() {
	for i := range w.runs {
		w.runs[i].Release()
	}
	clear(w.runs)
	w.runs = w.runs[:0]
}

// pushStandIns appends what records of one partition are or stand for to its lane.
func (c *Records) pushStandIns(tp connectors.TopicPartition, names []string, recs []*kgo.Record) {
	w := c.wire
	w.builder.Begin(names, tp.Partition)
	defer w.release()
	for len(recs) > 0 {
		run, standIn, err := w.ip.Take(recs[0])
		if err != nil {
			if c.pushBuilt(tp) {
				c.readAgain(tp, err)
			}
			return
		}
		if !standIn {
			n := c.own(recs)
			w.polled += n
			if !c.pushBuilt(tp) || !c.pushRecords(tp, names, recs[:n]) {
				return
			}
			recs = recs[n:]
			continue
		}
		recs = recs[1:]
		w.polled++
		w.runs = append(w.runs, run)
		if !c.pushRun(tp, names, &run) {
			return
		}
	}
	c.pushBuilt(tp)
}

// own returns how many records, one at least, are the client's own.
func (c *Records) own(recs []*kgo.Record) int {
	n := 1
	for n < len(recs) && !c.wire.ip.StandIn(recs[n]) {
		n++
	}
	return n
}

// pushRun builds batches of a run and appends those that are full; false means that the lane takes no more.
func (c *Records) pushRun(tp connectors.TopicPartition, names []string, run *fetch.Run) bool {
	w := c.wire
	rest, from := run.Bytes, run.From
	for len(rest) > 0 {
		more, left, next, err := w.builder.Add(rest, from)
		rest, from = left, next
		if more != nil || err != nil {
			if !c.pushBuilt(tp) || !c.pushRecords(tp, names, more) {
				return false
			}
		}
		if err != nil {
			c.fetchError(tp.Topic, tp.Partition, err)
			return false
		}
	}
	return c.enqueueBuilt(tp)
}

// pushBuilt appends all that was built, and builds what was not; false means that the lane takes no more.
func (c *Records) pushBuilt(tp connectors.TopicPartition) bool {
	c.wire.builder.Flush()
	return c.enqueueBuilt(tp)
}

func (c *Records) enqueueBuilt(tp connectors.TopicPartition) bool {
	takes := true
	for _, x := range c.wire.builder.Batches() {
		c.wire.bytes += x.Payload
		if !takes {
			x.Batch.Release()
			continue
		}
		if int64(x.Payload) > c.opt.RecordBytesMax {
			if err := tooLargeRow(tp, x.Batch, c.opt.RecordBytesMax); err != nil {
				c.fail(err)
				x.Batch.Release()
				takes = false
				continue
			}
		}
		takes = c.enqueue(tp, x.Batch, x.Payload)
	}
	return takes
}

// tooLargeRow is tooLarge for the rows of a batch.
func tooLargeRow(tp connectors.TopicPartition, b *batch.Batch, bytesMax int64) error {
	for i := range b.Len() {
		if n := int64(b.RawKey.Views[i].Len) + int64(b.RawValue.Views[i].Len); n > bytesMax {
			return tooLargeError(tp, b.Offsets[i], n, bytesMax)
		}
	}
	return nil
}

// readAgain leaves reading to the client library and has it begin where the task is.
func (c *Records) readAgain(tp connectors.TopicPartition, why error) {
	c.wire.ip.Distrust(why.Error())
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lanes[tp]
	if l == nil || l.seeking > 0 {
		return
	}
	back := l.position
	if len(l.queue) > 0 {
		back = l.queue[0].b.Offsets[0]
	}
	c.bytes -= l.drop()
	l.seeking++
	c.seeks = append(c.seeks, map[connectors.TopicPartition]int64{tp: back})
}
