package stage_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/apache"
	"github.com/millrace/millrace/smt/confluent"
	"github.com/millrace/millrace/smt/debezium"
	"github.com/millrace/millrace/smt/plan"
	"github.com/millrace/millrace/smt/predicate"
	"github.com/millrace/millrace/smt/smttest"
)

// chainParts are the transforms that random chains are made of. Members of random data are f0, f1, …, last under
// a schema and m0, m1, … without.
var chainParts = []string{
	"Cast$S spec=f0:string,last:string,m0:string,m1:string",
	"Cast$S spec=f0:int8,f1:float64,m0:int64",
	"Cast$S spec=nowhere:int8",
	"Cast$S spec=string",
	"DropHeaders headers=h,a",
	"ExtractField$S field=f1",
	"ExtractField$S field=m0.m1 field.syntax.version=V2",
	"Filter",
	"Flatten$S delimiter=_",
	"HeaderFrom$S fields=f0,m0 headers=a,b operation=move",
	"HeaderFrom$S fields=last headers=h operation=copy",
	"HoistField$S field=f0",
	"HoistField$S field=m0",
	"InsertField$S topic.field=topic static.field=m0 static.value=x",
	"InsertField$S offset.field=offset? partition.field=f7!",
	"InsertField$S timestamp.field=ts static.field=f0 static.value=y",
	"InsertHeader header=h value.literal=12",
	"MaskField$S fields=f0,m0,m1",
	"MaskField$S fields=f1,m2 replacement=12",
	"RegexRouter regex=([a-z])(.*) replacement=$2$1",
	"RegexRouter regex=.+ replacement=one",
	"ReplaceField$S exclude=f0,m0,m2",
	"ReplaceField$S include=f0,last,m0,m1 renames=f0:new,m0:mm",
	"ReplaceField$S renames=f0:f1,f1:f0,m0:m1,m1:m0 replace.null.with.default=false",
	"ReplaceField$S exclude=m1,f1 renames=m1:m3,f1:f3",
	"ReplaceField$S renames=new:f0,mm:m0,topic:m5",
	"SetSchemaMetadata$S schema.name=n schema.version=7",
	"TimestampConverter$S field=f0 target.type=Timestamp format=yyyy",
	"TimestampConverter$S field=m0 target.type=string format=yyyy",
	"TimestampRouter",
	"ValueToKey fields=f0,last",
	"ValueToKey fields=m0,m1,nowhere",
	"confluent:Drop$S schema.behavior=force_optional",
	"confluent:ExtractTopic$S field=m0 skip.missing.or.null=true",
	"confluent:ExtractTopic$S field=$.m1.m0 field.format=JSON_PATH skip.missing.or.null=true",
	"confluent:ExtractTopic$Header field=h skip.missing.or.null=true",
	"confluent:Filter$S filter.condition=$[?(@.m0!='a'||@.f0)] filter.type=include missing.or.null.behavior=include",
	"confluent:Filter$S filter.condition=$.m1[?(@.m0==$.m2)] filter.type=exclude missing.or.null.behavior=include",
	"confluent:GzipDecompress$S",
	"confluent:MessageTimestampRouter message.timestamp.keys=m0,f0,ts",
	"confluent:TombstoneHandler behavior=ignore",
	"confluent:TopicRegexRouter regex=([a-z])(.*) replacement=$2$1",
	"debezium:ByLogicalTableRouter topic.regex=(.)(.*) topic.replacement=$2$1",
	"debezium:ContentBasedRouter language=jsr223.groovy topic.expression=value.m0!=null?'a'+value.m1:topic",
	"debezium:ExtractNewRecordState add.fields=op,source.table add.headers=op route.by.field=f0",
	"debezium:Filter language=jsr223.groovy condition=value.m1.m0!=key.m0||value['m2']==null null.handling.mode=evaluate",
	"debezium:Filter language=jsr223.groovy condition=value!=null&&value.get('m0')!='a'",
	"debezium:outbox.EventRouter table.field.event.key=f0 table.field.event.payload=f1 route.by.field=last",
}

// chainSets are the classes of parts whose name has a word before a colon, by that word.
var chainSets = map[string]struct {
	prefix  string
	classes func() []*smt.Class
}{
	"":          {"org.apache.kafka.connect.transforms.", apache.Classes},
	"confluent": {"io.confluent.connect.transforms.", confluent.Classes},
	"debezium":  {"io.debezium.transforms.", debezium.Classes},
}

var chainPredicates = []string{"RecordIsTombstone", "TopicNameMatches pattern=[at].*", "HasHeaderKey name=h"}

