package debezium

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// twinConfigs are what the two forms of each class are compared with.
var twinConfigs = []struct{ class, props string }{
	{"ExtractNewRecordState", ""},
	{"ExtractNewRecordState", "add.fields=op,table,source.ts_ms,id,snapshot add.headers=op,table,transaction.id:tx"},
	{"ExtractNewRecordState", "delete.tombstone.handling.mode=drop add.headers=op route.by.field=name"},
	{"ExtractNewRecordState", "delete.tombstone.handling.mode=rewrite route.by.field=name add.fields=op,id"},
	{"ExtractNewRecordState", "delete.tombstone.handling.mode=rewrite-with-tombstone add.headers=op replace.null.with.default=false"},
	{"ExtractNewRecordState", "delete.tombstone.handling.mode=delete-to-tombstone route.by.field=other add.fields=ts_ms"},
	{"ExtractNewRecordState", "delete.handling.mode=none drop.tombstones=false add.headers=op"},
	{"ExtractNewRecordState", "delete.handling.mode=rewrite route.by.field=other"},
	{"ExtractNewRecordState", "add.headers=tags add.fields=zz.x"},
	{"outbox.EventRouter", "table.field.event.key=other route.by.field=name"},
	{"outbox.EventRouter", "table.field.event.key=id route.by.field=name table.op.invalid.behavior=fatal route.topic.regex=[a-m](.*) route.topic.replacement=x$1 route.tombstone.on.empty.payload=true"},
	{"outbox.EventRouter", "table.field.event.key=id route.by.field=other table.field.event.timestamp=at table.fields.additional.placement=other:header,name:header:n,version:partition,gone:header table.field.additional.missing=ignore"},
	{"outbox.EventRouter", "table.field.event.key=id route.by.field=other table.fields.additional.placement=other:envelope,name:envelope:n,name:header route.tombstone.on.empty.payload=true"},
	{"ByLogicalTableRouter", "topic.regex=.* topic.replacement=all"},
	{"Filter", "language=jsr223.groovy condition=value.op!='d'&&value.after.name!=null"},
	{"Filter", "language=jsr223.graal.js condition=value?.before?.other=='else'||key!=null null.handling.mode=evaluate topic.regex=[^x]*"},
	{"ContentBasedRouter", "language=jsr223.groovy topic.expression=value.op=='u'?'updates':value.after?.name null.handling.mode=drop"},
	{"ByLogicalTableRouter", "topic.regex=(.*)[a-m] topic.replacement=$1 key.field.regex=.(.*) key.field.replacement=$1 schema.name.adjustment.mode=avro logical.table.cache.size=0"},
	{"ByLogicalTableRouter", "topic.regex=([a-m].*) topic.replacement=x$1 key.enforce.uniqueness=false"},
	{"ByLogicalTableRouter", "topic.regex=.* topic.replacement=all key.field.name=id"},
	{"outbox.EventRouter", "table.field.event.key=id route.by.field=other table.fields.additional.placement=name:envelope table.expand.json.payload=true"},
}

// randomEnvelope returns a schema of change events whose rows have random fields beside those that the
// configurations name.
func randomEnvelope(r *batchtest.Random) *batch.Schema {
	text, number := func(optional bool) *batch.Schema { return batch.Of(batch.KindString, optional) }, batch.Of(batch.KindInt64, true)
	row := batch.From(r.Struct()).Optional(true).Default(batch.Null()).
		Field("name", text(r.IntN(2) == 0)).
		Field("other", batch.From(text(true)).Default(batch.StringValue("else")).Build()).
		Field("payload", batch.Of([]batch.Kind{batch.KindString, batch.KindBytes, batch.KindString}[r.IntN(3)], r.IntN(2) == 0)).
		Field("id", text(false)).
		Field("at", batch.NewSchema(batch.KindInt64).Optional(true).Name("io.debezium.time.MicroTimestamp").Build()).
		Field("version", batch.Of(batch.KindInt32, r.IntN(4) == 0)).
		Build()
	source := batch.NewSchema(batch.KindStruct).Optional(r.IntN(2) == 0).
		Field("connector", text(true)).Field("table", text(false)).
		Field("tags", batch.NewSchema(batch.KindArray).Elem(text(true)).Build()).
		Field("snapshot", batch.From(text(true)).Default(batch.StringValue("false")).Build()).
		Field("ts_ms", number).Build()
	tx := batch.NewSchema(batch.KindStruct).Optional(true).Field("id", text(false)).Build()
	env := batch.NewSchema(batch.KindStruct).Name("db.t.Envelope").Optional(r.IntN(2) == 0).
		Field("before", row).Field("after", row).Field("source", source)
	if r.IntN(8) > 0 {
		env.Field("transaction", tx)
	}
	return env.Field("op", text(false)).Field("ts_ms", number).Build()
}

