package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/plugin"
)

// altering is a sink or source whose plugin is told of offsets.
type altering struct {
	fakeSinkConnector
	told    *[]string
	handled bool
	err     error
}

func (a altering) AlterOffsets(_ context.Context, props map[string]string, o map[connectors.TopicPartition]int64) (bool, error) {
	*a.told = append(*a.told, props["name"]+" "+fmt.Sprint(o))
	return a.handled, a.err
}

type alteringSource struct {
	fakeSourceConnector
	told *[]string
	err  error
}

func (a alteringSource) AlterOffsets(_ context.Context, _ map[string]string, o []connectors.PartitionOffset) (bool, error) {
	for _, p := range o {
		*a.told = append(*a.told, string(batch.AppendLiteral(nil, nil, p.Partition))+" "+string(batch.AppendLiteral(nil, nil, p.Offset)))
	}
	return true, a.err
}

func alterSink(told *[]string, handled bool, err error) plugin.Set {
	return plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSinkConnector", TaskClass: "test.FakeSinkTask", Def: config.NewDef(),
		NewSink: func() connectors.SinkConnector {
			return altering{fakeSinkConnector{&fakeConnector{sink: func() connectors.SinkTask { return &collector{} }}}, told, handled, err}
		},
	})}
}

func TestSinkOffsets_AreReadAlteredAndReset(t *testing.T) {
	var told []string
	b := newBench(t, alterSink(&told, true, nil), map[string]int32{"t": 2})
	tp := func(p int32) connectors.TopicPartition { return connectors.TopicPartition{Topic: "t", Partition: p} }
	props := sink()
	check := func(want map[connectors.TopicPartition]int64) {
		t.Helper()
		got, err := b.worker.SinkOffsets(t.Context(), "k", props)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("offsets are %v, %v, want %v", got, err, want)
		}
	}
	check(map[connectors.TopicPartition]int64{})
	handled, err := b.worker.AlterSinkOffsets(t.Context(), "k", props, map[connectors.TopicPartition]*int64{tp(0): ptr(int64(5)), tp(1): ptr(int64(7))})
	if err != nil || !handled {
		t.Fatal(handled, err)
	}
	check(map[connectors.TopicPartition]int64{tp(0): 5, tp(1): 7})
	if _, err := b.worker.AlterSinkOffsets(t.Context(), "k", props, map[connectors.TopicPartition]*int64{tp(1): nil}); err != nil {
		t.Fatal(err)
	}
	check(map[connectors.TopicPartition]int64{tp(0): 5})
	for range 2 { // the second time there is no group
		if _, err := b.worker.ResetSinkOffsets(t.Context(), "k", props); err != nil {
			t.Fatal(err)
		}
		check(map[connectors.TopicPartition]int64{})
	}
	want := "[k map[{t 0}:5 {t 1}:7] k map[{t 1}:-1] k map[{t 0}:-1] k map[]]"
	if fmt.Sprint(told) != want {
		t.Errorf("the plugin was told %v, want %s", told, want)
	}
}

func TestSinkOffsets_OfTheGroupThatTheConnectorNames(t *testing.T) {
	var told []string
	b := newBench(t, alterSink(&told, false, nil), map[string]int32{"t": 1})
	props := sink("consumer.override.group.id=mine")
	handled, err := b.worker.AlterSinkOffsets(t.Context(), "k", props, map[connectors.TopicPartition]*int64{{Topic: "t"}: ptr(int64(3))})
	if err != nil || handled {
		t.Fatal(handled, err)
	}
	if o := b.committed("mine", "t", 0); o != 3 {
		t.Errorf("offset is %d", o)
	}
}

func TestSinkOffsets_AreRefusedWhileTasksRun(t *testing.T) {
	var told []string
	b := newBench(t, alterSink(&told, true, nil), map[string]int32{"t": 1})
	b.produce("t", "a")
	b.startTask("k", sink())
	b.until("offset 1 is committed", func() bool { return b.committed("connect-k", "t", 0) == 1 })
	const rest = " either because its tasks haven't stopped completely yet or the connector was resumed before the request to %s its offsets could be " +
		"successfully completed. If the connector is in a stopped state, this operation can be safely retried. If it doesn't eventually succeed, the " +
		"Connect cluster may need to be restarted to get rid of the zombie sink tasks."
	_, err := b.worker.AlterSinkOffsets(t.Context(), "k", sink(), map[connectors.TopicPartition]*int64{{Topic: "t"}: ptr(int64(0))})
	if want := "Failed to alter consumer group offsets for connector k" + fmt.Sprintf(rest, "alter"); err == nil || err.Error() != want {
		t.Errorf("error is %v", err)
	}
	_, err = b.worker.ResetSinkOffsets(t.Context(), "k", sink())
	if want := "Failed to reset consumer group offsets for connector k" + fmt.Sprintf(rest, "reset"); err == nil || err.Error() != want {
		t.Errorf("error is %v", err)
	}
	b.stopTask("k")
}

func TestSinkOffsets_ThePluginMayRefuse(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("no"), "no"},
		{&connectors.Error{Class: "java.lang.IllegalArgumentException", Text: "no"}, "Failed to modify offsets for sink connector k"},
		{&connectors.Error{Class: "java.lang.UnsupportedOperationException", Text: "no"},
			"Failed to modify offsets for connector k because it doesn't support external modification of offsets"},
	} {
		var told []string
		b := newBench(t, alterSink(&told, true, c.err), map[string]int32{"t": 1})
		_, err := b.worker.AlterSinkOffsets(t.Context(), "k", sink(), map[connectors.TopicPartition]*int64{{Topic: "t"}: ptr(int64(1))})
		if err == nil || err.Error() != c.want {
			t.Errorf("error is %v, want %s", err, c.want)
		}
		if o := b.committed("connect-k", "t", 0); o != -1 {
			t.Errorf("offset %d was committed", o)
		}
	}
}

func TestAlterSourceOffsets_AsksThePluginWithNumbersAsTheyReadBack(t *testing.T) {
	var told []string
	set := plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSourceConnector", TaskClass: "test.FakeSourceTask", Def: config.NewDef(),
		NewSource: func() connectors.SourceConnector {
			return alteringSource{fakeSourceConnector{&fakeConnector{}}, &told, nil}
		},
	})}
	b := newBench(t, set, nil)
	handled, err := b.worker.AlterSourceOffsets(t.Context(), "s", source(), []connectors.PartitionOffset{
		{Partition: object("p", batch.Int32Value(1)), Offset: object("n", batch.Float32Value(1.5))},
		{Partition: object("p", batch.Int32Value(2))},
	})
	if err != nil || !handled {
		t.Fatal(handled, err)
	}
	want := "[" + string(batch.AppendLiteral(nil, nil, object("p", batch.Int64Value(1)))) + " " + string(batch.AppendLiteral(nil, nil, object("n", batch.Float64Value(1.5)))) +
		" " + string(batch.AppendLiteral(nil, nil, object("p", batch.Int64Value(2)))) + " " + string(batch.AppendLiteral(nil, nil, batch.Null())) + "]"
	if fmt.Sprint(told) != want {
		t.Errorf("the plugin was told %v, want %s", told, want)
	}
	_, err = b.worker.AlterSourceOffsets(t.Context(), "s", source(), []connectors.PartitionOffset{{Partition: object("p", batch.ArrayValue(nil))}})
	if err == nil || !strings.HasPrefix(err.Error(), "Offsets may only contain primitive types as values, but field p contains ARRAY") {
		t.Errorf("error is %v", err)
	}
}
