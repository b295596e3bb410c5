package errant

import (
	"context"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Reports is the dead letters of a sink task that are on their way, by consumed partition: offsets of
// a partition are committed only after they arrived. Used by the task's goroutine alone.
// Source: WorkerErrantRecordReporter.futures.
type Reports struct {
	open map[connectors.TopicPartition][]connectors.Report
}

var _ Pending = (*Reports)(nil)

// Lost is the error that fails a task whose dead letter did not arrive: its row would be nowhere.
func Lost(cause error) error {
	return &connectors.Error{Class: connectors.ConnectException, Text: "dead letter queue: " + cause.Error(), Err: cause}
}

// sweepAt is how many reports of a partition are kept before those that arrived are looked for.
const sweepAt = 1024

// Add implements Pending.
func (r *Reports) Add(b *batch.Batch, _ int32, p connectors.Report) {
	r.add(connectors.TopicPartition{Topic: b.Origin.Topic, Partition: b.Origin.Partition}, p)
}

func (r *Reports) add(tp connectors.TopicPartition, p connectors.Report) {
	if r.open == nil {
		r.open = map[connectors.TopicPartition][]connectors.Report{}
	}
	list := r.open[tp]
	list = append(list, p)
	// Capacity doubles, so a list that stays long is looked through seldom.
	if len(list) >= sweepAt && len(list) == cap(list) {
		list = slices.DeleteFunc(list, func(p connectors.Report) bool {
			a, ok := p.(interface{ arrived() bool })
			return ok && a.arrived()
		})
	}
	r.open[tp] = list
}

// Await waits until all reports of the partitions arrived and forgets them.
// Errors: the first report that did not, which is kept: the task must fail, and offsets of that partition must not be
// committed while it does so either, or the row would be lost.
func (r *Reports) Await(ctx context.Context, partitions []connectors.TopicPartition) error {
	for _, tp := range partitions {
		list := r.open[tp]
		for i, p := range list {
			if err := p.Wait(ctx); err != nil {
				r.open[tp] = list[i:]
				return Lost(err)
			}
		}
		delete(r.open, tp)
	}
	return nil
}

// Forget drops the reports of partitions that were taken away without a commit.
func (r *Reports) Forget(partitions []connectors.TopicPartition) {
	for _, tp := range partitions {
		delete(r.open, tp)
	}
}
