package engine

import (
	"fmt"
	"slices"
	"sync"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// boundaryRequests are the transaction boundaries that a connector asked for. Requests of a batch count for the next
// batch end, those of a row for the batch that it came in. Safe for concurrent use. Source: WorkerTransactionContext.
type boundaryRequests struct {
	mu            sync.Mutex
	commit, abort bool
	at            map[*batch.Batch][]cut
}

// cut ends a transaction behind a row.
type cut struct {
	row   int32
	abort bool
}

var _ connectors.TransactionContext = (*boundaryRequests)(nil)

// CommitAfterBatch implements connectors.TransactionContext.
func (r *boundaryRequests) CommitAfterBatch() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.commit = true
}

// AbortAfterBatch implements connectors.TransactionContext.
func (r *boundaryRequests) AbortAfterBatch() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.abort = true
}

// CommitAfterRow implements connectors.TransactionContext.
func (r *boundaryRequests) CommitAfterRow(b *batch.Batch, row int32) { r.add(b, cut{row, false}) }

// AbortAfterRow implements connectors.TransactionContext.
func (r *boundaryRequests) AbortAfterRow(b *batch.Batch, row int32) { r.add(b, cut{row, true}) }

func (r *boundaryRequests) add(b *batch.Batch, c cut) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil {
		r.at = map[*batch.Batch][]cut{}
	}
	if !slices.Contains(r.at[b], c) {
		r.at[b] = append(r.at[b], c)
	}
}

// rows takes the requests for rows of a batch, in their order; nil where there are none.
//
// Errors: a row shall be committed and aborted.
func (r *boundaryRequests) rows(b *batch.Batch) ([]cut, error) {
	if r == nil {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.at[b]
	delete(r.at, b)
	slices.SortFunc(list, func(a, b cut) int { return int(a.row - b.row) })
	for i := 1; i < len(list); i++ {
		if row := list[i].row; list[i-1].row == row {
			partition := "null"
			if p := b.Partition; p != batch.NoPartition {
				partition = fmt.Sprint(p)
			}
			return nil, &connectors.Error{Class: illegalState,
				Text: fmt.Sprintf("Connector requested both commit and abort of same record against topic/partition %s/%s", b.Topics.At(int(row)), partition)}
		}
	}
	return list, nil
}

// batch takes the requests for the end of a batch.
//
// Errors: it shall be committed and aborted.
func (r *boundaryRequests) batch() (commit, abort bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	commit, abort = r.commit, r.abort
	if commit && abort {
		return false, false, &connectors.Error{Class: illegalState, Text: "Connector requested both commit and abort of same transaction"}
	}
	r.commit, r.abort = false, false
	return commit, abort, nil
}
