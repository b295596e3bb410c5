package datagen_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/connectortest"
	"github.com/millrace/millrace/connectors/datagen"
)

func props(extra ...string) map[string]string {
	p := map[string]string{"topic": "load"}
	for i := 0; i < len(extra); i += 2 {
		p[extra[i]] = extra[i+1]
	}
	return p
}

func TestSource_KeepsTheContract(t *testing.T) {
	refused := []connectortest.Refusal{
		{Key: "topic", Value: "", Text: "String must be non-empty"},
		{Key: "schema", Value: "id int64, amount flot64", Text: `Invalid value id int64, amount flot64 for configuration schema: field "amount": unknown type "flot64"`},
		{Key: "key.field", Value: "custmer", Text: `for configuration key.field: the schema has no such field, did you mean "customer"`},
		{Key: "rate", Value: "-1", Text: "Value must be at least 0"},
		{Key: "records", Value: "-1", Text: "Value must be at least 0"},
		{Key: "batch.rows", Value: "0", Text: "Value must be at least 1"},
		{Key: "batch.rows", Value: "65537", Text: "Value must be no more than 65536"},
	}
	for _, c := range []struct {
		name   string
		source connectortest.Source
		props  map[string]string
	}{
		{"endless", connectortest.Source{Rows: 60, Endless: true, Refused: refused}, props("batch.rows", "9", "key.field", "customer")},
		{"counted, three tasks", connectortest.Source{Rows: 50, Tasks: 3}, props("batch.rows", "4", "records", "50", "schema", "users", "key.field", "id")},
		{"paced", connectortest.Source{Rows: 40}, props("records", "40", "rate", "4000", "schema", "metrics")},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.source.Class = datagen.Classes()[0]
			c.source.Config = func(testing.TB) map[string]string { return maps.Clone(c.props) }
			connectortest.Run(t, c.source)
		})
	}
}