// randomChain is the text of 1 to 8 steps: a transform, and behind " |" or " |!" its predicate.
func randomChain(r *batchtest.Random) []string {
	lines := make([]string, 1+r.IntN(8))
	for i := range lines {
		side := "Value"
		if r.IntN(4) == 0 {
			side = "Key"
		}
		lines[i] = strings.Replace(chainParts[r.IntN(len(chainParts))], "$S", "$"+side, 1)
		if lines[i] == "Filter" || r.IntN(4) == 0 {
			sign := []string{" |", " |!"}[r.IntN(2)]
			lines[i] += sign + chainPredicates[r.IntN(len(chainPredicates))]
		}
	}
	return lines
}

// madeChain makes a chain of its text. The class of a step has its place before it.
func madeChain(tb testing.TB, lines []string) *stage.Chain {
	tb.Helper()
	c := &stage.Chain{}
	for i, l := range lines {
		text, condition, conditional := strings.Cut(l, " |")
		of, named, ok := strings.Cut(strings.Fields(text)[0], ":")
		if !ok {
			of, named = "", of
		}
		class, props := parsed(tb, smt.NewSet(chainSets[of].classes()...), chainSets[of].prefix+named, text)
		t, err := class.New(props, smt.Context{})
		if err != nil {
			tb.Fatal(text, err)
		}
		s := stage.Step{Class: fmt.Sprint(i, " ", class.Name), Transform: t}
		if conditional {
			condition, s.Negate = strings.CutPrefix(condition, "!")
			class, props := parsed(tb, smt.NewPredicateSet(predicate.Classes()...), chainSets[""].prefix+"predicates."+strings.Fields(condition)[0], condition)
			if s.Predicate, err = class.NewPredicate(props, smt.Context{}); err != nil {
				tb.Fatal(condition, err)
			}
		}
		c.Steps = append(c.Steps, s)
	}
	return c
}

// parsed reads "Class key=value …", where the class's whole name is given.
func parsed(tb testing.TB, set smt.Set, name, text string) (*smt.Class, map[string]string) {
	tb.Helper()
	words := strings.Fields(text)
	class, err := set.Find(name)
	if err != nil {
		tb.Fatal(err)
	}
	props := map[string]string{}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		props[k] = v
	}
	return class, props
}

// results is what became of each row: its record, or where and why it failed.
func results(t *testing.T, c *stage.Chain, in *batch.Batch) map[int32]string {
	t.Helper()
	out, failed, err := c.Run(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[int32]string{}
	for _, e := range failed {
		got[e.Row] += fmt.Sprintf("failed in %s: %s: %v", e.Class, errant.Class(e.Err), e.Err)
	}
	for _, b := range out {
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
		if b.Live() == 0 {
			t.Error("a batch without rows comes out")
		}
		for i, text := range smttest.Outcome(b, nil) {
			got[i] += text
		}
		b.Release()
	}
	return got
}

func same(t *testing.T, what string, seed uint64, lines []string, want, got map[int32]string, of *batch.Batch) {
	t.Helper()
	for _, i := range slices.Sorted(maps.Keys(want)) {
		if want[i] != got[i] {
			t.Fatalf("seed %d, %s, row %d:\nwant %s\n got %s\nof %s\nchain %s", seed, what, i, want[i], got[i], smttest.Record(of.Row(i)), strings.Join(lines, "; "))
		}
	}
	if len(want) != len(got) {
		t.Fatalf("seed %d, %s: %d rows, want %d; chain %s", seed, what, len(got), len(want), strings.Join(lines, "; "))
	}
}

// randomRows is rows of any shape, mostly objects of either kind.
func randomRows(t *testing.T, r *batchtest.Random) *batch.Batch {
	b := r.Batch(mem.Checked(t), 16)
	b.Status.Reset()
	for _, c := range []**batch.Column{&b.Value, &b.Key} {
		switch r.IntN(5) {
		case 0, 1:
			*c, _, _ = r.Column(b, r.Struct(), b.Len())
		case 4:
			*c, _, _ = r.Column(b, changeEvent(r), b.Len())
		case 2:
			values := make([]batch.Value, b.Len())
			for i := range values {
				for values[i] = r.Schemaless(); values[i].Tag() != batch.TagMap && r.IntN(20) > 0; {
					values[i] = r.Schemaless()
				}
			}
			*c = b.DynamicColumn(values, false)
		}
		if *c != nil && (*c).Dyn != nil {
			(*c).Dyn.Linked = false
		}
	}
	return b
}

// changeEvent is a schema of Debezium's, of rows with random fields.
func changeEvent(r *batchtest.Random) *batch.Schema {
	row := batch.From(r.Struct()).Optional(true).Default(batch.Null()).Build()
	source := batch.NewSchema(batch.KindStruct).Optional(true).Field("table", batch.Of(batch.KindString, true)).Build()
	return batch.NewSchema(batch.KindStruct).Name("t.Envelope").
		Field("before", row).Field("after", row).Field("source", source).
		Field("op", batch.Of(batch.KindString, false)).Field("ts_ms", batch.Of(batch.KindInt64, true)).Build()
}

// TestChain_FusedUnfusedOneByOne: random chains over random rows give the same records and fail the same rows at the
// same steps: merged, step by step, one record at a time, with what tries again, and without what nobody reads.
func TestChain_FusedUnfusedOneByOne(t *testing.T) {
	merged := 0
	for seed := range uint64(400) {
		if chainsAgree(t, seed) {
			merged++
		}
	}
	if merged < 40 {
		t.Errorf("%d chains had steps to merge", merged)
	}
}

// FuzzChain is TestChain_FusedUnfusedOneByOne for any seed.
func FuzzChain(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64) { chainsAgree(t, seed) })
}

