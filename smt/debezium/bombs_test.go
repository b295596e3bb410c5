package debezium

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

// bombPattern backtracks without end on a long text of the letter a.
const bombPattern = `(?:b|abab|(a+)+\1(a+)+\2c)`

// rowsOf is change events whose rows have the given fields, all of them texts.
func rowsOf(t *testing.T, topics []string, fields map[string][]string) *batch.Batch {
	t.Helper()
	row := batch.NewSchema(batch.KindStruct).Optional(true)
	for name := range fields {
		row.Field(name, batch.Of(batch.KindString, true))
	}
	rowSchema := row.Build()
	envelope := batch.NewSchema(batch.KindStruct).Name("t.Envelope").
		Field("before", rowSchema).Field("after", rowSchema).
		Field("op", batch.Of(batch.KindString, false)).Field("ts_ms", batch.Of(batch.KindInt64, true)).Build()
	var records []smt.Record
	for i, topic := range topics {
		after := batch.NewStructValue(rowSchema)
		for name, texts := range fields {
			after.Fields[rowSchema.Field(name).Index] = batch.StringValue(texts[i])
		}
		event := batch.NewStructValue(envelope)
		event.Fields = []batch.Value{batch.Null(), batch.StructValueOf(after), batch.StringValue("c"), batch.Int64Value(1)}
		records = append(records, smt.Record{Topic: topic, Partition: 0, Timestamp: 0, ValueSchema: envelope, Value: batch.StructValueOf(event)})
	}
	return batchOf(t, batch.NewPool(mem.Checked(t)), records)
}

// applied runs tr over b, which it releases, and returns the topic or the error of each row, and how many bytes that allocated.
func applied(t *testing.T, tr smt.Transform, b *batch.Batch) (outcome []string, used uint64) {
	t.Helper()
	outcome = make([]string, b.Len())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	more, err := tr.Apply(b)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range append(more, b) {
		if err := x.Check(); err != nil {
			t.Error(err)
		}
		for r := range x.Rows() {
			outcome[r.Index()] = r.Topic()
		}
		for _, e := range x.Status.Errors() {
			outcome[e.Row] = "! " + errorText(e.Err)
		}
	}
	release(append(more, b))
	return outcome, after.TotalAlloc - before.TotalAlloc
}

// agreeWith compares outcomes with the wanted: "! …" is an error that has that text somewhere.
func agreeWith(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i, w := range want {
		part, isError := strings.CutPrefix(w, "! ")
		if isError != strings.HasPrefix(got[i], "! ") || !isError && got[i] != w || !strings.Contains(got[i], part) {
			t.Errorf("row %d: %.300s, want %s", i, got[i], w)
		}
	}
}

