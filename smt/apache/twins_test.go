package apache

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/smttest"
)

// configs are what the properties of this package run with: class and config, `K` standing for either side.
var configs = []struct{ class, props string }{
	{"HoistField$K", "field=f"},
	{"ExtractField$K", "field=f0"},
	{"ExtractField$K", "field=m0 replace.null.with.default=false"},
	{"ExtractField$K", "field=f0.f1 field.syntax.version=V2"},
	{"ExtractField$K", "field=m1.m0.m2 field.syntax.version=v2"},
	{"ExtractField$K", "field= field.syntax.version=V2"},
	{"ValueToKey", "fields=f0,last"},
	{"ValueToKey", "fields=m0,m1,nowhere replace.null.with.default=false"},
	{"ValueToKey", "fields=last replace.null.with.default=false"},
	{"ReplaceField$K", "exclude=f0,m1"},
	{"ReplaceField$K", "include=f0,last,m0,m2 renames=f0:new,m0:mm"},
	{"ReplaceField$K", "renames=f0:f1,f1:f0,m0:m1,m1:m0 replace.null.with.default=false"},
	{"ReplaceField$K", "renames=f0:f1,m0:m1,nowhere:last"},
	{"InsertField$K", "topic.field=topic static.field=m0 static.value=x"},
	{"InsertField$K", "topic.field=t? partition.field=p! offset.field=o timestamp.field=ts!"},
	{"InsertField$K", "static.field=last static.value=y timestamp.field=m1 replace.null.with.default=false"},
	{"MaskField$K", "fields=f0,last,m1,m0"},
	{"MaskField$K", "fields=f1,m2,nowhere replacement=12.7 replace.null.with.default=false"},
	{"MaskField$K", "fields=f0,m0 replacement=x"},
	{"SetSchemaMetadata$K", "schema.name=n schema.version=7"},
	{"SetSchemaMetadata$K", "schema.name=org.apache.kafka.connect.data.Date"},
	{"SetSchemaMetadata$K", "schema.version=7 replace.null.with.default=false"},
	{"HeaderFrom$K", "fields=f0,m0,f0 headers=a,b,a operation=copy"},
	{"HeaderFrom$K", "fields=f0,last headers=a,b operation=move replace.null.with.default=false"},
	{"HeaderFrom$K", "fields=m0,m2,m0 headers=a,b,c operation=move"},
	{"HeaderFrom$K", "fields=last headers=a operation=move"},
	{"DropHeaders", "headers=h,a"},
	{"Filter", ""},
	{"Cast$K", "spec=f0:int8,last:string,m0:string,m1:int32"},
	{"Cast$K", "spec=f0:string,f1:string,last:string,m2:string,m3:string replace.null.with.default=false"},
	{"Cast$K", "spec=f0:float32,f1:int16,m0:boolean,m1:float64,nowhere:int8"},
	{"Cast$K", "spec=last:int64,f2:boolean,m2:int64,m3:int16"},
	{"Cast$K", "spec=int32"},
	{"Cast$K", "spec=float64"},
	{"Cast$K", "spec=STRING"},
	{"Cast$K", "spec=boolean"},
	{"TimestampConverter$K", "target.type=string format=yyyy-MM-dd'T'HH:mm"},
	{"TimestampConverter$K", "field=f0 target.type=unix unix.precision=microseconds format=a replace.null.with.default=false"},
	{"TimestampConverter$K", "field=m0 target.type=Date"},
	{"TimestampConverter$K", "field=last target.type=Time unix.precision=seconds"},
	{"TimestampConverter$K", "field=f1 target.type=Timestamp unix.precision=nanoseconds format=yyyy"},
	{"TimestampConverter$K", "field=m1 target.type=string format=yyyy.DDD"},
	{"Flatten$K", ""},
	{"Flatten$K", "delimiter=_"},
	{"RegexRouter", "regex=([a-z])(.*) replacement=$2$1"},
	{"RegexRouter", "regex=.*b.* replacement=$3"},
	{"RegexRouter", "regex=.+ replacement=one"},
	{"TimestampRouter", ""},
	{"TimestampRouter", "topic.format=${timestamp}${topic} timestamp.format=yyyyHH'S'"},
	{"TimestampRouter", "timestamp.format=b"},
	{"InsertHeader", "header=h value.literal=12"},
	{"InsertHeader", "header=h value.literal=null"},
}

