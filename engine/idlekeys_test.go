package engine_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
)

func TestClientSettings_WithoutEffectAreNamedInTheLog(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 1} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1}, "producer.max.block.ms=5", "producer.acks=all")
	b.startTask("s", source("producer.override.metrics.num.samples=3", "producer.override.liner.ms=3", "producer.override.linger.ms=3"))
	b.await("s", 0, connectors.Running)
	b.stopTask("s")
	for _, want := range []string{
		`msg="settings of the client change nothing here" connector=s task=0 client=producer keys="[max.block.ms metrics.num.samples]"`,
		`msg="settings of the client are not known" connector=s task=0 client=producer keys=[liner.ms]`,
	} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("not in the log: %s", want)
		}
	}
}

func TestClientSettings_OfASink(t *testing.T) {
	b := sinkBench(t, &collector{}, 1, nil, "consumer.override.auto.commit.interval.ms=7", "consumer.override.fetch.min.bytes=1")
	b.await("k", 0, connectors.Running)
	b.stopTask("k")
	const want = `msg="settings of the client change nothing here" connector=k task=0 client=consumer keys=[auto.commit.interval.ms]`
	if log := b.log.String(); !strings.Contains(log, want) || strings.Count(log, "settings of the client") != 1 {
		t.Errorf("not in the log, or not alone: %s", want)
	}
}
