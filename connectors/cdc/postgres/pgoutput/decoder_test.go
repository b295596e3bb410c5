package pgoutput

import (
	"reflect"
	"testing"
)

// transaction is two inserts, an update of every kind, a delete, a truncate and a message.
func transaction() []sent {
	return []sent{
		{begin(500), 10}, {relation(3), 0},
		{kind('I').u32(7).tuple('N', "1", "x", nil), 10},
		{kind('I').u32(7).tuple('N', "2", "", "long"), 10},
		{kind('U').u32(7).tuple('N', "1", "y", unchanged{}), 20},
		{kind('U').u32(7).tuple('K', "1", nil, nil).tuple('N', "3", "y", nil), 30},
		{kind('U').u32(7).tuple('O', "3", "y", "old").tuple('N', "3", "z", unchanged{}), 40},
		{kind('D').u32(7).tuple('K', "3", nil, nil), 50},
		{append(kind('M').u8(1).u64(60).str("note").u32(2), "hi"...), 60},
		{kind('T').u32(1).u8(0).u32(7), 70},
		{commit(80), 80},
	}
}

func TestDecoder_Transaction(t *testing.T) {
	var d Decoder
	all := transaction()
	buf, err := d.feed(all)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Changed) != 1 || d.Changed[0].Schema != "public" || d.Changed[0].Name != "t" {
		t.Fatalf("changed %+v", d.Changed)
	}
	rows := &d.Changed[0].Rows
	n := 0
	for _, s := range all {
		switch s.m[0] {
		case 'I', 'U', 'D':
			want, err := plainChange(s.m, 3)
			if err != nil {
				t.Fatal(err)
			}
			if have := fast(rows, n, buf); !reflect.DeepEqual(have, want) {
				t.Errorf("row %d: %+v, want %+v", n, have, want)
			}
			n++
		}
	}
	if rows.Len() != n+1 || rows.Ops[n] != 'T' {
		t.Errorf("ops %q", rows.Ops)
	}
	if got := d.Events[2]; got != (Event{LSN: 10, Tx: 0, Index: 1, Kind: Insert}) {
		t.Errorf("second event of LSN 10: %+v", got)
	}
	if len(d.Messages) != 1 || d.Messages[0].Prefix != "note" || !d.Messages[0].Transactional {
		t.Errorf("messages %+v", d.Messages)
	}
	if tx := d.Transactions[0]; tx.XID != 500 || tx.CommitTime != epochMicros+1_000_000 || tx.Before != 0 {
		t.Errorf("transaction %+v", tx)
	}
	if d.Open() || d.Committed() != 80 {
		t.Errorf("open %v, committed %d", d.Open(), d.Committed())
	}
}

// TestDecoder_Resume stops after each event of a transaction and goes on with a new decoder: no change is lost or
// comes twice.
func TestDecoder_Resume(t *testing.T) {
	all := transaction()
	var whole Decoder
	if _, err := whole.feed(all); err != nil {
		t.Fatal(err)
	}
	want := kinds(&whole, 0)
	for k, e := range whole.Events {
		if e.Kind == Begin || e.Kind == Commit {
			continue
		}
		d := Decoder{Resume: Resume{XID: 500, LSN: e.LSN, Index: e.Index}}
		if _, err := d.feed(all); err != nil {
			t.Fatal(err)
		}
		rest := 0
		for _, r := range d.Changed {
			rest += r.Rows.Len()
		}
		if have := kinds(&d, 0)[k:]; have != want[k:] || rest+len(d.Messages) != changes(&whole, int32(k)) {
			t.Errorf("after event %d: %d changes, want %d", k, rest+len(d.Messages), changes(&whole, int32(k)))
		}
	}
}

func kinds(d *Decoder, from int) string {
	var b []byte
	for _, e := range d.Events[from:] {
		b = append(b, byte(e.Kind))
	}
	return string(b)
}

// changes counts rows and messages behind an event.
func changes(d *Decoder, event int32) (n int) {
	for _, r := range d.Changed {
		for _, e := range r.Rows.Event {
			if e > event {
				n++
			}
		}
	}
	for _, m := range d.Messages {
		if m.Event > event {
			n++
		}
	}
	return n
}

