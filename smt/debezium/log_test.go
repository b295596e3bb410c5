package debezium

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/smt"
)

// lineLog is a logger whose lines are "LEVEL text topic=..." in the buffer.
func lineLog() (*bytes.Buffer, *slog.Logger) {
	var out bytes.Buffer
	return &out, slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// told runs records through a new transform, all at once, and returns what the log was told.
func told(t *testing.T, class, records string, props map[string]string) string {
	t.Helper()
	c, err := smt.NewSet(Classes()...).Find(classPrefix + class)
	if err != nil {
		t.Fatal(err)
	}
	out, log := lineLog()
	tr, err := c.New(props, smt.Context{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	pool := batch.NewPool(mem.Checked(t))
	for _, line := range lines(t, "testdata/records/"+records+".jsonl") {
		n, err := tagged.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		r := readRecord(t, n)
		b := batchOf(t, pool, []smt.Record{r, r, r})
		more, err := tr.Apply(b)
		if err != nil {
			t.Fatal(err)
		}
		release(append(more, b))
	}
	return out.String()
}

// The original writes one line for each such record; here the first of them is written, with its topic.
func TestEventRouter_TellsOfUpdates(t *testing.T) {
	for behavior, want := range map[string]string{
		"warn":  "level=WARN msg=\"updates of the outbox table dropped",
		"error": "level=ERROR msg=\"updates of the outbox table dropped",
	} {
		got := told(t, "outbox.EventRouter", "outbox", map[string]string{"table.op.invalid.behavior": behavior})
		if !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 || !strings.Contains(got, "topic=") || !strings.Contains(got, "records=1") {
			t.Errorf("%s: %s", behavior, got)
		}
	}
	if got := told(t, "outbox.EventRouter", "outbox", map[string]string{"table.op.invalid.behavior": "fatal"}); got != "" {
		t.Errorf("an error is no line: %s", got)
	}
}

func TestEventRouter_TellsOfPayloadsThatStayText(t *testing.T) {
	got := told(t, "outbox.EventRouter", "outbox", map[string]string{"table.expand.json.payload": "true"})
	for _, want := range []string{"level=WARN msg=\"payload is not JSON that can be expanded", "level=WARN msg=\"payload is no text"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("want one %s in\n%s", want, got)
		}
	}
}

func TestByLogicalTableRouter_TellsOfTopicsWithoutName(t *testing.T) {
	got := told(t, "ByLogicalTableRouter", "logical", map[string]string{"topic.regex": "(.*)()", "topic.replacement": "$2"})
	if !strings.HasPrefix(got, "level=WARN msg=\"topic.replacement makes no topic name") || strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
}

func TestExtractNewRecordState_TellsOfOldKeys(t *testing.T) {
	got := told(t, "ExtractNewRecordState", "changes", map[string]string{"drop.tombstones": "false", "delete.handling.mode": "rewrite"})
	for _, key := range []string{"drop.tombstones", "delete.handling.mode"} {
		if !strings.Contains(got, "level=WARN msg=\"old config key: releases since 3.2 have another\" key="+key+" instead=delete.tombstone.handling.mode obeyed=true\n") {
			t.Errorf("no line about %s in\n%s", key, got)
		}
	}
}
