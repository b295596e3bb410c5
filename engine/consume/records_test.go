package consume

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java/regex"
)

// TestRecords_DoAllThisToo: what holds for batches of brokers' bytes holds for those of the client's records.
func TestRecords_DoAllThisToo(t *testing.T) {
	t.Setenv(pathEnv, "record")
	for name, f := range map[string]func(*testing.T){
		"as they are": TestPoll_RecordsArriveAsTheyAre, "positions": TestPoll_Positions, "out of range": TestPoll_OutOfRange,
		"cuts": TestPoll_CutsBatches, "rows of a poll": TestPoll_RowsMax, "seek inside": TestSeek_InsideAssigned, "seek later": TestSeek_Later,
		"pause": TestPause_KeepsRowsBack, "pause of others": TestPause_DoesNotStarveOthers, "budget": TestBudget_BoundsWhatWaits,
		"too large": TestBudget_ARecordLargerThanAllFails, "bombs": TestPoll_BombsFailTheTask, "passing errors": TestPoll_PassingErrors,
		"rebalances": TestRebalance_NothingLostNothingTwice, "lost": TestRebalance_Lost, "made again": TestTopic_MadeAgain, "stats": TestStats,
	} {
		t.Run(name, f)
	}
}

// TestPoll_RecordsArriveAsTheyAre: null and empty stay apart, times, offsets and headers are kept.
func TestPoll_RecordsArriveAsTheyAre(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c)
	want := []*kgo.Record{
		{Key: []byte("k"), Value: []byte("v"), Timestamp: time.UnixMilli(1_700_000_000_123)},
		{Key: nil, Value: []byte{}, Timestamp: time.UnixMilli(0)},
		{Key: []byte{}, Value: nil, Timestamp: time.UnixMilli(5), Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "a"}, {Key: "b", Value: []byte{}}}},
	}
	for _, r := range want {
		r.Topic = "t"
		if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	m := join(t, c, nil, nil)
	n := 0
	for n < len(want) {
		list, err := m.c.Poll(t.Context(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range list {
			if b.TimestampType != batch.CreateTime || b.Origin != (batch.Origin{Topic: "t"}) || b.Topics.At(0) != "t" || b.Partition != 0 {
				t.Errorf("envelope: %+v %v %v %d", b.Origin, b.TimestampType, b.Topics, b.Partition)
			}
			for i := range b.Len() {
				w := want[n]
				key, hasKey := b.RawKey.Get(i)
				value, hasValue := b.RawValue.Get(i)
				if hasKey != (w.Key != nil) || hasValue != (w.Value != nil) || !bytes.Equal(key, w.Key) || !bytes.Equal(value, w.Value) {
					t.Errorf("row %d: %q %v, %q %v", n, key, hasKey, value, hasValue)
				}
				if b.Offsets[i] != int64(n) || b.Timestamps[i] != w.Timestamp.UnixMilli() {
					t.Errorf("row %d: offset %d, time %d", n, b.Offsets[i], b.Timestamps[i])
				}
				h := b.Headers.Of(i)
				if len(h) != len(w.Headers) {
					t.Fatalf("row %d: %d headers", n, len(h))
				}
				for k := range h {
					if h[k].Key != w.Headers[k].Key || !bytes.Equal(h[k].Raw, w.Headers[k].Value) || (h[k].Raw == nil) != (w.Headers[k].Value == nil) {
						t.Errorf("row %d: header %d is %+v, want %+v", n, k, h[k], w.Headers[k])
					}
				}
				n++
			}
			b.Release()
		}
	}
}

// TestPoll_Positions: reading begins at the committed offset, else where auto.offset.reset says.
func TestPoll_Positions(t *testing.T) {
	old, young := time.Now().Add(-time.Hour), time.Now()
	for _, c := range []struct {
		reset  string
		commit offsets
		want   string
	}{
		{"earliest", nil, "assigned [t-0@0]"},
		{"latest", nil, "assigned [t-0@10]"},
		{"by_duration:PT10M", nil, "assigned [t-0@5]"},
		{"by_duration:P1D", nil, "assigned [t-0@0]"},
		{"earliest", offsets{tp(0): 7}, "assigned [t-0@7]"},
		{"by_duration:P1D", offsets{tp(0): 7}, "assigned [t-0@7]"},
		{"none", offsets{tp(0): 7}, "assigned [t-0@7]"},
		{"latest", offsets{tp(0): 0}, "assigned [t-0@0]"},
	} {
		t.Run(c.reset, func(t *testing.T) {
			k := cluster(t, kfake.SeedTopics(1, "t"))
			cl := client(t, k)
			for i := range 10 {
				r := &kgo.Record{Topic: "t", Value: []byte("v"), Timestamp: old}
				if i >= 5 {
					r.Timestamp = young
				}
				if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
					t.Fatal(err)
				}
			}
			if c.commit != nil {
				commitBefore(t, cl, "g", c.commit)
			}
			m := join(t, k, map[string]string{"auto.offset.reset": c.reset}, nil)
			m.until("assignment", func() bool { return len(m.log) > 0 })
			if m.log[0] != c.want {
				t.Errorf("%s, want %s", m.log[0], c.want)
			}
		})
	}
}

// TestPoll_NoOffsetFails: without a committed offset and without a reset Java's consumer throws; the
// client library alone would begin at the end.
func TestPoll_NoOffsetFails(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	m := join(t, c, map[string]string{"auto.offset.reset": "none"}, nil)
	err := m.fails()
	if want := "Undefined offset with no reset policy for partitions: [t-0, t-1]"; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestPoll_OutOfRange: trimmed records are passed over, or with auto.offset.reset=none fail the task.
func TestPoll_OutOfRange(t *testing.T) {
	for _, reset := range []string{"earliest", "none"} {
		t.Run(reset, func(t *testing.T) {
			c := cluster(t, kfake.SeedTopics(1, "t"))
			cl := client(t, c)
			produce(t, cl, tp(0), 0, 10)
			commitBefore(t, cl, "g", offsets{tp(0): 2})
			if err := c.DeleteRecords("t", 0, 6); err != nil {
				t.Fatal(err)
			}
			m := join(t, c, map[string]string{"auto.offset.reset": reset}, nil)
			if reset == "none" {
				if err := m.fails(); !strings.Contains(err.Error(), "fetch of t-0: OFFSET_OUT_OF_RANGE") {
					t.Errorf("%v", err)
				}
				return
			}
			m.until("rows", m.has(tp(0), 4))
			m.inOrder(tp(0), 6, 9)
		})
	}
}

// TestPoll_CutsBatches by rows and by bytes; a record larger than a batch is one alone.
func TestPoll_CutsBatches(t *testing.T) {
	for _, c := range []struct {
		rows, bytes int
		want        []int
	}{
		{3, 1 << 20, []int{3, 3, 1}},
		{100, 2 * (6 + rowOverhead), []int{2, 2, 2, 1}},
		{100, 1, []int{1, 1, 1, 1, 1, 1, 1}},
	} {
		k := cluster(t, kfake.SeedTopics(1, "t"))
		produce(t, client(t, k), tp(0), 0, 7)
		m := join(t, k, nil, func(o *Options) { o.RowsMax, o.BytesMax = c.rows, c.bytes })
		var got []int
		for n := 0; n < 7; {
			list, err := m.c.Poll(t.Context(), time.Second)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range list {
				got = append(got, b.Len())
				n += b.Len()
				b.Release()
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d rows, %d bytes: batches of %v, want %v", c.rows, c.bytes, got, c.want)
		}
	}
}

// TestPoll_RowsMax: max.poll.records bounds what one Poll returns.
func TestPoll_RowsMax(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(3, "t"))
	cl := client(t, c)
	for p := range int32(3) {
		produce(t, cl, tp(p), 0, 100)
	}
	m := join(t, c, nil, func(o *Options) { o.RowsMax, o.PollRowsMax = 7, 7 })
	total := 0
	for total < 300 {
		list, err := m.c.Poll(t.Context(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, b := range list {
			n += b.Len()
			b.Release()
		}
		if n > 7 {
			t.Fatalf("%d rows at once", n)
		}
		total += n
	}
}

// TestSeek_InsideAssigned: the task chooses where reading begins.
func TestSeek_InsideAssigned(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 20)
	produce(t, cl, tp(1), 0, 20)
	m := join(t, c, nil, nil)
	m.onAssigned = func(offsets) error {
		m.c.Seek(offsets{tp(1): 15})
		return nil
	}
	m.until("rows", func() bool { return len(m.rows[tp(0)]) == 20 && len(m.rows[tp(1)]) == 5 })
	m.inOrder(tp(0), 0, 19)
	m.inOrder(tp(1), 15, 19)
}

// TestSeek_Later: after a seek nothing of the time before it comes, however much was fetched.
func TestSeek_Later(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 500)
	produce(t, cl, tp(1), 0, 500)
	m := join(t, c, nil, func(o *Options) { o.RowsMax, o.PollRowsMax = 10, 10 })
	m.until("first rows", m.has(tp(0), 30))
	m.until("other rows", m.has(tp(1), 10))
	before := len(m.rows[tp(1)])
	m.rows[tp(0)] = nil
	m.c.Seek(offsets{tp(0): 3, {Topic: "other"}: 1})
	m.until("rows again", m.has(tp(0), 497))
	m.inOrder(tp(0), 3, 499)
	if before >= 500 {
		t.Fatal("nothing was left of the other partition")
	}
	m.until("the other partition", m.has(tp(1), 500))
	m.inOrder(tp(1), 0, 499)
}

// TestPause_KeepsRowsBack and Resume brings them, in order, without a loss.
func TestPause_KeepsRowsBack(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	m := join(t, c, nil, func(o *Options) { o.RowsMax = 10 })
	m.until("assignment", func() bool { return len(m.log) > 0 })
	m.c.Pause([]connectors.TopicPartition{tp(0), {Topic: "other"}})
	produce(t, cl, tp(0), 0, 100)
	produce(t, cl, tp(1), 0, 100)
	m.until("rows", m.has(tp(1), 100))
	if n := len(m.rows[tp(0)]); n != 0 {
		t.Fatalf("%d rows of a paused partition", n)
	}
	m.c.Resume([]connectors.TopicPartition{tp(0)})
	m.until("rows", m.has(tp(0), 100))
	m.inOrder(tp(0), 0, 99)
	m.inOrder(tp(1), 0, 99)
}

// TestPause_DoesNotStarveOthers: a paused partition whose rows take the whole budget gives way.
func TestPause_DoesNotStarveOthers(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 1000)
	m := join(t, c, nil, func(o *Options) {
		o.RowsMax, o.PollRowsMax, o.LaneDepth, o.Memory = 10, 10, 1000, memory(o.Memory.Pool.Mem, 1<<20)
	})
	m.until("first rows", m.has(tp(0), 10))
	// Without polling: that would make room.
	eventually(t, "full lanes", func() bool { return m.c.opt.Memory.Room() <= 0 })
	m.c.Pause([]connectors.TopicPartition{tp(0)})
	got := len(m.rows[tp(0)])
	produce(t, cl, tp(1), 0, 100)
	m.until("rows of the other partition", m.has(tp(1), 100))
	if len(m.rows[tp(0)]) != got {
		t.Fatal("rows of a paused partition")
	}
	m.c.Resume([]connectors.TopicPartition{tp(0)})
	m.until("all rows", m.has(tp(0), 1000))
	m.inOrder(tp(0), 0, 999)
	m.inOrder(tp(1), 0, 99)
}

// TestBudget_BoundsWhatWaits: a task that does not poll holds little more than its budget, and a lane
// little more than its depth.
func TestBudget_BoundsWhatWaits(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c, kgo.ProducerBatchMaxBytes(64<<10)) // what is read in one piece is not much
	const rows = 4 * fetchRowsMax
	produce(t, cl, tp(0), 0, rows)
	for group, change := range map[string]func(*Options){
		"bytes": func(o *Options) { o.LaneDepth, o.Memory = 1<<20, memory(o.Memory.Pool.Mem, 100*(6+rowOverhead)) },
		"depth": func(o *Options) { o.LaneDepth = 2 },
	} {
		m := join(t, c, map[string]string{"group.id": group}, change)
		var most int64
		m.until("all rows", func() bool {
			most = max(most, m.c.Stats().BufferedBytes)
			return len(m.rows[tp(0)]) == rows
		})
		m.inOrder(tp(0), 0, rows-1)
		// One poll of the client comes on top of what made the lanes full.
		if limit := int64(fetchRowsMax+2*1024+100) * (6 + rowOverhead); most > limit {
			t.Errorf("%d bytes waited, limit %d", most, limit)
		}
		m.c.Close()
	}
}

