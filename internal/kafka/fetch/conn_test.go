package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// TestConn_EveryVersion: a response says the same after stand-ins took the place of record batches, however it comes.
func TestConn_EveryVersion(t *testing.T) {
	records := slices.Concat(message(1, 8, "old"), wired{first: 10}.bytes(t), wired{first: 13}.bytes(t), control(16, 77, true), wired{first: 17, epoch: 1}.bytes(t))
	for version := int16(0); version <= 18; version++ {
		for _, piece := range []int{1, 7, 1 << 20} {
			raw := answer(version, 42, records, nil)
			s := open1(t, raw, piece)
			s.ask(version, 42, 11)
			resp, _, err := s.read(version)
			if err != nil {
				t.Fatal(err)
			}
			plain := kmsg.NewPtrFetchResponse()
			plain.Version = version
			head := 8
			if version >= flexibleFetch {
				head = 9
			}
			if err := plain.ReadFrom(raw[head:]); err != nil {
				t.Fatal(err)
			}
			s.same(&resp.Topics[0].Partitions[0], &plain.Topics[0].Partitions[0], 11)
			resp.Topics[0].Partitions[0].RecordBatches = records
			if got, want := fmt.Sprintf("%+v", resp), fmt.Sprintf("%+v", plain); got != want {
				t.Errorf("version %d:\n%s\nwant\n%s", version, got, want)
			}
		}
	}
}

// same checks that the client gets by stand-ins what it would get without.
func (s *session) same(got, want *kmsg.FetchResponseTopicPartition, from int64) {
	s.t.Helper()
	if bytes.Equal(got.RecordBatches, want.RecordBatches) {
		s.t.Fatal("nothing was replaced")
	}
	b := NewBuilder(options(s.pool))
	defer b.Close()
	g, gotNext := process(got, from)
	w, wantNext := process(want, from)
	lines, err := expand(s.t, s.ip, b, g.Records)
	if wl := recordLines(w.Records); err != nil || !slices.Equal(lines, wl) || gotNext != wantNext || fmt.Sprint(g.Err) != fmt.Sprint(w.Err) {
		s.t.Errorf("%v, next %d, error %v:\n%s\nwant next %d, error %v:\n%s", err, gotNext, g.Err, strings.Join(lines, "\n"), wantNext, w.Err, strings.Join(wl, "\n"))
	}
}

// TestConn_Transactions: of three producers, whose batches lie between each other's, the aborted ones are dropped by
// the client, and their memory comes back once the broker is asked again.
func TestConn_Transactions(t *testing.T) {
	const a, b, c = 77, 78, 79
	in := func(first, producer int64) []byte {
		return wired{first: first, attrs: wirebatch.TransactionBit, producer: producer}.bytes(t)
	}
	records := slices.Concat(in(0, a), in(3, b), in(6, c), in(9, a), control(12, a, true), in(13, a), in(16, b), control(19, a, false),
		control(20, b, false), in(21, a), in(24, c), wired{first: 27}.bytes(t), control(30, c, true), control(31, a, true), in(32, b), control(35, b, true))
	change := func(r *kmsg.FetchResponse) {
		p := &r.Topics[0].Partitions[0]
		p.AbortedTransactions = nil
		for producer, first := range map[int64]int64{a: 13, b: 3} {
			x := kmsg.NewFetchResponseTopicPartitionAbortedTransaction()
			x.ProducerID, x.FirstOffset = producer, first
			p.AbortedTransactions = append(p.AbortedTransactions, x)
		}
	}
	raw := answer(12, 1, records, change)
	s := open1(t, raw, 1<<20)
	s.ask(12, 1, 1)
	resp, _, err := s.read(12)
	if err != nil {
		t.Fatal(err)
	}
	plain := kmsg.NewPtrFetchResponse()
	plain.Version = 12
	if err := plain.ReadFrom(raw[9:]); err != nil {
		t.Fatal(err)
	}
	s.same(&resp.Topics[0].Partitions[0], &plain.Topics[0].Partitions[0], 1)
	s.ip.Sweep()
	if s.ip.HeldBytes() == 0 {
		t.Error("aborted rows were let go while the client may still have them")
	}
	s.ask(12, 2, 36)
	s.ip.Sweep()
	if n := s.ip.HeldBytes(); n != 0 {
		t.Errorf("%d bytes are held of a response that was read", n)
	}
}

