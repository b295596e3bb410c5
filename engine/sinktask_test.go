package engine_test

import (
	"testing"

	"github.com/millrace/millrace/connectors"
)

// sink returns the config of connector k, which reads topic t.
func sink(more ...string) map[string]string {
	return pairs(append([]string{"name=k", "connector.class=FakeSink", "topics=t"}, more...)...)
}

func TestSinkTask_PutsRecordsAndCommitsTheirOffsets(t *testing.T) {
	c := &collector{}
	b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}), map[string]int32{"t": 1})
	b.produce("t", "a", "b", "c")
	b.startTask("k", sink())
	b.await("k", 0, connectors.Running)
	b.until("three rows", func() bool { return c.has() == 3 })
	if c.String() != "a b c" {
		t.Errorf("rows are %s", c)
	}
	b.until("offset 3 is committed", func() bool { return b.committed("connect-k", "t", 0) == 3 })
	b.stopTask("k")
	b.await("k", 0, connectors.Unassigned)
	if u := b.topics.String(); u != "k-0 t" {
		t.Errorf("topic tracker was told %q", u)
	}
}