// events returns a batch whose values are change events, as a rule.
func events(t testing.TB, r *batchtest.Random, rows int) *batch.Batch {
	b := r.Batch(mem.Checked(t), rows)
	if r.IntN(8) > 0 {
		b.Value, _, _ = r.Column(b, randomEnvelope(r), b.Len())
		withOps(r, b)
	}
	if r.IntN(3) > 0 {
		key := batch.NewSchema(batch.KindStruct).Name("db.t.Key").Optional(r.IntN(2) == 0).
			Field("id", batch.Of(batch.KindInt64, r.IntN(2) == 0)).Field("part", batch.Of(batch.KindString, true)).Build()
		b.Key, _, _ = r.Column(b, key, b.Len())
	}
	return b
}

// withOps gives most rows of plain structs an operation that there is.
func withOps(r *batchtest.Random, b *batch.Batch) {
	c := b.Value
	if c.Form() != batch.FormPlain {
		return
	}
	at := c.Schema().Field("op").Index
	ops := batch.NewColumnBuilder(batch.Of(batch.KindString, false), false)
	for range b.Len() {
		if err := ops.Append(batch.StringValue([]string{"c", "c", "r", "u", "d", "t"}[r.IntN(6)])); err != nil {
			panic(err)
		}
	}
	children := append([]*batch.Column(nil), c.Children...)
	children[at] = ops.Finish(b)
	out := b.NewStruct(c.Schema(), b.Len(), children)
	out.Valid, out.NoSchema = c.Valid, c.NoSchema
	b.Value = out
}

func TestColumns_AgreeWithTheirTwins(t *testing.T) {
	for _, c := range twinConfigs {
		t.Run(c.class+" "+c.props, func(t *testing.T) {
			inColumns := 0
			for seed := range uint64(200) {
				tr := made(t, c.class, propsOf(c.props))
				if agree(t, tr, events(t, batchtest.NewRandom(seed), 24), seed) {
					inColumns++
				}
			}
			if inColumns < 50 && !strings.Contains(c.props, "json") {
				t.Errorf("columnar in %d of 200 batches", inColumns)
			}
		})
	}
}

// agree compares the forms of tr on b, which it releases, and reports whether there was a columnar one.
func agree(t *testing.T, tr *columnar.Transform, b *batch.Batch, seed uint64) bool {
	t.Helper()
	if b.Live() == 0 { // comes to neither
		b.Release()
		return false
	}
	plain := b.Fork(b.Sel)
	for _, e := range b.Status.Errors() {
		plain.Status.Fail(e.Row, b.Len(), e.Err)
	}
	before := b.String()
	more, done := tr.Columns(b)
	defer func() { release(append(more, plain, b)) }()
	if !done {
		if after := b.String(); after != before {
			t.Fatalf("seed %d: changed by a columnar form that there is not:\n%s\nto\n%s", seed, before, after)
		}
		return false
	}
	morePlain, err := tr.Plain.Apply(plain)
	if err != nil {
		t.Fatal(err)
	}
	defer release(morePlain)
	want, got := outcomes(plain, morePlain), outcomes(b, more)
	for i := range int32(b.Len()) {
		if w, g := want[i], got[i]; w != g && !misnamed(w) {
			t.Fatalf("seed %d row %d:\nwant %s\n got %s\nof\n%s", seed, i, w, g, before)
		}
	}
	for _, x := range append(more, b) {
		if err := x.Check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	return true
}

// misnamed says that the plain form met a value of another class than the name of its schema asks for. The
// original lets such a record go on to the converter, which refuses it, and so do columns.
func misnamed(row string) bool {
	return strings.Contains(row, `Invalid Java object for schema "org.apache.kafka.connect.data.`)
}