// TestConn_HoldsNothingOfAResponseThatWasRead: each of a hundred idle consumers kept the bytes of the last response with
// records from the collector, megabytes that nobody had any more.
func TestConn_HoldsNothingOfAResponseThatWasRead(t *testing.T) {
	s := open1(t, answer(12, 1, wired{first: 10}.bytes(t), nil), 1<<20)
	s.ask(12, 1, 10)
	resp, _, err := s.read(12)
	if err != nil {
		t.Fatal(err)
	}
	var held weak.Pointer[byte]
	for _, r := range s.ip.ledger.live {
		held = weak.Make(&r.slab.B[0])
	}
	if held.Value() == nil {
		t.Fatal("nothing stands for the response")
	}
	f, _ := process(&resp.Topics[0].Partitions[0], 10)
	b := NewBuilder(options(s.pool))
	if lines, err := expand(t, s.ip, b, f.Records); len(lines) != 3 || err != nil {
		t.Fatal(lines, err)
	}
	b.Close()
	for range 3 { // the pool forgets in two
		runtime.GC()
	}
	if held.Value() != nil {
		t.Error("the bytes of the response are still there")
	}
	runtime.KeepAlive(s)
}

// TestConn_PassesThrough what is not a plain record batch, byte for byte.
func TestConn_PassesThrough(t *testing.T) {
	one := wired{first: 10}.bytes(t)
	flipped := bytes.Clone(one)
	flipped[len(flipped)-1] ^= 1
	changed := func(change func(b []byte)) []byte {
		b := bytes.Clone(one)
		change(b)
		return sign(b)
	}
	for name, records := range map[string][]byte{
		"nothing":             nil,
		"a wrong checksum":    flipped,
		"a control batch":     control(10, 77, false),
		"magic 0":             message(0, 10, "old"),
		"magic 1":             message(1, 10, "old"),
		"magic 3":             changed(func(b []byte) { b[wirebatch.MagicAt] = 3 }),
		"cut off":             one[:len(one)-1],
		"a bit of a header":   one[:17],
		"no records":          wired{first: 10, deltas: []int32{}, last: 5}.bytes(t),
		"negative count":      changed(func(b []byte) { b[wirebatch.RowsAt] = 0xff }),
		"more than offsets":   changed(func(b []byte) { b[wirebatch.RowsAt+3] = 9 }),
		"negative offset":     changed(func(b []byte) { b[0] = 0xff }),
		"negative delta":      changed(func(b []byte) { b[wirebatch.DeltaAt] = 0xff }),
		"unknown codec":       changed(func(b []byte) { b[wirebatch.AttrsAt+1] = 7 }),
		"negative length":     append([]byte{7: 10, 8: 0xff, 16: 2}, one...),
		"a length of nothing": append([]byte{7: 10, 11: 0, 16: 2}, one...),
		"below the position":  wired{first: 1}.bytes(t),
	} {
		t.Run(name, func(t *testing.T) {
			raw := answer(12, 1, records, nil)
			s := open1(t, raw, 1<<20)
			s.ask(12, 1, 10)
			if _, got, err := s.read(12); err != nil || !bytes.Equal(got, raw) {
				t.Errorf("%v, %x\nwant %x", err, got, raw)
			}
		})
	}
}

