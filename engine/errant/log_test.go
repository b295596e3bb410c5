package errant

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
)

// consumed is a batch as a consumer makes it.
func consumed(t testing.TB) *batch.Batch {
	t.Helper()
	b := batch.NewPool(mem.Checked(t)).New(2)
	t.Cleanup(b.Release)
	b.Origin = batch.Origin{Topic: "t", Partition: 3}
	b.Topics = batch.OneTopic("elsewhere") // as a transform may have set it
	b.TimestampType = batch.CreateTime
	b.Offsets = []int64{41, 42}
	b.Timestamps = []int64{batch.NoTimestamp, 1_700_000_000_000}
	b.RawKey = batch.Bytes{Bufs: [2][]byte{[]byte("k")}, Views: []batch.View{{}, {Len: 1}}, Valid: []uint64{2}}
	b.RawValue = batch.Bytes{Bufs: [2][]byte{[]byte("value")}, Views: []batch.View{{Len: 0}, {Len: 5}}}
	b.Headers = batch.Headers{Offsets: []int32{0, 0, 2}, Entries: []batch.Header{{Key: "h", Raw: []byte("x")}, {Key: "n"}}}
	return b
}

// TestLog_Text has Java's words. Source: LogReporter.
func TestLog_Text(t *testing.T) {
	id := connectors.TaskID{Connector: "c", Task: 0}
	e := &RowError{Row: 1, Stage: KeyConverter, Class: "X", Err: errOp}
	b := consumed(t)
	for _, c := range []struct {
		messages bool
		kind     batch.TimestampType
		want     string
	}{
		{false, batch.CreateTime, "Error encountered in task c-0. Executing stage 'KEY_CONVERTER' with class 'X'."},
		{true, batch.CreateTime, "Error encountered in task c-0. Executing stage 'KEY_CONVERTER' with class 'X', where consumed record is {topic='t', partition=3, offset=42, timestamp=1700000000000, timestampType=CreateTime}."},
		{true, batch.LogAppendTime, "Error encountered in task c-0. Executing stage 'KEY_CONVERTER' with class 'X', where consumed record is {topic='t', partition=3, offset=42, timestamp=1700000000000, timestampType=LogAppendTime}."},
		{true, batch.NoTimestampType, "Error encountered in task c-0. Executing stage 'KEY_CONVERTER' with class 'X', where consumed record is {topic='t', partition=3, offset=42}."},
	} {
		b.TimestampType = c.kind
		l := &LogReporter{ID: id, Messages: c.messages}
		if got := l.Text(b, e); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// place is where the rows of a test came from.
type place struct{}

func (place) Partition(int) int32 { return 0 }
func (place) Partitions() []batch.Value {
	return []batch.Value{batch.MapValueOf(&batch.MapValue{
		Keys:   []batch.Value{batch.StringValue("file"), batch.StringValue("server")},
		Values: []batch.Value{batch.StringValue("a"), batch.StringValue("db")},
	})}
}
func (place) Offset(int) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue("pos")}, Values: []batch.Value{batch.Int64Value(7)}})
}

