package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
)

// content returns the records of a topic by partition, then offset, as "key value".
func content(t *testing.T, c *kfake.Cluster, topic string, records int) []string {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	must(t, err)
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var found []*kgo.Record
	for len(found) < records && ctx.Err() == nil {
		found = append(found, cl.PollFetches(ctx).Records()...)
	}
	slices.SortStableFunc(found, func(a, b *kgo.Record) int { return int(a.Partition - b.Partition) })
	out := []string{}
	for _, r := range found {
		value := "null"
		if r.Value != nil {
			value = string(r.Value)
		}
		out = append(out, fmt.Sprintf("%d %s %s", r.Partition, r.Key, value))
	}
	return out
}

func offsetMap(t *testing.T, text string) connectors.OffsetMap {
	t.Helper()
	v, err := connectors.ParseOffsetMap([]byte(text))
	must(t, err)
	return v
}

// pair is an offset in a partition.
func pair(t *testing.T, partition, position string) connectors.PartitionOffset {
	return connectors.PartitionOffset{Partition: offsetMap(t, partition), Offset: offsetMap(t, position)}
}

// getter is a store of offsets that is read.
type getter interface {
	Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error)
}

// wantOffset checks what a store finds; "" is nothing.
func wantOffset(t *testing.T, s getter, partition, want string) {
	t.Helper()
	got, err := s.Get(t.Context(), "c", []connectors.OffsetMap{offsetMap(t, partition)})
	must(t, err)
	text := ""
	if !got[0].IsNull() {
		b, err := connectors.AppendOffsetMap(nil, got[0])
		must(t, err)
		text = string(b)
	}
	if text != want {
		t.Errorf("%s: %q, want %q", partition, text, want)
	}
}

func TestOffsetTopic_KeepsTheBytesOfKeys(t *testing.T) {
	c := startBroker(t)
	s := openOffsets(t, workerProps(c))
	// A connector whose map is in another order than a HashMap's, as Debezium's are.
	produce(t, c, "offsets", `["c",{"server":"s","db":"d"}]`, []byte(`{"lsn":1}`))
	wantOffset(t, s, `{"db":"d","server":"s"}`, `{"lsn":1}`)
	must(t, s.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"db":"d","server":"s"}`, `{"lsn":2}`), pair(t, `{"new":1}`, `{"lsn":3}`)}))
	wantOffset(t, s, `{"db":"d","server":"s"}`, `{"lsn":2}`)
	must(t, s.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"db":"d","server":"s"}`, `null`)}))
	wantOffset(t, s, `{"db":"d","server":"s"}`, "")
	got := content(t, c, "offsets", 4)
	slices.Sort(got)
	for i, want := range []string{`["c",{"new":1}] {"lsn":3}`, `["c",{"server":"s","db":"d"}] null`, `["c",{"server":"s","db":"d"}] {"lsn":1}`, `["c",{"server":"s","db":"d"}] {"lsn":2}`} {
		found := slices.ContainsFunc(got, func(r string) bool { return r[2:] == want })
		if !found || len(got) != 4 {
			t.Errorf("%d: %s is not in %q", i, want, got)
		}
	}
	list, err := s.All(t.Context(), "c")
	must(t, err)
	if len(list) != 1 {
		t.Fatal(list)
	}
	// A restarted worker finds the same.
	again := openOffsets(t, workerProps(c))
	wantOffset(t, again, `{"new":1}`, `{"lsn":3}`)
	wantOffset(t, again, `{"db":"d","server":"s"}`, "")
	if parts, err := again.Partitions(t.Context(), "c"); err != nil || len(parts) != 1 {
		t.Fatal(parts, err)
	}
}

