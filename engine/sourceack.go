package engine

import (
	"context"
	"errors"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/offset"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/internal/crash"
)

// ack takes the results of the rows of one polled batch: from Kafka, and from the dead letter queue.
//
// Goroutines: Acked is called by the producer's, one call after the other; lettered by the dead letter queue's.
type ack struct {
	s     *sourceTask
	b     *batch.Batch // as polled; retained until the last row's result
	e     *offset.Entry
	rows  int   // rows of the batch, sent or not
	held  int64 // memory that waits with the rows
	whole bool  // a wire batch: one result is that of all rows

	mu   sync.Mutex
	left int // rows without a result
	lost int // rows that were dropped or failed

	// Of the producer's goroutine.
	ok     []int32
	topic  string              // of the last row that was sent
	topics map[string]struct{} // that the tracker was told of
}

// droppedRow is what a plugin is told of a row that Kafka does not have.
func droppedRow(row int32) connectors.RowMetadata {
	return connectors.RowMetadata{Row: row, Dropped: true, Partition: batch.NoPartition, Offset: -1, Timestamp: batch.NoTimestamp}
}

// Acked implements produce.AckSink.
func (a *ack) Acked(results []produce.Result) {
	crash.At(crash.SourceAcked)
	s := a.s
	a.ok = a.ok[:0]
	var meta []connectors.RowMetadata
	var letters []pendingLetter
	_, wants := s.plugin.(connectors.RecordCommitter)
	lost := 0
	for i := range results {
		r := &results[i]
		m := connectors.RowMetadata{Row: r.Row, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp}
		if r.Err != nil {
			tolerated, letter := s.sendFailed(a.b, r)
			if letter != nil {
				letters = append(letters, pendingLetter{r.Row, letter})
				continue
			}
			lost++
			if !tolerated {
				continue
			}
			m = droppedRow(r.Row)
		}
		a.ok = append(a.ok, r.Row)
		if wants {
			meta = append(meta, m)
		}
	}
	a.used(results)
	s.queueCommit(a.b, meta)
	n := len(results) - len(letters)
	if a.whole {
		n, lost = a.rows, lost*a.rows
	}
	if a.whole && len(a.ok) > 0 {
		s.offsets.AckAll(a.e)
	} else {
		s.offsets.Ack(a.e, a.ok)
	}
	crash.At(crash.SourceTracked)
	// The batch is a's own as long as letters are awaited.
	a.end(n, lost)
	for _, l := range letters {
		a.expect(l)
	}
}

// expect takes the result of a dead letter when it is there.
func (a *ack) expect(l pendingLetter) {
	l.letter.Then(func(err error) { a.lettered(l.row, err) })
}

// lettered takes the result of one dead letter.
func (a *ack) lettered(row int32, err error) {
	switch {
	case err == nil:
		if _, wants := a.s.plugin.(connectors.RecordCommitter); wants {
			a.s.queueCommit(a.b, []connectors.RowMetadata{droppedRow(row)})
		}
		a.s.offsets.Ack(a.e, []int32{row})
	case !givenUp(err):
		a.s.fail(errant.Lost(err))
	}
	a.end(1, 1)
}

// end counts results; with the last one the batch is let go.
func (a *ack) end(n, lost int) {
	a.mu.Lock()
	a.left -= n
	a.lost += lost
	left, lost := a.left, a.lost
	a.mu.Unlock()
	if n > 0 && left == 0 {
		a.s.metrics.Written(a.rows, lost)
		a.s.hold(-a.held)
		a.b.Release()
	}
}

// givenUp reports whether rows failed with the task, and were not refused by Kafka: whoever runs the task next sends
// them again.
func givenUp(err error) bool {
	return errors.Is(err, kgo.ErrClientClosed) || errors.Is(err, kgo.ErrAborting) || errors.Is(err, context.Canceled)
}

// sendFailed handles a row that Kafka refused for good. It reports whether that is tolerated, and the dead letter that
// its offset must wait for. Source: WorkerSourceTask.producerSendFailed.
func (s *sourceTask) sendFailed(b *batch.Batch, r *produce.Result) (bool, *errant.Letter) {
	if givenUp(r.Err) {
		return false, nil
	}
	if s.tx != nil { // nothing of its transaction can be committed
		s.fail(s.tx.failed(r.Err))
		return false, nil
	}
	if s.operator.TolerateAll() {
		e := errant.RowError{Row: r.Row, Stage: errant.KafkaProduce, Class: "org.apache.kafka.connect.runtime.WorkerSourceTask", Err: r.Err}
		report, err := s.operator.Report(context.Background(), b, &e, nil)
		letter, _ := report.(*errant.Letter)
		return err == nil, letter
	}
	if !s.t.isCancelled() {
		s.log.Error("row could not be sent", "topic", r.Topic, "partition", r.Partition, "err", r.Err)
	}
	s.fail(&connectors.Error{Class: connectors.ConnectException, Text: "Unrecoverable exception from producer send callback", Err: r.Err})
	return false, nil
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

// awaitedRows returns the n rows, in order, whose results are awaited: those of all parts and those of dead letters;
// nil means all. The memory is the polled batch's.
func awaitedRows(b *batch.Batch, parts []produce.Rows, letters pendingLetters, n int) batch.Selection {
	if n == b.Len() {
		return nil
	}
	live := make([]bool, b.Len())
	for i := range parts {
		for _, r := range parts[i].B.Sel {
			live[r] = true
		}
	}
	for _, l := range letters {
		live[l.row] = true
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