// TestConn_PassesThroughPartitions: errors, other replicas, positions that nobody said, other requests.
func TestConn_PassesThroughPartitions(t *testing.T) {
	records := wired{first: 10}.bytes(t)
	for name, c := range map[string]struct {
		ask    func(s *session)
		change func(*kmsg.FetchResponse)
	}{
		"an error":          {nil, func(r *kmsg.FetchResponse) { r.Topics[0].Partitions[0].ErrorCode = 1 }},
		"of the session":    {nil, func(r *kmsg.FetchResponse) { r.ErrorCode = 71 }},
		"another replica":   {nil, func(r *kmsg.FetchResponse) { r.Topics[0].Partitions[0].PreferredReadReplica = 2 }},
		"another partition": {nil, func(r *kmsg.FetchResponse) { r.Topics[0].Partitions[0].Partition = 9 }},
		"an unknown position": {func(s *session) {
			req := fetch(12, 10, 4)
			req.Topics = nil
			s.write(req, 1)
		}, nil},
		"forgotten": {func(s *session) {
			s.ask(12, 0, 10)
			delete(s.conn.(*Conn).asked, 0)
			req := fetch(12, 10, 4)
			forget := kmsg.NewFetchRequestForgottenTopic()
			forget.Topic, forget.Partitions = "t", []int32{0}
			req.Topics, req.ForgottenTopics = nil, []kmsg.FetchRequestForgottenTopic{forget}
			s.write(req, 1)
		}, nil},
		"two requests": {func(s *session) {
			s.ask(12, 1, 10)
			s.ask(12, 2, 10)
		}, nil},
		"another request": {func(s *session) { s.write(kmsg.NewPtrMetadataRequest(), 1) }, nil},
		"not started":     {func(s *session) { s.ip.started.Store(false); s.ask(12, 1, 10) }, nil},
		"not trusted":     {func(s *session) { s.ask(12, 1, 10); s.ip.Distrust("a test") }, nil},
		"too large":       {func(s *session) { s.ip.Start(10, false); s.ask(12, 1, 10) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			raw := answer(12, 1, records, c.change)
			s := open1(t, raw, 1<<20)
			if c.ask == nil {
				s.ask(12, 1, 10)
			} else {
				c.ask(s)
			}
			if _, got, err := s.read(12); err != nil || !bytes.Equal(got, raw) {
				t.Errorf("%v, %x\nwant %x", err, got, raw)
			}
		})
	}
}

// TestConn_Session: in an incremental session a partition that is left out is asked for as before.
func TestConn_Session(t *testing.T) {
	s := open1(t, slices.Concat(answer(12, 1, nil, nil), answer(12, 2, wired{first: 10}.bytes(t), nil)), 1<<20)
	s.write(fetch(12, 12, 0), 1)
	if _, _, err := s.read(12); err != nil {
		t.Fatal(err)
	}
	req := fetch(12, 0, 1)
	req.Topics = nil
	s.write(req, 2)
	resp, _, err := s.read(12)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := process(&resp.Topics[0].Partitions[0], 12)
	b := NewBuilder(options(s.pool))
	defer b.Close()
	lines, err := expand(t, s.ip, b, p.Records)
	if err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0], "12 ") {
		t.Errorf("%v, %v", lines, err)
	}
}

// TestConn_NothingOfTheResponseBefore: what a response leaves out was told from the one before, whose memory was another's by
// then: where new leaders are.
func TestConn_NothingOfTheResponseBefore(t *testing.T) {
	moved := func(r *kmsg.FetchResponse) {
		node := kmsg.NewFetchResponseBroker()
		node.NodeID, node.Host, node.Port = 7, "elsewhere", 9092
		r.Brokers = append(r.Brokers, node)
	}
	s := open1(t, slices.Concat(answer(16, 1, wired{first: 10}.bytes(t), moved), answer(16, 2, wired{first: 20}.bytes(t), nil)), 1<<20)
	for id, nodes := range []int{1, 0} {
		s.ask(16, int32(id+1), int64(10*(id+1)))
		resp, _, err := s.read(16)
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.Brokers) != nodes || s.ip.HeldBytes() == 0 {
			t.Errorf("response %d: %v", id+1, resp.Brokers)
		}
	}
}