// sides returns the classes that a name with K stands for.
func sides(class string) []string {
	outer, ok := strings.CutSuffix(class, "$K")
	if !ok {
		return []string{class}
	}
	return []string{outer + "$Key", outer + "$Value"}
}

// each calls f with every configured transform, once for each side.
func each(t *testing.T, f func(t *testing.T, tr *columnar.Transform)) {
	for _, c := range configs {
		for _, class := range sides(c.class) {
			t.Run(class+"/"+c.props, func(t *testing.T) { f(t, made(t, class, c.props)) })
		}
	}
}

func made(t testing.TB, class, props string) *columnar.Transform {
	t.Helper()
	m := map[string]string{}
	for kv := range strings.FieldsSeq(props) {
		k, v, _ := strings.Cut(kv, "=")
		m[k] = v
	}
	c, err := smt.NewSet(Classes()...).Find(classPrefix + class)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := c.New(m, smt.Context{})
	if err != nil {
		t.Fatal(err)
	}
	return tr.(*columnar.Transform)
}

// randomBatch is rows of any shape, half of them with structs or maps that have the configured fields.
func randomBatch(t testing.TB, r *batchtest.Random, rows int) *batch.Batch {
	b := r.Batch(mem.Checked(t), rows)
	for _, s := range []columnar.Side{columnar.Key, columnar.Value} {
		switch r.IntN(6) {
		case 0:
			c, _, _ := r.Column(b, r.Struct(), b.Len())
			s.SetColumn(b, c)
		case 1:
			values := make([]batch.Value, b.Len())
			for i := range values {
				for values[i] = r.Schemaless(); values[i].Tag() != batch.TagMap && r.IntN(20) > 0; {
					values[i] = r.Schemaless()
				}
			}
			s.SetColumn(b, b.DynamicColumn(values, false))
		case 2:
			s.SetColumn(b, nil)
		}
	}
	// The plain form sees maps as HashMaps, whatever they were.
	for _, c := range []*batch.Column{b.Key, b.Value} {
		if c != nil && c.Dyn != nil {
			c.Dyn.Linked = false
		}
	}
	return b
}

func TestColumns_AgreeWithTheirTwins(t *testing.T) {
	each(t, func(t *testing.T, tr *columnar.Transform) {
		inColumns := 0
		for seed := range uint64(80) {
			r := batchtest.NewRandom(seed)
			b := randomBatch(t, r, 24)
			plain := b.Fork(b.Sel)
			before := b.String()
			for _, e := range b.Status.Errors() {
				plain.Status.Fail(e.Row, b.Len(), e.Err)
			}
			input := b.Fork(nil)
			more, done := tr.Columns(b)
			if done {
				inColumns++
				morePlain, err := tr.Plain.Apply(plain)
				if err != nil {
					t.Fatal(err)
				}
				compareRows(t, seed, before, smttest.Outcome(plain, morePlain), smttest.Outcome(b, more))
				for _, x := range append(more, b) {
					if err := x.Check(); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
				}
				release(morePlain)
			}
			release(more)
			release([]*batch.Batch{input, plain, b})
		}
		if inColumns < 25 {
			t.Errorf("columnar in %d of 80 batches", inColumns)
		}
	})
}

func compareRows(t *testing.T, seed uint64, before string, want, got map[int32]string) {
	t.Helper()
	for i, w := range want {
		if g := got[i]; g != w && !converterRefuses(w) {
			t.Fatalf("seed %d row %d:\nwant %s\n got %s\nof\n%s", seed, i, w, g, before)
		}
	}
	for i, g := range got {
		if _, ok := want[i]; !ok {
			t.Fatalf("seed %d row %d: got %s, want none of\n%s", seed, i, g, before)
		}
	}
}

// converterRefuses says that the plain form met a value of another class than the name of its schema asks for. The
// original lets such a record go on to the converter, which refuses it, and so do columns.
func converterRefuses(row string) bool {
	return strings.Contains(row, `Invalid Java object for schema "org.apache.kafka.connect.data.`)
}

func release(list []*batch.Batch) {
	for _, b := range list {
		b.Release()
	}
}