func TestOffsetTopic_SeesWhatOthersWrote(t *testing.T) {
	c := startBroker(t)
	a, b := openOffsets(t, workerProps(c)), openOffsets(t, workerProps(c))
	for n := range 50 {
		writer, reader := a, b
		if n%2 == 1 {
			writer, reader = b, a
		}
		must(t, writer.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"p":1}`, fmt.Sprintf(`{"n":%d}`, n))}))
		wantOffset(t, reader, `{"p":1}`, fmt.Sprintf(`{"n":%d}`, n))
	}
}

func TestOffsetTopic_OfSeveralSpellingsTheNewestCounts(t *testing.T) {
	table := newTopicOffsets()
	apply := func(key, value string, at int64) {
		t.Helper()
		must(t, table.apply(Record{Key: []byte(key), Value: []byte(value), Timestamp: time.UnixMilli(at)}))
	}
	apply(`["c",{"a":1,"b":2}]`, `{"p":1}`, 10)
	apply(`["c",{"b":2,"a":1}]`, `{"p":2}`, 20)
	want := func(text string) {
		t.Helper()
		got, err := table.get("c", offsetMap(t, `{"a":1,"b":2}`))
		must(t, err)
		if !got.Equal(offsetMap(t, text)) {
			t.Fatal(got, text)
		}
		if text == "null" {
			return
		}
		if list := table.partitions("c"); len(list) != 1 {
			t.Fatal(len(list))
		}
	}
	want(`{"p":2}`)
	apply(`["c",{"a":1,"b":2}]`, `{"p":3}`, 30)
	want(`{"p":3}`)
	list, err := changes("c", []connectors.PartitionOffset{pair(t, `{"a":1,"b":2}`, `{"p":4}`)})
	must(t, err)
	records := table.records(list)
	if len(records) != 2 {
		t.Fatal(records)
	}
	for _, r := range records {
		r.Timestamp = time.UnixMilli(40)
		must(t, table.apply(r))
	}
	want(`{"p":4}`)
	for _, r := range records {
		must(t, table.apply(Record{Key: r.Key}))
	}
	want("null")
	if len(table.keys)+len(table.places)+len(table.connectors) != 0 {
		t.Fatalf("%+v", table)
	}
}

func TestOffsetTopic_PassesOverWhatIsNoKey(t *testing.T) {
	table := newTopicOffsets()
	for _, key := range []string{"", "x", "[]", `["c"]`, `[1,{}]`, `["c",[]]`, `["c",{"a":{}}]`, `["c",{},1]`} {
		if err := table.apply(Record{Key: []byte(key), Value: []byte("{}")}); err == nil {
			t.Errorf("%q is taken", key)
		}
		must(t, table.apply(Record{Key: []byte(key)}))
	}
	if len(table.keys)+len(table.places)+len(table.connectors) != 0 {
		t.Fatalf("%+v", table)
	}
}

// own opens the store of a connector with a topic of its own.
func own(t *testing.T, c *kfake.Cluster, worker *OffsetTopic, topic string) *ConnectorOffsets {
	t.Helper()
	client := func(id string) map[string]string {
		return map[string]string{"bootstrap.servers": c.ListenAddrs()[0], "client.id": id, "fetch.max.wait.ms": "50"}
	}
	s, err := worker.ForConnector(OwnTopic{Name: topic, Producer: client("p"), Consumer: client("c"), Admin: client("a")}, testOptions(t, workerProps(c)))
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	must(t, s.Start(t.Context()))
	return s
}

func TestConnectorOffsets_OwnBeforeTheWorkers(t *testing.T) {
	c := startBroker(t)
	worker := openOffsets(t, workerProps(c, "offset.storage.partitions", "1"))
	must(t, worker.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"p":1}`, `{"n":1}`), pair(t, `{"p":2}`, `{"n":2}`)}))
	s := own(t, c, worker, "mine")
	wantOffset(t, s, `{"p":1}`, `{"n":1}`)
	must(t, s.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"p":1}`, `{"n":10}`)}))
	wantOffset(t, s, `{"p":1}`, `{"n":10}`)
	eventually(t, "the worker's topic gets it too", func() bool {
		got, err := worker.Get(t.Context(), "c", []connectors.OffsetMap{offsetMap(t, `{"p":1}`)})
		return err == nil && got[0].Equal(offsetMap(t, `{"n":10}`))
	})
	list, err := s.All(t.Context(), "c")
	must(t, err)
	if len(list) != 2 || !list[0].Offset.Equal(offsetMap(t, `{"n":10}`)) || !list[1].Offset.Equal(offsetMap(t, `{"n":2}`)) {
		t.Fatal(list)
	}
	// What is removed does not come back from the worker's topic.
	must(t, s.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"p":1}`, `null`), pair(t, `{"p":2}`, `null`)}))
	wantOffset(t, s, `{"p":1}`, "")
	wantOffset(t, s, `{"p":2}`, "")
	if *c.TopicInfo("mine").Configs["cleanup.policy"] != "compact" {
		t.Fatal(c.TopicInfo("mine"))
	}
}

func TestConnectorOffsets_TheWorkersTopicByItsName(t *testing.T) {
	c := startBroker(t)
	worker := openOffsets(t, workerProps(c))
	s := own(t, c, worker, "offsets")
	must(t, s.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"p":1}`, `{"n":1}`)}))
	wantOffset(t, worker, `{"p":1}`, `{"n":1}`)
	if got := content(t, c, "offsets", 1); len(got) != 1 {
		t.Fatal(got)
	}
	must(t, s.Set(t.Context(), "c", []connectors.PartitionOffset{pair(t, `{"p":1}`, `null`)}))
	wantOffset(t, worker, `{"p":1}`, "")
}