// TestBudget_ARecordLargerThanAllFails: it is named, and nothing waits for room that never comes.
func TestBudget_ARecordLargerThanAllFails(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 5)
	large := &kgo.Record{Topic: "t", Key: []byte("k"), Value: make([]byte, 1000)}
	if err := cl.ProduceSync(t.Context(), large, &kgo.Record{Topic: "t"}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	m := join(t, c, nil, func(o *Options) { o.Memory, o.RecordBytesMax = memory(o.Memory.Pool.Mem, 1000), 1000 })
	const want = `record of topic "t", partition 0, offset 5 has 1001 bytes, more than the task may hold: raise millrace.task.memory.bytes, which is 1000`
	eventually(t, "the record is refused", func() bool {
		err := m.poll(time.Millisecond)
		if err != nil && err.Error() != want {
			t.Fatalf("error is %v", err)
		}
		return err != nil
	})
}

// TestCommit, without waiting and with, reaches the group; errors reach the caller.
func TestCommit(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 10)
	m := join(t, c, nil, nil)
	m.until("rows", m.has(tp(0), 10))

	called := 0
	var result error
	m.c.CommitAsync(offsets{tp(0): 4, tp(1): 0}, func(err error) { called, result = called+1, err })
	m.until("callback", func() bool { return called > 0 })
	if result != nil {
		t.Fatal(result)
	}
	if got := sorted(committed(t, cl, "g")); !slices.Equal(got, []string{"t-0@4", "t-1@0"}) {
		t.Errorf("committed %v", got)
	}
	if err := m.c.Commit(t.Context(), offsets{tp(0): 10}); err != nil {
		t.Fatal(err)
	}
	if got := committed(t, cl, "g"); got[tp(0)] != 10 {
		t.Errorf("committed %v", got)
	}

	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.OffsetMetadataTooLarge, Count: 2})
	if err := m.c.Commit(t.Context(), offsets{tp(0): 9}); err == nil || !strings.Contains(err.Error(), "commit of t-0: OFFSET_METADATA_TOO_LARGE") {
		t.Errorf("%v", err)
	}
	m.c.CommitAsync(offsets{tp(0): 9}, func(err error) { called, result = called+1, err })
	m.until("callback", func() bool { return called > 1 })
	if result == nil || called != 2 {
		t.Errorf("%v, called %d times", result, called)
	}
}

