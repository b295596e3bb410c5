package engine_test

import (
	"testing"

	"github.com/millrace/millrace/connectors"
)

// source returns the config of connector s.
func source(more ...string) map[string]string {
	return pairs(append([]string{"name=s", "connector.class=FakeSource"}, more...)...)
}

func TestSourceTask_RecordsReachTheTopicAndOffsetsFollow(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 100, some: 7} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	b.await("s", 0, connectors.Running)

	got := b.consume("t", 100)
	if string(got[99].Value) != "v100" || string(got[99].Key) != "k100" {
		t.Errorf("last record is %s=%s", got[99].Key, got[99].Value)
	}
	b.until("offset 100 is stored", func() bool { return b.offsets.at() == 100 })
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)
	if u := b.topics.String(); u != "s-0 t" {
		t.Errorf("topic tracker was told %q", u)
	}
}

func TestSourceTask_ResumesAfterItsOffset(t *testing.T) {
	last := int64(3)
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: last} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	b.consume("t", 3)
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)

	last = 5
	b.startTask("s", source())
	if got := values(b.consume("t", 5)); got != "v1 v2 v3 v4 v5" {
		t.Errorf("topic holds %s", got)
	}
	b.stopTask("s")
}
