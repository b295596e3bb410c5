package engine

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/offset"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/stage"
)

// ack takes the results of the rows of one polled batch. Calls for one batch come one after the other.
type ack struct {
	s    *sourceTask
	b    *batch.Batch // as polled; retained until the last row's result
	e    *offset.Entry
	left int   // rows without a result
	rows int   // rows of the batch, sent or not
	lost int   // rows that were dropped or failed
	held int64 // memory that waits with the rows
	ok   []int32

	topic  string              // of the last row that was sent
	topics map[string]struct{} // that the tracker was told of
}

// Acked implements produce.AckSink.
func (a *ack) Acked(results []produce.Result) {
	s := a.s
	a.ok = a.ok[:0]
	var meta []connectors.RowMetadata
	_, wants := s.plugin.(connectors.RecordCommitter)
	for i := range results {
		r := &results[i]
		m := connectors.RowMetadata{Row: r.Row, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp}
		if r.Err != nil {
			a.lost++
			if !s.sendFailed(a.b, r) {
				continue
			}
			m = connectors.RowMetadata{Row: r.Row, Dropped: true, Partition: batch.NoPartition, Offset: -1, Timestamp: batch.NoTimestamp}
		}
		a.ok = append(a.ok, r.Row)
		if wants {
			meta = append(meta, m)
		}
	}
	a.used(results)
	s.queueCommit(a.b, meta)
	s.offsets.Ack(a.e, a.ok)
	if a.left -= len(results); a.left == 0 {
		s.metrics.Written(a.rows, a.lost)
		s.hold(-a.held)
		a.b.Release()
	}
}

// sendFailed handles a row that Kafka refused for good and reports whether that is tolerated.
// Source: WorkerSourceTask.producerSendFailed.
func (s *sourceTask) sendFailed(b *batch.Batch, r *produce.Result) bool {
	if errors.Is(r.Err, kgo.ErrClientClosed) || errors.Is(r.Err, context.Canceled) {
		// Given up with the task, not refused by Kafka: whoever runs the task next sends the row again.
		return false
	}
	if s.operator.TolerateAll() {
		e := errant.RowError{Row: r.Row, Stage: errant.KafkaProduce, Class: "org.apache.kafka.connect.runtime.WorkerSourceTask", Err: r.Err}
		_, err := s.operator.Report(context.Background(), b, &e, nil)
		return err == nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sendErr == nil && !s.t.isCancelled() {
		s.log.Error("row could not be sent", "topic", r.Topic, "partition", r.Partition, "err", r.Err)
		s.sendErr = r.Err
		s.endPoll()
	}
	return false
}

// used tells the topic tracker of the topics that rows reached, once for a batch.
// Source: WorkerTask.recordActiveTopic.
func (a *ack) used(results []produce.Result) {
	if a.s.tracker == nil {
		return
	}
	for i := range results {
		r := &results[i]
		if r.Err != nil || r.Topic == a.topic {
			continue
		}
		a.topic = r.Topic
		if _, told := a.topics[r.Topic]; told {
			continue
		}
		if a.topics == nil {
			a.topics = map[string]struct{}{}
		}
		a.topics[r.Topic] = struct{}{}
		a.s.tracker.TopicUsed(a.s.t.id, r.Topic)
	}
}

// cutAt takes the given row and later ones out of every part's selection.
func cutAt(parts []stage.Encoded, row int32) {
	for i := range parts {
		b := parts[i].B
		if b.Sel == nil {
			sel := mem.Alloc[int32](&b.Arena, max(int(row), 1))[:row]
			for k := range sel {
				sel[k] = int32(k)
			}
			b.Sel = sel
			continue
		}
		n := 0
		for n < len(b.Sel) && b.Sel[n] < row {
			n++
		}
		b.Sel = b.Sel[:n]
	}
}

// sentRows returns the rows of all parts in order, made in the polled batch's arena; nil means all.
func sentRows(b *batch.Batch, parts []produce.Rows, n int) batch.Selection {
	if n == b.Len() {
		return nil
	}
	live := make([]bool, b.Len())
	for i := range parts {
		for _, r := range parts[i].B.Sel {
			live[r] = true
		}
	}
	sel := mem.Alloc[int32](&b.Arena, max(n, 1))[:0]
	for r, ok := range live {
		if ok {
			sel = append(sel, int32(r))
		}
	}
	return sel
}

// checkTimestamps refuses timestamps below zero that do not stand for none.
// Source: ConnectUtils.checkAndConvertTimestamp.
func checkTimestamps(b *batch.Batch) error {
	for i, ts := range b.Timestamps {
		if ts < batch.NoTimestamp && selected(b, int32(i)) {
			return &connectors.Error{Class: "org.apache.kafka.connect.errors.InvalidRecordException", Text: invalidTimestamp(ts)}
		}
	}
	return nil
}

func releaseBatches(list []*batch.Batch) {
	for _, b := range list {
		b.Release()
	}
}

func releaseRows(list []produce.Rows) {
	for i := range list {
		list[i].B.Release()
	}
}