// TestWake ends the present Poll or the next one.
func TestWake(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	m := join(t, c, nil, nil)
	m.until("assignment", func() bool { return len(m.log) > 0 })
	m.c.Wake()
	if err := m.poll(time.Hour); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if list, err := m.c.Poll(ctx, time.Hour); err != nil || list != nil {
		t.Errorf("%v %v", list, err)
	}
	if list, err := m.c.Poll(t.Context(), 0); err != nil || list != nil {
		t.Errorf("%v %v", list, err)
	}
}

// TestPoll_FatalErrors fail the task, as Java's consumer throws them from poll.
func TestPoll_FatalErrors(t *testing.T) {
	for _, f := range []kfake.Fault{
		{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "t", Err: kerr.TopicAuthorizationFailed, Count: -1},
		{Keys: []kmsg.Key{kmsg.JoinGroup}, Group: "g", Err: kerr.GroupAuthorizationFailed, Count: -1},
		{Keys: []kmsg.Key{kmsg.JoinGroup}, Group: "g", Err: kerr.InconsistentGroupProtocol, Count: -1},
	} {
		c := cluster(t, kfake.SeedTopics(1, "t"))
		produce(t, client(t, c), tp(0), 0, 1)
		c.Fault(f)
		m := join(t, c, nil, nil)
		if err := m.fails(); !errors.Is(err, f.Err) {
			t.Errorf("%v, want %s", err, f.Err.Message)
		}
	}
}

