package counter

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

const (
	// rowsMax bounds the records of a poll.
	rowsMax = 7
	// unitPolls is after how many polls a task asks for a commit, with transaction.boundary=connector.
	unitPolls = 3
	// restTime is how long a task that has nothing to do waits.
	restTime = 50 * time.Millisecond
)

// began is when the process began.
var began = time.Now()

// now is the time of events, in nanoseconds. It does not jump with the clock.
func now() int64 { return began.Add(time.Since(began)).UnixNano() }

// task counts in its partitions, a few numbers a poll in turns.
type task struct {
	tc       connectors.SourceTaskContext
	builder  *connectors.RecordBuilder
	conn     string
	topic    string
	goal     string
	process  string
	interval time.Duration
	history  *os.File

	ours  []string // source partitions
	next  []int64  // number of each
	turn  int      // whose number is next
	polls int
	unit  int  // of the records that come
	abort bool // every second unit is given up
	part  int  // polls of the unit
}

func (t *task) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	t.tc, t.builder = tc, connectors.NewRecordBuilder(tc.Pool())
	t.conn, t.topic, t.goal, t.ours = props["name"], props[topicKey], props[goalKey], strings.Split(props[oursKey], ",")
	t.process = fmt.Sprintf("%d.%d", os.Getpid(), now())
	ms, err := strconv.Atoi(props[intervalKey])
	if err != nil {
		return connectors.Errorf("%s: %w", intervalKey, err)
	}
	t.interval, t.abort = time.Duration(ms)*time.Millisecond, props[abortKey] == "true"
	if t.history, err = os.OpenFile(props[historyKey], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return connectors.Errorf("%s: %w", historyKey, err)
	}
	if err := t.tell(func(sp string) string { return t.owns(sp, "start") }); err != nil {
		return err
	}
	partitions := make([]batch.Value, len(t.ours))
	for i, sp := range t.ours {
		partitions[i] = one("sp", batch.StringValue(sp))
	}
	offsets, err := tc.OffsetReader().Offsets(ctx, partitions)
	if err != nil {
		return err
	}
	t.next = make([]int64, len(t.ours))
	for i := range offsets {
		if m := offsets[i].Map(); m != nil {
			at, ok := m.Get(batch.StringValue("pos"))
			if !ok || at.Tag() != batch.TagInt64 {
				return connectors.Errorf("committed offset has no number \"pos\"")
			}
			t.next[i] = at.Int()
		}
	}
	return nil
}

// Poll makes the next numbers. What the history says of them is written before anybody sees them.
func (t *task) Poll(ctx context.Context) ([]*batch.Batch, error) {
	goal, err := t.readGoal()
	if err != nil {
		return nil, err
	}
	var told strings.Builder
	if t.part == 0 {
		t.unit++
	}
	rows := 1 + t.polls%rowsMax
	for idle := 0; t.builder.Len() < rows && idle < len(t.ours); {
		i := t.turn % len(t.ours)
		t.turn++
		if goal >= 0 && t.next[i] >= goal {
			idle++
			continue
		}
		idle = 0
		if err := t.emit(&told, i); err != nil {
			t.builder.Discard()
			return nil, err
		}
	}
	t.polls, t.part = t.polls+1, t.part+1
	switch x := t.tc.Transaction(); {
	case x == nil:
		t.part = 0
	case t.part == unitPolls || t.builder.Len() == 0:
		if t.givenUp() {
			x.AbortAfterBatch()
		} else {
			x.CommitAfterBatch()
		}
		t.part = 0
	}
	wait := t.interval
	if t.builder.Len() == 0 {
		wait = restTime
	}
	if _, err := t.history.WriteString(told.String()); err != nil {
		t.builder.Discard()
		return nil, connectors.Errorf("history: %w", err)
	}
	connectors.Wait(ctx, wait)
	return t.builder.Finish(), nil
}

// emit appends the next record of a partition, and its event.
func (t *task) emit(told *strings.Builder, i int) error {
	sp, seq := t.ours[i], t.next[i]
	unit := t.process + "." + strconv.Itoa(t.unit)
	value := fmt.Sprintf("%s|%s|%d|%s|%s|", t.conn, sp, seq, t.topic, unit)
	sum := fmt.Sprintf("%08x", crc32.Checksum([]byte(value), crc32.MakeTable(crc32.Castagnoli)))
	if t.givenUp() {
		fmt.Fprintf(told, `{"type":"filter","time":%d,"conn":%q,"sp":%q,"seq":%d}`+"\n", now(), t.conn, sp, seq)
	}
	text := batch.Of(batch.KindString, false)
	t.next[i]++
	fmt.Fprintf(told, `{"type":"emit","time":%d,"process":%q,"conn":%q,"sp":%q,"seq":%d,"topic":%q,"unit":%q,"crc":%q}`+"\n", now(), t.process, t.conn, sp, seq, t.topic, unit, sum)
	return t.builder.Append(&connectors.Record{
		Topic: t.topic, KeySchema: text, Key: batch.StringValue(fmt.Sprint(sp, "-", seq%3)), ValueSchema: text, Value: batch.StringValue(value + sum),
		SourcePartition: one("sp", batch.StringValue(sp)), SourceOffset: one("pos", batch.Int64Value(t.next[i])),
	})
}

// givenUp reports whether the transaction of the records that come is aborted in the end.
func (t *task) givenUp() bool { return t.abort && t.unit%2 == 0 }

// readGoal returns the number at which partitions end, negative while that is not known.
func (t *task) readGoal() (int64, error) {
	text, err := os.ReadFile(t.goal)
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, connectors.Errorf("%s: %w", goalKey, err)
	}
	return strconv.ParseInt(string(text), 10, 64)
}

func (t *task) Stop(context.Context) error {
	if t.history == nil {
		return nil
	}
	t.builder.Discard()
	return errors.Join(t.tell(func(sp string) string { return t.owns(sp, "stop") }), t.history.Close())
}

// owns is the event that the task begins or ends to work on a partition.
func (t *task) owns(sp, op string) string {
	return fmt.Sprintf(`{"type":"own","time":%d,"process":%q,"conn":%q,"sp":%q,"op":%q}`+"\n", now(), t.process, t.conn, sp, op)
}

func (t *task) tell(event func(sp string) string) error {
	var told strings.Builder
	for _, sp := range t.ours {
		told.WriteString(event(sp))
	}
	_, err := t.history.WriteString(told.String())
	return err
}

func one(key string, v batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue(key)}, Values: []batch.Value{v}})
}
