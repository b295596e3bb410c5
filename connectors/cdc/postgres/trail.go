package postgres

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
)

// trail is what happened in one poll: the source offset after any of its events.
type trail struct {
	before       position
	events       []pgoutput.Event
	transactions []pgoutput.Transaction

	// With provide.transaction.metadata: the counts before the poll, and what was counted in it.
	counts  cdc.Counts
	counted []counted

	// Of the incremental snapshot, where the last event is a signal: its state from there on.
	signalled bool
	after     *incremental.State
}

// counted is a record of a table, at an event.
type counted struct {
	event int32
	table string
}

// operations are the names of kinds in messageType. Source: ReplicationMessage.Operation.
var operations = map[pgoutput.Kind]string{
	pgoutput.Insert: "INSERT", pgoutput.Update: "UPDATE", pgoutput.Delete: "DELETE", pgoutput.Truncate: "TRUNCATE",
	pgoutput.Message: "MESSAGE", pgoutput.Commit: "COMMIT",
}

// offset returns the source offset once event k and all before it were done; -1 is none of the poll.
func (t *trail) offset(k int32) batch.Value {
	p := t.position(k)
	return p.value()
}

// position is offset as a struct. The begin of a transaction alone changes nothing.
func (t *trail) position(k int32) position {
	for k >= 0 && t.events[k].Kind == pgoutput.Begin {
		k--
	}
	if k < 0 {
		return t.before
	}
	e := &t.events[k]
	p := position{lsn: e.LSN, processed: e.LSN, index: e.Index + 1, message: operations[e.Kind], commit: t.before.commit, micros: t.before.micros, timeline: t.before.timeline, xmin: t.before.xmin}
	if p.incremental = t.before.incremental; t.signalled && k == int32(len(t.events))-1 {
		p.incremental = t.after
	}
	if e.Tx != pgoutput.NoTransaction {
		tx := &t.transactions[e.Tx]
		p.xid, p.micros, p.commit = int64(tx.XID), tx.CommitTime, tx.Before
	}
	if e.Kind == pgoutput.Commit {
		p.commit, p.index = e.LSN, 0
		return p
	}
	if t.counts.Tables != nil || t.counted != nil {
		p.counts = t.countsAt(k)
	}
	return p
}

// countsAt returns the counts of the open transaction after event k.
func (t *trail) countsAt(k int32) cdc.Counts {
	c := t.counts.Clone()
	from := int32(0)
	for i := k; i >= 0; i-- {
		if t.events[i].Kind == pgoutput.Begin && !t.transactions[t.events[i].Tx].Resumed {
			c.Begin("")
			from = i
			break
		}
	}
	for _, n := range t.counted {
		if n.event >= from && n.event <= k {
			c.Event(n.table)
		}
	}
	if e := &t.events[k]; e.Tx != pgoutput.NoTransaction {
		c.ID = transactionID(t.transactions[e.Tx].XID, e.LSN)
	}
	return c
}

// start is where the stream has to begin so that nothing after p is missed.
func (p *position) start() uint64 {
	switch {
	case p.commit != 0:
		return p.commit
	case p.processed != 0:
		return p.processed
	}
	return p.lsn
}

// resume is what of the transaction that p stands in was done before. Its events may be older than the last commit, where
// transactions interleave; one that was committed up to there is not sent again.
func (p *position) resume() pgoutput.Resume {
	if p.processed == 0 || p.xid == 0 || p.message == "COMMIT" || p.message == "BEGIN" {
		return pgoutput.Resume{}
	}
	return pgoutput.Resume{XID: uint32(p.xid), LSN: p.lsn, Index: p.index - 1}
}