// A pattern that backtracks without end fails the rows that it is tried on; the others go where they should.
func TestTransforms_RegexBombFailsItsRowsAlone(t *testing.T) {
	bomb := strings.Repeat("a", 60)
	topics := []string{"b", bomb, "abab", bomb, "b"}
	const endless = "! did not come to an end"
	for _, c := range []struct {
		class string
		props map[string]string
		want  []string
	}{
		{"ByLogicalTableRouter", map[string]string{"topic.regex": bombPattern, "topic.replacement": "x-$0"}, []string{"x-b", endless, "x-abab", endless, "x-b"}},
		{"Filter", map[string]string{"topic.regex": bombPattern, "language": "jsr223.groovy", "condition": "true"}, []string{"b", endless, "abab", endless, "b"}},
		{"ContentBasedRouter", map[string]string{"language": "jsr223.groovy", "topic.expression": `value.after.name.matches('` + strings.ReplaceAll(bombPattern, `\`, `\\`) + `') ? 'yes' : 'no'`},
			[]string{"yes", endless, "yes", endless, "yes"}},
		{"outbox.EventRouter", map[string]string{"table.field.event.id": "name", "table.field.event.key": "name", "table.field.event.payload": "name", "route.by.field": "name", "route.topic.regex": bombPattern, "route.topic.replacement": "x-$0"},
			[]string{"x-b", endless, "x-abab", endless, "x-b"}},
	} {
		t.Run(c.class, func(t *testing.T) {
			got, _ := applied(t, made(t, c.class, c.props), rowsOf(t, topics, map[string][]string{"name": topics}))
			agreeWith(t, got, c.want...)
		})
	}
}

// Topics are tried once a batch where they fail, and once where they do not.
func TestRoutes(t *testing.T) {
	var r routes
	asked := 0
	ask := func(topic string) route {
		asked++
		if topic == "bad" {
			return route{err: errors.New("no end")}
		}
		return route{name: "to-" + topic, ok: true}
	}
	long := strings.Repeat("a", routeNameMax+1)
	for range 3 {
		r.nextBatch()
		for range 10 {
			if r.of("bad", ask).err == nil || r.of("good", ask).name != "to-good" {
				t.Fatal("another answer the second time")
			}
		}
		r.of(long, ask)
	}
	if asked != 3+1+3 {
		t.Errorf("asked %d times", asked)
	}
	for i := range 3 * routesMax {
		r.of(fmt.Sprint(i), ask)
		if len(r.known) > routesMax {
			t.Fatalf("%d answers are kept", len(r.known))
		}
	}
}

// An expression makes no text beyond its limit, however often it joins one to itself.
func TestScripted_TextsAreBounded(t *testing.T) {
	sum := "value.after.name" + strings.Repeat("+value.after.name", 200)
	big := strings.Repeat("a", 33<<20)
	for _, e := range []string{sum + "==''", strings.ReplaceAll("(X+X)+(X+X)==''", "X", "(value.after.name+value.after.name)"), "value.after.name" + strings.Repeat(".concat(value.after.name)", 200) + ".length==0"} {
		tr := made(t, "Filter", map[string]string{"language": "jsr223.groovy", "condition": "!(" + e + ")"})
		got, used := applied(t, tr, rowsOf(t, []string{"a", "b", "c"}, map[string][]string{"name": {"x", big, "y"}}))
		agreeWith(t, got, "a", "! a text of more than 67108864 bytes", "c")
		if used > 512<<20 {
			t.Errorf("%.60s: %d bytes allocated", e, used)
		}
	}
}

// Values of 10 MB are moved, routed and expanded in memory that is a small multiple of them.
func TestTransforms_TenMegabytes(t *testing.T) {
	text := strings.Repeat("a", 10<<20)
	list := `{"a":[` + strings.Repeat("1234567890123,", 750_000) + `1]}`
	deep := strings.Repeat(`{"a":[`, 200_000)
	for _, c := range []struct{ class, props string }{
		{"ExtractNewRecordState", "add.headers=op add.fields=op"},
		{"ByLogicalTableRouter", "topic.regex=(.*) topic.replacement=x"},
		{"Filter", "language=jsr223.groovy condition=value.after.payload!='a'"},
		{"outbox.EventRouter", "route.by.field=name table.field.event.key=id"},
		{"outbox.EventRouter", "route.by.field=name table.field.event.key=id table.expand.json.payload=true"},
		{"outbox.EventRouter", "route.by.field=name table.field.event.key=id table.fields.additional.placement=payload:envelope:copy"},
	} {
		b := rowsOf(t, []string{"t", "t", "t", "t"}, map[string][]string{
			"id": {"1", "2", "3", "4"}, "name": {"a", "b", "c", "d"}, "payload": {text, list, deep, `{"a":1}`},
		})
		got, used := applied(t, made(t, c.class, propsOf(c.props)), b)
		for i, g := range got {
			if strings.HasPrefix(g, "! ") || g == "" {
				t.Errorf("%s %s: row %d is %.200q", c.class, c.props, i, g)
			}
		}
		if used > 512<<20 {
			t.Errorf("%s %s: %d bytes allocated", c.class, c.props, used)
		}
	}
}

// Rows of 5,000 fields cost memory by their fields, with and without what is worked out once for a schema.
func TestTransforms_FiveThousandFields(t *testing.T) {
	fields := map[string][]string{}
	for i := range 5000 {
		fields[fmt.Sprintf("field_%04d", i)] = []string{"a", "b", "c"}
	}
	for _, name := range []string{"id", "name", "other", "payload"} {
		fields[name] = []string{"x", "y", "z"}
	}
	for _, c := range twinConfigs {
		tr := made(t, c.class, propsOf(c.props))
		b := rowsOf(t, []string{"t", "t", "u"}, fields)
		for range 2 {
			if _, used := applied(t, tr, b.Fork(nil)); used > 64<<20 {
				t.Errorf("%s %s: %d bytes allocated", c.class, c.props, used)
			}
		}
		b.Release()
	}
}