// tasks returns started tasks, stopped at cleanup.
func tasks(t testing.TB, pool *batch.Pool, n int, p map[string]string) []connectors.SourceTask {
	t.Helper()
	c := datagen.Classes()[0].NewSource()
	if err := c.Start(t.Context(), &connectortest.ConnectorContext{}, p); err != nil {
		t.Fatal(err)
	}
	configs, err := c.TaskConfigs(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	var out []connectors.SourceTask
	for _, cfg := range configs {
		tc := &connectortest.SourceContext{Store: &connectortest.Offsets{}}
		tc.Batches = pool
		s := c.NewTask()
		if err := s.Start(t.Context(), tc, cfg); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		out = append(out, s)
	}
	return out
}

// rows returns the next batch as text, a line per row.
func rows(t testing.TB, s connectors.SourceTask) []string {
	t.Helper()
	batches, err := s.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, b := range batches {
		for r := range b.Rows() {
			out = append(out, string(batch.AppendLiteral(nil, r.ValueSchema(), r.Value())))
		}
		b.Release()
	}
	return out
}

// These records may never change: who measures with a seed measures the same again.
func TestSource_RecordsOfASeedStayTheSame(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for _, c := range []struct{ schema, want string }{
		{"orders", orderRows}, {"users", userRows}, {"metrics", metricRows},
	} {
		got := strings.Join(rows(t, tasks(t, pool, 1, props("schema", c.schema, "seed", "42", "batch.rows", "3"))[0]), "\n")
		if got != strings.TrimSpace(c.want) {
			t.Errorf("%s:\n%s", c.schema, got)
		}
	}
}

func TestSource_OrdersHaveTheFieldsOfTheMeasuredRecords(t *testing.T) {
	batches, err := tasks(t, batch.NewPool(mem.Checked(t)), 1, props())[0].Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer batches[0].Release()
	want := `(zip string, note string?, country string, amount float64, created int64, qty int32, active boolean, id int64, sku string, customer string):"bench.Order"`
	if got := batches[0].Value.Schema().String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSource_TasksTogetherMakeTheRecordsOfOne(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	one := rows(t, tasks(t, pool, 1, props("records", "90"))[0])
	var dealt [][]string
	for _, s := range tasks(t, pool, 4, props("records", "90")) {
		dealt = append(dealt, rows(t, s))
	}
	var all []string
	for i := range one {
		all = append(all, dealt[i%4][i/4])
	}
	if !slices.Equal(one, all) || len(one) != 90 {
		t.Fatalf("%d records differ", len(one))
	}
	if other := rows(t, tasks(t, pool, 1, props("records", "90", "seed", "1"))[0]); slices.Equal(one, other) {
		t.Fatal("another seed makes the same records")
	}
}

func TestSource_KeepsItsRate(t *testing.T) {
	for _, c := range []struct {
		rate string
		want int // in ten seconds
	}{{"0.5", 5}, {"3", 30}, {"1000", 10_000}, {"250000", 2_500_000}} {
		synctest.Test(t, func(t *testing.T) {
			s := tasks(t, batch.NewPool(mem.Checked(t)), 1, props("rate", c.rate, "schema", "id int64 = sequence", "batch.rows", "10000"))[0]
			made, largest := 0, 0
			for end := time.Now().Add(10 * time.Second); ; {
				batches, err := s.Poll(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if time.Now().After(end) {
					for _, b := range batches {
						b.Release()
					}
					break
				}
				for _, b := range batches {
					made += b.Len()
					largest = max(largest, b.Len())
					b.Release()
				}
			}
			if made < c.want*99/100-1 || made > c.want {
				t.Errorf("rate %s: %d records in ten seconds", c.rate, made)
			}
			// Held up for a minute, it makes up for a second at most.
			time.Sleep(time.Minute)
			made = 0
			for end := time.Now().Add(time.Millisecond); time.Now().Before(end); {
				n := len(rows(t, s))
				if n == 0 {
					break
				}
				made += n
			}
			if made > c.want/5+1 {
				t.Errorf("rate %s: %d records after a pause", c.rate, made)
			}
		})
	}
}

func TestSource_ValuesAreSpreadAsTold(t *testing.T) {
	const n = 60_000
	s := tasks(t, batch.NewPool(mem.Checked(t)), 1, props("batch.rows", fmt.Sprint(n), "schema",
		`a int8 = range(-2, 2), b boolean = chance(20), c string? = oneof(x, y, null), d int32? = range(1, 1) nulls(10), e float64 = range(0, 1, 1)`))[0]
	batches, err := s.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer batches[0].Release()
	counts := map[string]int{}
	for k, c := range batches[0].Value.Children {
		for i := range c.Len() {
			counts[string(rune('a'+k))+string(batch.AppendLiteral(nil, c.Schema(), c.Value(i)))]++
		}
	}
	want := map[string]float64{"btrue": 0.2, "bfalse": 0.8, "cx": 1. / 3, "cy": 1. / 3, "cnull": 1. / 3, "d1": 0.9, "dnull": 0.1}
	for v := -2; v <= 2; v++ {
		want[fmt.Sprintf("a%d", v)] = 0.2
	}
	for v := range 11 {
		want["e"+string(batch.AppendLiteral(nil, batch.Of(batch.KindFloat64, false), batch.Float64Value(float64(v)/10)))] = 1. / 11
	}
	if len(counts) != len(want) {
		t.Fatalf("values %v", counts)
	}
	for v, share := range want {
		if got := float64(counts[v]) / n; got < share-0.01 || got > share+0.01 {
			t.Errorf("value %s: %.3f of all, want %.3f", v, got, share)
		}
	}
}

func TestConfig_RefusalsNameTheField(t *testing.T) {
	for schema, want := range map[string]string{
		"":                                "is empty: give a built-in shape (orders, users, metrics) or fields",
		"ordr":                            `"ordr" is no built-in shape (orders, users, metrics) and no field: a type is missing`,
		"a int8 b int8":                   `a comma is missing at "b int8"`,
		"x(a int8":                        "a comma or ) is missing at the end",
		"a int8,":                         "field 2: a name is missing at the end",
		"a int8, a int8":                  `field "a": the name is given twice`,
		"a int8 = range(5, 1)":            `field "a": range: the lower bound 5 is above the upper bound 1`,
		"a int8 = range(0, 128)":          `field "a": range: "128" is no int8`,
		"a int8 = range(1)":               `field "a": range: takes 2 values, not 1`,
		"a float64 = range(0, x)":         `field "a": range: "x" is no number that has 3 decimals in float64`,
		"a float64 = range(0, 1, 7)":      `field "a": range: "7" is no number of decimals: 0 to 6`,
		"a string = range(0, 1)":          `field "a": range: makes no values of type string`,
		"a string = chance(5)":            `field "a": chance: makes no values of type string`,
		"a boolean = chance(101)":         `field "a": chance: "101" is no percentage: 0 to 100`,
		"a string = oneof(b, null)":       `field "a": oneof: null: the field is not optional: put ? behind its type`,
		"a string? = oneof(null)":         `field "a": oneof: null alone: give a value beside it`,
		"a int32 = oneof(1, x)":           `field "a": oneof: "x" is no int32`,
		"a string = text(9, 3)":           `field "a": text: the least length 9 is above the most 3`,
		"a string = text(100000)":         `field "a": text: "100000" is no length: 0 to 16384`,
		"a string = words(3)":             `field "a": words: unknown generator: there are sequence, range, oneof, chance, text, pattern`,
		"a string = oneof(\"b":            `field "a": a quoted text has no end or a wrong escape at "\"b"`,
		"a string = oneof(b c)":           `field "a": a comma or ) is missing at "c)"`,
		"a string =":                      `field "a": a generator is missing at the end`,
		"a int8 = sequence(1, 2, 3)":      `field "a": sequence: takes 0 to 2 values, not 3`,
		"a int8 nulls(5)":                 `field "a": nulls(5): the field is not optional: put ? behind its type`,
		"a int8? = range(1, 2) nulls(-1)": `field "a": nulls: "-1" is no percentage: 0 to 100`,
		"b int8, a":                       `field "a": a type is missing at the end`,
	} {
		_, err := datagen.Classes()[0].Def.Parse(props("schema", schema))
		if wantText := "Invalid value " + schema + " for configuration schema: " + want; err == nil || err.Error() != wantText {
			t.Errorf("got  %v\nwant %s", err, wantText)
		}
	}
}

func TestSource_StoredOffsetsAreChecked(t *testing.T) {
	c := datagen.Classes()[0].NewSource()
	value := func(text map[string]batch.Value) batch.Value {
		m := &batch.MapValue{}
		for _, k := range slices.Sorted(maps.Keys(text)) {
			m.Keys, m.Values = append(m.Keys, batch.StringValue(k)), append(m.Values, text[k])
		}
		return batch.MapValueOf(m)
	}
	partition := value(map[string]batch.Value{"task": batch.Int64Value(0), "tasks": batch.Int64Value(1)})
	alter := func(p, o batch.Value) error {
		_, err := c.(connectors.SourceOffsetAlterer).AlterOffsets(t.Context(), props(), []connectors.PartitionOffset{{Partition: p, Offset: o}})
		return err
	}
	good := value(map[string]batch.Value{"records": batch.Int64Value(7)})
	if err := alter(partition, good); err != nil {
		t.Error(err)
	}
	if err := alter(batch.Null(), batch.Null()); err != nil {
		t.Error(err)
	}
	if err := alter(value(nil), good); err == nil || !strings.Contains(err.Error(), `a partition needs the number "task"`) {
		t.Error(err)
	}
	bad := value(map[string]batch.Value{"records": batch.Float64Value(7)})
	if err := alter(partition, bad); err == nil || !strings.Contains(err.Error(), `an offset needs the number "records"`) {
		t.Error(err)
	}
	if err := c.Start(t.Context(), &connectortest.ConnectorContext{}, props()); err != nil {
		t.Fatal(err)
	}
	configs, err := c.TaskConfigs(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	tc := &connectortest.SourceContext{Store: &connectortest.Offsets{}}
	tc.Batches = batch.NewPool(mem.Checked(t))
	if err := tc.Store.Set(partition, bad); err != nil {
		t.Fatal(err)
	}
	task := c.NewTask()
	if err := task.Start(t.Context(), tc, configs[0]); err == nil || !strings.Contains(err.Error(), `stored offset has no number "records"`) {
		t.Error(err)
	}
	if err := task.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestConfig_KeysAreDocumented(t *testing.T) {
	for _, k := range datagen.Classes()[0].Def.Keys() {
		if !strings.HasSuffix(k.Doc, ".") || k.Type == config.Class {
			t.Errorf("key %q: %s", k.Name, k.Doc)
		}
	}
}

func BenchmarkSource(b *testing.B) {
	for _, c := range []struct{ name, schema string }{{"shape=orders", "orders"}, {"shape=users", "users"}, {"shape=metrics", "metrics"}} {
		b.Run(c.name+"/rows=1024", func(b *testing.B) {
			s := tasks(b, batch.NewPool(mem.NewPool()), 1, props("schema", c.schema))[0]
			b.ReportAllocs()
			for b.Loop() {
				batches, err := s.Poll(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				batches[0].Release()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/row")
		})
	}
}