// TestLog_SourceText is what SourceRecord.toString of connect-api 4.3.1 gives for the same records.
func TestLog_SourceText(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "@key string, id int64, zip string?\nk1, 1, 0123\n")
	defer b.Release()
	b.Source = place{}
	b.Topics = batch.OneTopic("t")
	b.Partition = 3
	b.Timestamps = []int64{5}
	b.Headers = batch.Headers{Offsets: []int32{0, 2}, Entries: []batch.Header{
		{Key: "h", Decoded: true, Schema: batch.Of(batch.KindString, false), Value: batch.StringValue("x")},
		{Key: "n", Decoded: true, Schema: batch.Of(batch.KindInt32, false), Value: batch.Int32Value(2)},
	}}
	l := &LogReporter{ID: connectors.TaskID{Connector: "c", Task: 1}, Messages: true, Source: true}
	e := &RowError{Stage: Transformation, Class: "X", Err: errOp}
	want := "Error encountered in task c-1. Executing stage 'TRANSFORMATION' with class 'X', where source record is = " +
		"SourceRecord{sourcePartition={server=db, file=a}, sourceOffset={pos=7}} ConnectRecord{topic='t', kafkaPartition=3, key=k1, keySchema=Schema{STRING}, " +
		"value=Struct{id=1,zip=0123}, valueSchema=Schema{STRUCT}, timestamp=5, headers=ConnectHeaders(headers=[ConnectHeader(key=h, value=x, schema=Schema{STRING}), " +
		"ConnectHeader(key=n, value=2, schema=Schema{INT32})])}."
	if got := l.Text(b, e); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	n := batch.NewPool(mem.Checked(t)).New(1)
	defer n.Release()
	n.Topics, n.Partition = batch.OneTopic("t"), batch.NoPartition
	want = "SourceRecord{sourcePartition=null, sourceOffset=null} ConnectRecord{topic='t', kafkaPartition=null, key=null, keySchema=null, " +
		"value=null, valueSchema=null, timestamp=null, headers=ConnectHeaders(headers=)}"
	if got := string(appendSourceRecord(nil, n, 0)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestLog_Report writes one line at level error, with the trace, and counts it.
func TestLog_Report(t *testing.T) {
	var out bytes.Buffer
	m := &counts{}
	l := &LogReporter{ID: connectors.TaskID{Connector: "c"}, Logger: slog.New(slog.NewTextHandler(&out, nil)), Metrics: m}
	e := &RowError{Stage: ValueConverter, Class: "X", Err: codec.Data("bad %s", "value")}
	if r := l.Report(t.Context(), nil, e); r != nil {
		t.Errorf("something to wait for: %v", r)
	}
	got := out.String()
	for _, want := range []string{"level=ERROR", "Executing stage 'VALUE_CONVERTER' with class 'X'.", "connector=c", "task=0", "org.apache.kafka.connect.errors.DataException: bad value"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	if m.logged != 1 || l.Close() != nil {
		t.Errorf("%+v", m)
	}
}

// TestTrace prints causes as Java does.
func TestTrace(t *testing.T) {
	inner := &connectors.Error{Class: "java.io.IOException", Text: "disk"}
	for _, c := range []struct {
		err                   error
		class, message, trace string
	}{
		{inner, "java.io.IOException", "disk", "java.io.IOException: disk\n"},
		{&connectors.Error{Class: connectors.ConnectException, Text: "outer", Err: inner}, connectors.ConnectException, "outer",
			"org.apache.kafka.connect.errors.ConnectException: outer\nCaused by: java.io.IOException: disk\n"},
		{errors.New("plain"), connectors.ConnectException, "plain", "org.apache.kafka.connect.errors.ConnectException: plain\n"},
		{fmt.Errorf("file 3: %w", inner), "java.io.IOException", "file 3: disk", "java.io.IOException: file 3: disk\nCaused by: java.io.IOException: disk\n"},
		{connectors.Retriable(inner), "org.apache.kafka.connect.errors.RetriableException", "disk", "org.apache.kafka.connect.errors.RetriableException: disk\nCaused by: java.io.IOException: disk\n"},
		{&connectors.Error{Class: "java.lang.NullPointerException"}, "java.lang.NullPointerException", "", "java.lang.NullPointerException\n"},
		{&codec.Error{Class: "D", Text: "bad", Path: "a.b", Pos: 7}, "D", "bad", "D: bad\n"},
	} {
		if Class(c.err) != c.class || Message(c.err) != c.message || Trace(c.err) != c.trace {
			t.Errorf("%v: class %s, message %q, trace %q", c.err, Class(c.err), Message(c.err), Trace(c.err))
		}
	}
}

func TestRowError(t *testing.T) {
	e := &RowError{Stage: KafkaConsume, Err: errOp}
	if !errors.Is(e, errOp) || e.Error() != errOp.Error() || e.Stage.String() != "KAFKA_CONSUME" || TaskPoll.String() != "TASK_POLL" {
		t.Errorf("%v %v", e, e.Stage)
	}
}
