package postgres

import (
	"testing"

	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
)

// TestTrail_Counts gives the counts of a transaction that began in an earlier poll, and of the one after it.
func TestTrail_Counts(t *testing.T) {
	counts := cdc.Counts{ID: "2:9"}
	counts.Add("a", 5)
	tr := trail{
		events: []pgoutput.Event{
			{LSN: 10, Kind: pgoutput.Insert}, {LSN: 11, Kind: pgoutput.Insert}, {LSN: 12, Kind: pgoutput.Commit},
			{LSN: 20, Tx: 1, Kind: pgoutput.Begin}, {LSN: 20, Tx: 1, Kind: pgoutput.Insert},
		},
		transactions: []pgoutput.Transaction{{XID: 2}, {XID: 3}},
		counts:       counts,
		counted:      []counted{{0, "a"}, {1, "b"}, {4, "a"}},
	}
	for _, c := range []struct {
		event int32
		id    string
		total int64
		a     int64
	}{{0, "2:10", 6, 6}, {1, "2:11", 7, 6}, {2, "", 0, 0}, {4, "3:20", 1, 1}} {
		p := tr.position(c.event)
		if p.counts.ID != c.id || p.counts.Total != c.total || p.counts.Tables["a"] != c.a {
			t.Errorf("after event %d: %+v", c.event, p.counts)
		}
		v := p.value()
		back, err := readOffset(v)
		if err != nil || back.counts.ID != c.id || back.counts.Total != c.total {
			t.Errorf("after event %d, stored: %+v, %v", c.event, back, err)
		}
	}
}

// TestCounting_Messages counts each message of a transaction as a collection of its own.
func TestCounting_Messages(t *testing.T) {
	s := &stream{t: &task{transactions: cdc.NewTransactionTopic(&cdc.Naming{Prefix: "p", Delimiter: "."}, "transaction")}}
	s.decoder.Transactions = []pgoutput.Transaction{{XID: 2}}
	s.decoder.Events = []pgoutput.Event{{LSN: 9, Kind: pgoutput.Begin}, {LSN: 10, Kind: pgoutput.Message}, {LSN: 11, Kind: pgoutput.Message}, {LSN: 12, Kind: pgoutput.Commit}}
	s.messages = []capturedMessage{{LogicalMessage: pgoutput.LogicalMessage{Event: 1}}, {LogicalMessage: pgoutput.LogicalMessage{Event: 2}}}
	var x extras
	out := s.counting(nil, &x)
	for i, m := range s.messages {
		if m.total != int64(i+1) || m.order != 1 {
			t.Errorf("message %d is %d of all and %d of its collection", i, m.total, m.order)
		}
	}
	if len(out) != 2 || out[0].table == out[1].table {
		t.Errorf("counted as %v", out)
	}
	end := x.records[1].Value.Struct()
	if n, list := end.Fields[2].Int(), end.Fields[3].Array(); n != 2 || len(list) != 2 || list[0].Struct().Fields[1].Int() != 1 {
		t.Errorf("the end says %d events of %v", n, list)
	}
}