// TestDecoder_Cut cuts each message at every byte: that is an error, never a panic, and never a row.
func TestDecoder_Cut(t *testing.T) {
	all := transaction()
	for i, s := range all {
		for n := range s.m {
			var d Decoder
			if _, err := d.feed(all[:i]); err != nil {
				t.Fatal(err)
			}
			before := kinds(&d, 0)
			rows := 0
			for _, r := range d.Changed {
				rows += r.Rows.Len()
			}
			if err := d.Decode(s.m, 0, n, s.lsn); err == nil {
				t.Fatalf("message %q cut at byte %d: no error", s.m[0], n)
			}
			after := 0
			for _, r := range d.Changed {
				after += r.Rows.Len()
			}
			if after != rows && s.m[0] != 'T' {
				t.Errorf("message %q cut at byte %d: a row; events %s, before %s", s.m[0], n, kinds(&d, 0), before)
			}
		}
	}
}

func TestDecoder_ResetKeepsTransaction(t *testing.T) {
	var d Decoder
	all := transaction()
	if _, err := d.feed(all[:4]); err != nil {
		t.Fatal(err)
	}
	d.Reset()
	if len(d.Events) != 0 || len(d.Changed) != 0 {
		t.Fatalf("after Reset: %+v", d)
	}
	if _, err := d.feed(all[4:6]); err != nil {
		t.Fatal(err)
	}
	if e := d.Events[0]; e.Tx != 0 || d.Transactions[e.Tx].XID != 500 {
		t.Errorf("event %+v of %+v", e, d.Transactions)
	}
}

// TestDecoder_Allocations asserts that rows cost no allocation once the slices have grown.
func TestDecoder_Allocations(t *testing.T) {
	var d Decoder
	if _, err := d.feed(transaction()[:2]); err != nil {
		t.Fatal(err)
	}
	insert := kind('I').u32(7).tuple('N', "1", "x", nil)
	run := func() {
		for i := range 100 {
			if err := d.Decode(insert, 0, len(insert), uint64(i)); err != nil {
				t.Fatal(err)
			}
		}
		d.Reset()
	}
	run()
	if n := testing.AllocsPerRun(20, run); n != 0 {
		t.Errorf("%v allocations for 100 rows", n)
	}
}

func FuzzDecoder(f *testing.F) {
	for _, s := range transaction() {
		f.Add([]byte(s.m))
	}
	f.Fuzz(func(t *testing.T, m []byte) {
		var d Decoder
		if _, err := d.feed([]sent{{begin(1), 1}, {relation(3), 0}}); err != nil {
			t.Fatal(err)
		}
		err := d.Decode(m, 0, len(m), 5)
		if len(m) == 0 || m[0] != 'I' && m[0] != 'U' && m[0] != 'D' {
			return
		}
		want, plain := plainChange(m, 3)
		if (err == nil) != (plain == nil) {
			t.Fatalf("%x: %v, the plain decoder says %v", m, err, plain)
		}
		if err != nil {
			return
		}
		if have := fast(&d.Changed[0].Rows, 0, m); !reflect.DeepEqual(have, want) {
			t.Fatalf("%x: %+v, want %+v", m, have, want)
		}
	})
}

// BenchmarkDecoder decodes inserts of ten columns, 167 bytes of text in all.
func BenchmarkDecoder(b *testing.B) {
	var d Decoder
	if _, err := d.feed([]sent{{begin(1), 1}, {relation(10), 0}}); err != nil {
		b.Fatal(err)
	}
	insert := kind('I').u32(7).tuple('N', "1234567", "customer-0001234", "2024-02-29 12:34:56.789123", "12.34", "shipped", "10115", "Berlin",
		"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "t", "a comment that is thirty-three b")
	buf := make([]byte, 0, 1024*len(insert))
	for range 1024 {
		buf = append(buf, insert...)
	}
	b.SetBytes(int64(len(insert)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n == 1024 {
			n = 0
			d.Reset()
		}
		if err := d.Decode(buf, n*len(insert), (n+1)*len(insert), uint64(n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
