package deadletter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/engine/explain"
	"github.com/millrace/millrace/internal/crash"
)

// Letters stand in their topic in the order in which they died, which is not that of their records: a sink refuses a record
// after those behind it in its batch were converted. So this many letters, or bytes of keys and values, are read ahead and
// sorted, and those of the first half replayed: what died at most half as far apart comes back in the order of its partition.
const (
	aheadLetters = 20_000
	aheadBytes   = 64 << 20
)

// transactionLetters bounds the letters of one transaction: consumers that read what is committed wait for its end.
const transactionLetters = 500

// Tally is what became of the letters of a replay.
type Tally struct {
	Read    int            `json:"read"`
	Others  int            `json:"others"`  // not selected, or of other connectors
	Before  int            `json:"before"`  // replayed by an earlier call
	Again   int            `json:"again"`   // of records that another letter has brought back: they died twice
	Pass    int            `json:"pass"`    // go through the chain now: replayed, or would be
	Dropped int            `json:"dropped"` // of these, what a transform drops
	Fail    map[string]int `json:"fail"`    // by stage and class: left where they are
	Refused map[string]int `json:"refused"` // by reason
}

// NewTally is a tally of nothing.
func NewTally() Tally { return Tally{Fail: map[string]int{}, Refused: map[string]int{}} }

// Replayer takes letters back to the topics that they were consumed from, or to the sink itself.
type Replayer struct {
	Connector string
	Letters   *Topic
	Filter    Filter
	Runner    *explain.Runner
	// Sink, if not nil, gets the letters. Not used in a dry run; Run does not close it.
	Sink *Sink
	// Producer makes clients with the connector's producer properties.
	Producer NewClient
	Rate     int // letters a second; 0: as fast as it goes
	DryRun   bool
	// Wait waits for d or the end of ctx.
	Wait func(ctx context.Context, d time.Duration) error
	// Told is called after each transaction, and while letters are only read. The tally's maps change when it has returned.
	Told func(Tally)

	cl       *kgo.Client
	progress *Progress
	ahead    []*Letter // that pass, and are to be replayed
	bytes    int       // of ahead
	tally    Tally
}

// Run replays. What it returned an error for may be run again: nothing is replayed twice.
//
// Two replays of one connector at a time: the later one fences the earlier one, which ends with an error.
func (r *Replayer) Run(ctx context.Context) (t Tally, err error) {
	r.tally = NewTally()
	if !r.DryRun {
		if err := r.begin(ctx); err != nil {
			return r.tally, err
		}
		defer r.cl.Close()
	}
	if r.progress, err = OpenProgress(ctx, r.Letters); err != nil {
		return r.tally, err
	}
	if err = r.Letters.Each(ctx, func(l *Letter) error { return r.take(ctx, l) }); err == nil {
		err = r.flush(ctx, len(r.ahead))
	}
	if err == nil && r.Sink != nil && !r.DryRun {
		err = r.finish(ctx)
	}
	return r.tally, err
}

// begin gets the producer's epoch before anything is read of what was replayed: it ends the transaction of a replay
// that crashed, and fences one that still runs, so that what is read next is all that there will be.
func (r *Replayer) begin(ctx context.Context) (err error) {
	r.cl, err = r.Producer(kgo.TransactionalID("millrace-dlq-replay-"+r.Connector+"-"+r.Letters.Name), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.RequiredAcks(kgo.AllISRAcks()))
	if err != nil {
		return err
	}
	if err = createProgress(ctx, r.cl, r.Letters); err == nil {
		_, _, err = r.cl.ProducerID(ctx)
	}
	if err != nil {
		r.cl.Close()
	}
	return err
}

// take decides about one letter.
func (r *Replayer) take(ctx context.Context, l *Letter) error {
	r.tally.Read++
	if r.tally.Read%transactionLetters == 0 && r.Told != nil {
		r.Told(r.tally)
	}
	if l.Connector != "" && l.Connector != r.Connector || !r.Filter.Match(l) {
		r.tally.Others++
		return nil
	}
	if why := l.Refusal(r.Connector); why != "" {
		r.tally.Refused[why]++
		return nil
	}
	if r.progress.Has(l) {
		r.tally.Before++
		return nil
	}
	if r.progress.HasRecord(l) {
		r.tally.Again++
		return nil
	}
	trace, err := r.Runner.Run(ctx, l.Record())
	if err != nil {
		return err
	}
	if f := trace.Failure; f != nil {
		r.tally.Fail[f.Stage+" "+f.Class]++
		return nil
	}
	if trace.Final() == nil {
		r.tally.Dropped++
	}
	r.progress.add(l)
	r.ahead = append(r.ahead, l)
	if r.bytes += l.size(); len(r.ahead) >= aheadLetters || r.bytes >= aheadBytes {
		return r.flush(ctx, (len(r.ahead)+1)/2)
	}
	return nil
}

