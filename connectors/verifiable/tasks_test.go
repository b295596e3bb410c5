package verifiable

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/connectortest"
)

// startSource starts a task with a committed seqno, -1 for none.
func startSource(t *testing.T, name string, f *os.File, committed int64, props map[string]string) (connectors.SourceTask, error) {
	t.Helper()
	store := &connectortest.Offsets{}
	if committed >= 0 {
		if err := store.Set(single(idField, batch.Int64Value(3)), single(seqnoField, batch.Int64Value(committed))); err != nil {
			t.Fatal(err)
		}
	}
	tc := &connectortest.SourceContext{Store: store}
	tc.Batches = batch.NewPool(mem.Checked(t))
	task := named(t, name, f).NewSource().NewTask()
	return task, task.Start(t.Context(), tc, props)
}

// poll returns the rows of the next poll that has some, as text.
func poll(t *testing.T, task connectors.SourceTask, look func(*batch.Batch)) {
	t.Helper()
	for {
		batches, err := task.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			look(b)
			b.Release()
		}
		if len(batches) > 0 {
			return
		}
	}
}

// Time in a bubble begins at 946684800000.
func TestSource_SaysWhatItMadeAndWhatWasCommitted(t *testing.T) {
	for _, c := range []struct{ name, complete, text, want string }{
		{"numbers", "", "key int32\n", `{"task":3,"seqno":6,"time_ms":946684800000,"name":"src","topic":"numbers"}
{"committed":true,"task":3,"seqno":6,"time_ms":946684800000,"name":"src","topic":"numbers"}
`},
		{"structs", "TRUE", "", `{"task":3,"seqno":6,"time_ms":946684800000,"name":"src","topic":"numbers"}
Bad data can't be written as json: No serializer found for class org.apache.kafka.connect.data.Struct and no properties discovered to create BeanSerializer (to avoid exception, disable SerializationFeature.FAIL_ON_EMPTY_BEANS) (through reference chain: java.util.HashMap["seqno"])
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := output(t)
			synctest.Test(t, func(t *testing.T) {
				task, err := startSource(t, "VerifiableSource", f, 5, map[string]string{
					"name": "src", "id": "3", "topic": "numbers", "throughput": "0", "complete.record.data": c.complete,
				})
				if err != nil {
					t.Fatal(err)
				}
				poll(t, task, func(b *batch.Batch) {
					r := b.Row(0)
					if b.Len() != 1 || r.Key().Int() != 3 || r.KeySchema().Kind() != batch.KindInt32 || r.Topic() != "numbers" {
						t.Errorf("%v", b)
					}
					have := string(batch.AppendLiteral(nil, r.ValueSchema(), r.Value()))
					if want := map[string]string{"numbers": "6", "structs": "(src, 3, numbers, 946684800000, 6)"}[c.name]; have != want {
						t.Errorf("value %s, want %s", have, want)
					}
					if err := task.(connectors.RecordCommitter).CommitRecords(t.Context(), b, []connectors.RowMetadata{{Row: 0}}); err != nil {
						t.Error(err)
					}
				})
				if batches, err := task.Poll(t.Context()); len(batches) > 0 || err != nil {
					t.Errorf("a throughput of 0 lets a second record pass: %v", err)
				}
			})
			if got := written(t, f); got != c.want {
				t.Errorf("output %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestThrottle_KeepsTheAverageRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		rate := throttle{perSecond: 20, start: start}
		var sent int64
		for sent < 100 {
			n := rate.take(t.Context(), sent, 1000)
			sent += n
			if most := int64(time.Since(start).Seconds()*20) + 1; sent > most {
				t.Fatalf("%d records after %v, want at most %d", sent, time.Since(start), most)
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("100 records at 20 a second took %v", took)
		}
		time.Sleep(10 * time.Second) // held up elsewhere: it catches up, as the original does
		if n := rate.take(t.Context(), sent, 1000); n != 200 {
			t.Errorf("%d records after ten seconds, want 200", n)
		}
		if n := rate.take(t.Context(), sent, 0); n != 0 {
			t.Errorf("%d records where none is wanted", n)
		}
	})
}

func TestSources_RefuseWhatIsNoNumber(t *testing.T) {
	good := map[string]string{"id": "3", "topic": "t", "throughput": "1", "num.messages": "1"}
	for _, c := range []struct{ class, key, value, text string }{
		{"VerifiableSource", "id", "x", "Invalid VerifiableSourceTask configuration"},
		{"VerifiableSource", "throughput", "1.5", "Invalid VerifiableSourceTask configuration"},
		{"VerifiableSource", "topic", "", `task 3: no topic to write to: set "topic"`},
		{"SchemaSource", "num.messages", "", "Invalid SchemaSourceTask configuration"},
		{"SchemaSource", "partition.count", "many", "Invalid SchemaSourceTask configuration"},
		{"SchemaSource", "partition.count", "0", `task 3: "partition.count" is 0, want another number`},
		{"SchemaSource", "topic", "", `task 3: no topic to write to: set "topic"`},
	} {
		props := map[string]string{c.key: c.value}
		for k, v := range good {
			if k != c.key {
				props[k] = v
			}
		}
		_, err := startSource(t, c.class, nil, -1, props)
		if err == nil || err.Error() != c.text {
			t.Errorf("%s, %s=%q: %v, want %s", c.class, c.key, c.value, err, c.text)
		}
		if cause := errors.Unwrap(err); strings.HasPrefix(c.text, "Invalid") && (cause == nil || !strings.Contains(cause.Error(), c.key)) {
			t.Errorf("%s, %s=%q: the cause %v does not name the key", c.class, c.key, c.value, cause)
		}
	}
}

func TestSink_SaysWhatItGotAndWhatIsFlushed(t *testing.T) {
	f := output(t)
	task := named(t, "VerifiableSink", f).NewSink().NewTask()
	synctest.Test(t, func(t *testing.T) {
		if err := task.Start(t.Context(), &connectortest.SinkContext{}, map[string]string{"name": "snk", "id": "1"}); err != nil {
			t.Fatal(err)
		}
		pool := mem.Checked(t)
		for _, text := range []string{
			"@topic, @partition, @offset, @key int32, @value int64\na, 0, 7, 3, 11\na, 0, 8, 3, 12\n",
			"@topic, @partition, @offset, @value any\na, 1, 9, {\"x\": 1}\n",
		} {
			b := batchtest.Parse(t, pool, text)
			if err := task.Put(t.Context(), []*batch.Batch{b}); err != nil {
				t.Error(err)
			}
			b.Release()
		}
		time.Sleep(time.Second)
		for _, offsets := range []map[connectors.TopicPartition]int64{{{Topic: "a", Partition: 1}: 10, {Topic: "b"}: 1}, {{Topic: "a"}: 9}, {{Topic: "a"}: 9}} {
			if err := task.(connectors.Flusher).Flush(t.Context(), offsets); err != nil {
				t.Error(err)
			}
		}
		if err := task.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	const want = `{"task":3,"seqno":11,"offset":7,"time_ms":946684800000,"name":"snk","topic":"a","sinkTask":1}
{"task":3,"seqno":12,"offset":8,"time_ms":946684800000,"name":"snk","topic":"a","sinkTask":1}
{"task":null,"seqno":{"x":1},"offset":9,"time_ms":946684800000,"name":"snk","topic":"a","sinkTask":1}
{"task":null,"seqno":{"x":1},"offset":9,"time_ms":946684801000,"name":"snk","topic":"a","sinkTask":1,"flushed":true}
{"task":3,"seqno":11,"offset":7,"time_ms":946684801000,"name":"snk","topic":"a","sinkTask":1,"flushed":true}
{"task":3,"seqno":12,"offset":8,"time_ms":946684801000,"name":"snk","topic":"a","sinkTask":1,"flushed":true}
`
	if got := written(t, f); got != want {
		t.Errorf("output %s\nwant %s", got, want)
	}
}

func TestSchemaSource_TakesTurns(t *testing.T) {
	f := output(t)
	task, err := startSource(t, "SchemaSource", f, 9, map[string]string{
		"name": "s", "id": "3", "topic": "structs", "throughput": "-1", "num.messages": "3", "multiple.schema": "true", "partition.count": "4",
	})
	if err != nil {
		t.Fatal(err)
	}
	var have strings.Builder
	poll(t, task, func(b *batch.Batch) {
		for r := range b.Rows() {
			have.WriteString(string(batch.AppendLiteral(nil, nil, r.SourceOffset())) + " " + r.Key().Str() + " ")
			have.WriteString(string(batch.AppendLiteral(nil, r.ValueSchema(), r.Value())) + "\n")
			if s := r.ValueSchema(); r.Partition() != 3 || s.Name() != "record" || s.Version() != int32(len(s.Fields())-7) {
				t.Errorf("row %d: partition %d, schema %v", r.Index(), r.Partition(), r.ValueSchema())
			}
		}
	})
	const want = `{"seqno": 10} key (true, 12, 12, 12.2, 12.2, 2, 3, 10)
{"seqno": 11} key (true, 12, 12, 12.2, 12.2, 3, def, 3, 11)
{"seqno": 12} key (true, 12, 12, 12.2, 12.2, 0, 3, 12)
`
	if have.String() != want {
		t.Errorf("records\n%swant\n%s", have.String(), want)
	}
	if got, want := written(t, f), "{\"task\": 3, \"seqno\": 10}\n{\"task\": 3, \"seqno\": 11}\n{\"task\": 3, \"seqno\": 12}\n"; got != want {
		t.Errorf("output %s\nwant %s", got, want)
	}
	if batches, err := task.Poll(t.Context()); len(batches) > 0 || err != nil {
		t.Errorf("more than num.messages: %v", err)
	}
}