// TestPoll_PassingErrors: what the client recovers from does not reach the task.
func TestPoll_PassingErrors(t *testing.T) {
	for _, f := range []kfake.Fault{
		{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "t", Err: kerr.NotLeaderForPartition, Count: 2},
		{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "t", Err: kerr.KafkaStorageError, Count: 2},
		{Keys: []kmsg.Key{kmsg.JoinGroup}, Group: "g", Err: kerr.CoordinatorNotAvailable, Count: 2},
		{Keys: []kmsg.Key{kmsg.OffsetFetch}, Group: "g", Err: kerr.CoordinatorLoadInProgress, Count: 2},
		{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "t", Err: kerr.LeaderNotAvailable, Count: 2},
	} {
		c := cluster(t, kfake.SeedTopics(1, "t"))
		produce(t, client(t, c), tp(0), 0, 10)
		c.Fault(f)
		m := join(t, c, nil, nil)
		m.until(f.Err.Message, m.has(tp(0), 10))
		m.inOrder(tp(0), 0, 9)
	}
}

// java compiles an expression of Java.
func java(t *testing.T, expression string) Pattern {
	t.Helper()
	p, err := regex.Compile(expression)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPoll_Pattern matches whole names, finds topics that come later, and leaves others alone.
func TestPoll_Pattern(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t", "tt", "other"))
	cl := client(t, c)
	m := join(t, c, map[string]string{}, func(o *Options) { o.Topics, o.Pattern = nil, java(t, "(?!other)[a-z&&[^x]]++") }, kgo.MetadataMaxAge(50*time.Millisecond))
	for _, topic := range []string{"t", "tt", "other"} {
		produce(t, cl, connectors.TopicPartition{Topic: topic}, 0, 5)
	}
	tt := connectors.TopicPartition{Topic: "tt"}
	m.until("rows", func() bool { return len(m.rows[tp(0)]) == 5 && len(m.rows[tt]) == 5 })
	if err := c.CreateTopic("ttt", 1, nil); err != nil {
		t.Fatal(err)
	}
	ttt := connectors.TopicPartition{Topic: "ttt"}
	produce(t, cl, ttt, 0, 5)
	m.until("the new topic", m.has(ttt, 5))
	if len(m.rows) != 3 {
		t.Errorf("topics %v", counts(m.rows))
	}
	if _, err := kadm.NewClient(cl).DeleteTopic(t.Context(), "tt"); err != nil {
		t.Fatal(err)
	}
	m.until("the loss of what is gone", func() bool { return !slices.Contains(m.c.Assignment(), tt) })
}

// undecided is a pattern that cannot be matched.
type undecided struct{}

func (undecided) Matches(topic string) (bool, error) { return false, errors.New("no end on " + topic) }

func TestPoll_PatternThatDoesNotEnd(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	m := join(t, c, nil, func(o *Options) { o.Topics, o.Pattern = nil, undecided{} })
	if err := m.fails(); err.Error() != "no end on t" {
		t.Error(err)
	}
}

// TestPoll_MissingTopic is no error: it may come.
func TestPoll_MissingTopic(t *testing.T) {
	c := cluster(t)
	cl := client(t, c)
	m := join(t, c, nil, nil, kgo.MetadataMaxAge(50*time.Millisecond))
	if err := m.poll(20 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateTopic("t", 1, nil); err != nil {
		t.Fatal(err)
	}
	produce(t, cl, tp(0), 0, 5)
	m.until("rows", m.has(tp(0), 5))
}

func TestStats(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 100)
	produce(t, cl, tp(1), 0, 30)
	m := join(t, c, nil, func(o *Options) { o.RowsMax, o.PollRowsMax = 10, 10 })
	m.until("all fetched", func() bool {
		return m.c.Stats().BufferedBytes+m.c.Stats().Bytes/6*(6+rowOverhead) == 130*(6+rowOverhead)
	})
	s, left := m.c.Stats(), int64(130-len(m.rows[tp(0)])-len(m.rows[tp(1)]))
	if s.Lag != left || s.LagMax > s.Lag || s.LagMax < s.Lag/2 || s.Bytes != (130-left)*6 {
		t.Errorf("%+v with %d rows left", s, left)
	}
	m.until("all rows", func() bool { return m.c.Stats().Lag == 0 && len(m.rows[tp(0)]) == 100 })
	if s := m.c.Stats(); s != (Stats{Bytes: 780}) {
		t.Errorf("%+v", s)
	}
}