// chainsAgree compares all ways to run the chain of a seed, and reports whether the plan merges some of it.
func chainsAgree(t *testing.T, seed uint64) (merges bool) {
	t.Helper()
	r := batchtest.NewRandom(seed)
	lines := randomChain(r)
	b := randomRows(t, r)
	defer b.Release()
	if b.Live() == 0 {
		return false
	}
	chain := func(edit func(*stage.Chain)) *stage.Chain {
		c := madeChain(t, lines)
		edit(c)
		return c
	}
	twin := chain(func(c *stage.Chain) { c.Unfused = true })
	want := results(t, twin, b.Fork(b.Sel))

	c := chain(func(*stage.Chain) {})
	same(t, "fused", seed, lines, want, results(t, c, b.Fork(b.Sel)), b)
	same(t, "fused again", seed, lines, want, results(t, c, b.Fork(b.Sel)), b)
	tries := chain(func(c *stage.Chain) { c.Attempt = func(op func() error) error { return op() } })
	same(t, "fused, trying again", seed, lines, want, results(t, tries, b.Fork(b.Sel)), b)
	for _, one := range []*stage.Chain{c, twin} {
		got := map[int32]string{}
		for row := range b.Rows() {
			if text, ok := results(t, one, b.Take([]int32{row.Index()}))[0]; ok {
				got[row.Index()] = text
			}
		}
		same(t, "one by one", seed, lines, want, got, b)
	}
	p := b.Fork(b.Sel)
	key, value := c.Projection(nil, nil)
	p.Key, p.Value = without(p, p.Key, key), without(p, p.Value, value)
	same(t, "without what nobody reads", seed, lines, want, results(t, c, p), b)
	return slices.ContainsFunc(c.Plan().Groups, func(g plan.Group) bool { return g.Merged != nil })
}

// without is the column with null in the place of members of schemaless objects that p does not want.
func without(b *batch.Batch, c *batch.Column, p *batch.Projection) *batch.Column {
	if c == nil || c.Form() != batch.FormDynamic {
		return c
	}
	values := make([]batch.Value, c.Len())
	for i := range values {
		values[i] = c.Value(i)
		m := values[i].Map()
		if m == nil {
			continue
		}
		out := &batch.MapValue{Keys: m.Keys, Values: slices.Clone(m.Values)}
		for k := range out.Keys {
			if out.Keys[k].Tag() == batch.TagString && !p.Wants(out.Keys[k].Str()) {
				out.Values[k] = batch.Null()
			}
		}
		values[i] = batch.MapValueOf(out)
	}
	return b.DynamicColumn(values, c.Dyn.Linked)
}

// TestChain_SchemasAreWorkedOutOnce: with many tables in turn, each table's batches come out under one schema object,
// which encoders know again.
func TestChain_SchemasAreWorkedOutOnce(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for _, unfused := range []bool{false, true} {
		c := madeChain(t, append(slices.Clip(fiveTransforms), "HoistField$Value field=after", "ExtractField$Value field=after", "Flatten$Value", "ValueToKey fields=id"))
		c.Unfused = unfused
		var tables, results [64]*batch.Schema
		for range 2 {
			for k := range tables {
				b := decodedOrders(t, pool, true, 2, 0)
				if tables[k] == nil {
					tables[k] = batch.From(b.Value.Schema()).Name(fmt.Sprint("t", k)).Build()
				}
				b.Value = b.WithSchema(b.Value, tables[k])
				out, failed, err := c.Run(b.Fork(nil), nil)
				if err != nil || len(failed) > 0 || len(out) != 1 {
					t.Fatal(err, failed, len(out))
				}
				now := out[0].Value.Schema()
				if results[k] != nil && results[k] != now {
					t.Fatalf("unfused=%t: table %d has another schema the second time", unfused, k)
				}
				results[k] = now
				out[0].Release()
				b.Release()
			}
		}
	}
}