// TestConn_BreaksAfterEachByte: the client sees a broken connection, and no memory is lost.
func TestConn_BreaksAfterEachByte(t *testing.T) {
	raw := answer(12, 1, slices.Concat(wired{first: 10}.bytes(t), control(13, 1, true)), nil)
	for n := range raw {
		s := open1(t, raw[:n], 1<<20)
		s.ask(12, 1, 10)
		if _, _, err := s.read(12); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d bytes: %v", n, err)
		}
		if got := s.ip.HeldBytes(); got != 0 {
			t.Errorf("after %d bytes: %d bytes are held", n, got)
		}
	}
}

// TestConn_ClosedBeforeAllIsRead: a response of which the client has a part is none.
func TestConn_ClosedBeforeAllIsRead(t *testing.T) {
	s := open1(t, answer(12, 1, wired{first: 10}.bytes(t), nil), 1<<20)
	s.ask(12, 1, 10)
	if _, err := io.ReadFull(s.conn, make([]byte, 20)); err != nil {
		t.Fatal(err)
	}
	if s.ip.HeldBytes() == 0 {
		t.Fatal("nothing is held")
	}
	if err := s.conn.Close(); err != nil {
		t.Fatal(err)
	}
	if n := s.ip.HeldBytes(); n != 0 {
		t.Errorf("%d bytes are held", n)
	}
	if n, err := s.conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("%d %v", n, err)
	}
}

// TestConn_RequestsNotWrittenAtOnce: one of the facts that this rests on; without it the client does it all.
func TestConn_RequestsNotWrittenAtOnce(t *testing.T) {
	raw := answer(12, 1, wired{first: 10}.bytes(t), nil)
	s := open1(t, raw, 1<<20)
	s.ask(12, 1, 10)
	if _, err := s.conn.Write([]byte{0, 0, 0, 9, 0}); err != nil {
		t.Fatal(err)
	}
	if _, got, err := s.read(12); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("%v, %x\nwant %x", err, got, raw)
	}
	if s.ip.Active() || !strings.Contains(s.log.String(), "does not write a request at once") {
		t.Errorf("goes on; log %q", s.log.String())
	}
}

// TestTake_OnlyWhatStands: a handle counts once, in its place, and nobody else can make one.
func TestTake_OnlyWhatStands(t *testing.T) {
	s := open1(t, answer(12, 1, slices.Concat(wired{first: 10, attrs: wirebatch.TransactionBit}.bytes(t), wired{first: 13, attrs: wirebatch.TransactionBit}.bytes(t)), nil), 1<<20)
	s.ask(12, 1, 10)
	resp, _, err := s.read(12)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := process(&resp.Topics[0].Partitions[0], 10)
	r := *p.Records[0]
	forged := r
	forged.Value = bytes.Clone(r.Value)
	forged.Value[0] ^= 1
	if _, standIn, err := s.ip.Take(&forged); standIn || err != nil || s.ip.StandIn(&forged) {
		t.Error("a record of somebody is taken for a stand-in")
	}
	elsewhere := r
	elsewhere.Offset++
	if _, standIn, err := s.ip.Take(&elsewhere); !standIn || err == nil {
		t.Error("a stand-in counts at another offset")
	}
	if _, standIn, err := s.ip.Take(&r); !standIn || err == nil {
		t.Error("a stand-in counts twice")
	}
	s.ip.OnFetchRecordUnbuffered(p.Records[1], true)
	if s.ip.HeldBytes() == 0 {
		t.Error("what was polled was let go")
	}
	s.ip.OnFetchRecordUnbuffered(p.Records[1], false)
	if n := s.ip.HeldBytes(); n != 0 {
		t.Errorf("%d bytes are held of what the client dropped", n)
	}
}
