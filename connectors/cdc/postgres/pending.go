package postgres

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/wire"
)

// pending are the rows of one table in one poll of the stream, before they become a batch. Reused.
type pending struct {
	table    *table
	relation *pgoutput.Relation
	rows     rows

	// With provide.transaction.metadata: the places of each row's event in its transaction.
	total, order []int64
	at           int // rows that were counted
}

// cells are where the tuples of its rows lie.
func (p *pending) cells(segment *wire.Segment) cells {
	return cells{buf: segment.Buf, cells: p.relation.Rows.Cells, width: p.relation.Rows.Width}
}

// counting walks the events of a poll in their order and gives every row its place in its transaction. It adds the
// records of the transaction topic, and returns what trail needs to know of it.
func (s *stream) counting(all []pending, x *extras) []counted {
	var out []counted
	d := &s.decoder
	for k := range d.Events {
		e := &d.Events[k]
		var tx *pgoutput.Transaction
		if e.Tx != pgoutput.NoTransaction {
			tx = &d.Transactions[e.Tx]
		}
		if tx != nil {
			s.counts.ID = transactionID(tx.XID, e.LSN)
		}
		switch e.Kind {
		case pgoutput.Begin:
			if tx.Resumed && s.t.at.xid == int64(tx.XID) && s.counts.Tables != nil {
				continue
			}
			s.counts.Begin(transactionID(tx.XID, e.LSN))
			x.add(s.t.transactions.Begin(&s.counts, tx.CommitTime/1000), int32(k))
		case pgoutput.Commit:
			x.add(s.t.transactions.End(&s.counts, tx.CommitTime/1000), int32(k))
			s.counts = cdc.Counts{}
		case pgoutput.Message:
			if m := s.message(int32(k)); m != nil && tx != nil {
				id := messageID(&s.counts)
				m.total, m.order = s.counts.Event(id)
				out = append(out, counted{int32(k), id})
			}
		default:
			for i := range all {
				p := &all[i]
				for p.at < len(p.rows.event) && p.rows.event[p.at] == int32(k) {
					total, order := int64(0), int64(0)
					if p.rows.ops[p.at] != cdc.Tombstone {
						total, order = s.counts.Event(p.table.id())
						out = append(out, counted{int32(k), p.table.id()})
					}
					p.total, p.order = append(p.total, total), append(p.order, order)
					p.at++
				}
			}
		}
	}
	return out
}

// messageID is what the next logical decoding message of a transaction counts as among its tables. Debezium makes each
// message a collection of its own, named by the class and hash code of an object; here the event's place stands for the
// hash code. Source: LogicalDecodingMessageMonitor.LogicalDecodingMessageId.
func messageID(c *cdc.Counts) string {
	return "io.debezium.connector.postgresql.LogicalDecodingMessageMonitor$LogicalDecodingMessageId@" + strconv.FormatInt(c.Total+1, 16)
}

// transactionID names a transaction at one of its events, as Debezium does: each event has its own LSN in it.
func transactionID(xid uint32, lsn uint64) string { return string(appendTransactionID(nil, xid, lsn)) }

func appendTransactionID(dst []byte, xid uint32, lsn uint64) []byte {
	return strconv.AppendInt(append(strconv.AppendUint(dst, uint64(xid), 10), ':'), int64(lsn), 10)
}

// transactionIDMax is the longest text of appendTransactionID.
const transactionIDMax = 32

// transactionBlocks makes the transaction column of rows that were counted.
func transactionBlocks(b *batch.Batch, s *batch.Schema, p *pending, d *pgoutput.Decoder) *batch.Column {
	n := len(p.rows.ops)
	fields := s.Fields()
	id, total, order := b.NewViews(fields[0].Schema, n, nil, nil), b.NewFixed(fields[1].Schema, n), b.NewFixed(fields[2].Schema, n)
	copy(total.Int64s(), p.total)
	copy(order.Int64s(), p.order)
	c := b.NewStruct(s, n, []*batch.Column{id, total, order})
	text := b.Arena.Bytes(n * transactionIDMax)[:0]
	for i, e := range p.rows.event {
		event := &d.Events[e]
		if event.Tx == pgoutput.NoTransaction || p.total[i] == 0 {
			b.MakeValid(c).Clear(i)
			continue
		}
		from := len(text)
		text = appendTransactionID(text, d.Transactions[event.Tx].XID, event.LSN)
		id.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(text) - from)}
	}
	id.Bufs[1] = text
	return c
}