// flush replays the first n letters of those ahead, in the order in which they were consumed.
func (r *Replayer) flush(ctx context.Context, n int) error {
	slices.SortStableFunc(r.ahead, func(a, b *Letter) int { return a.Origin.compare(b.Origin) })
	for now := range slices.Chunk(r.ahead[:n], r.batch()) {
		if err := r.replay(ctx, now); err != nil {
			return err
		}
	}
	for _, l := range r.ahead[:n] {
		r.bytes -= l.size()
	}
	r.ahead = slices.Delete(r.ahead, 0, n)
	return nil
}

// batch is the letters of a transaction; with a rate, those of a tenth of a second.
func (r *Replayer) batch() int {
	if r.Rate <= 0 {
		return transactionLetters
	}
	return min(max(r.Rate/10, 1), transactionLetters)
}

// replay takes letters back.
func (r *Replayer) replay(ctx context.Context, letters []*Letter) error {
	var err error
	switch {
	case r.DryRun:
		r.tally.Pass += len(letters)
	case r.Sink != nil:
		var d Delivery
		if d, err = r.Sink.Put(ctx, letters); err == nil {
			err = r.delivered(ctx, d)
		}
	default:
		if err = r.transact(ctx, letters, r.comeback); err == nil {
			r.tally.Pass += len(letters)
		}
	}
	if err != nil {
		return err
	}
	if r.Told != nil {
		r.Told(r.tally)
	}
	if r.Rate > 0 && !r.DryRun {
		return r.Wait(ctx, time.Duration(len(letters))*time.Second/time.Duration(r.Rate))
	}
	return nil
}

// delivered remembers what the sink has, and counts what it refuses.
func (r *Replayer) delivered(ctx context.Context, d Delivery) error {
	if n := len(d.Refused); n > 0 {
		r.tally.Fail[r.Sink.stageAndClass()] += n
	}
	if len(d.Durable) == 0 {
		return nil
	}
	err := r.transact(ctx, d.Durable, nil)
	if err == nil {
		r.tally.Pass += len(d.Durable)
	}
	return err
}

// heldReason is why a letter is left that the sink took.
const heldReason = "the sink took it, and did not say before the end that it is durable; the next replay puts it again"

// finish remembers what the sink has in the end.
func (r *Replayer) finish(ctx context.Context) error {
	d, held, err := r.Sink.Finish(ctx)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		r.tally.Refused[heldReason] += len(held)
	}
	return r.delivered(ctx, d)
}

// comeback is a letter's record as it goes back to its topic.
func (r *Replayer) comeback(l *Letter) *kgo.Record {
	return &kgo.Record{Topic: l.Origin.Topic, Partition: l.Origin.Partition, Timestamp: l.Timestamp, Key: l.Key, Value: l.Value, Headers: slices.Clone(l.Headers)}
}

// transact remembers letters in one transaction, together with the records that they make, if any.
func (r *Replayer) transact(ctx context.Context, letters []*Letter, record func(*Letter) *kgo.Record) error {
	if err := r.cl.BeginTransaction(); err != nil {
		return err
	}
	crash.At(crash.ReplayBegun)
	records := make([]*kgo.Record, 0, 2*len(letters))
	for _, l := range letters {
		if record != nil {
			records = append(records, record(l))
		}
		records = append(records, r.progress.mark(l))
	}
	err := r.cl.ProduceSync(ctx, records...).FirstErr()
	if err == nil {
		crash.At(crash.ReplayProduced)
		if err = r.cl.EndTransaction(ctx, kgo.TryCommit); err == nil {
			crash.At(crash.ReplayCommitted)
			return nil
		}
	}
	// What is not ended here the next replay ends: its producer has the same transactional id.
	aborting, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	abort := r.cl.AbortBufferedRecords(aborting)
	if abort == nil {
		abort = r.cl.EndTransaction(aborting, kgo.TryAbort)
	}
	return fmt.Errorf("replaying letters %s to %s: %w", letters[0].Place(), letters[len(letters)-1].Place(), errors.Join(err, abort))
}
