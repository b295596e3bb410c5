package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
	"github.com/millrace/millrace/connectors/connectortest"
)

func TestRanges_EveryBlockIsInOne(t *testing.T) {
	for _, blocks := range []int64{0, 1, partBlocksMin, 2*partBlocksMin - 1, 2 * partBlocksMin, 10*partBlocksMin + 7, 1 << 31} {
		for _, most := range []int{1, 2, 3, 8} {
			all := ranges(blocks, most)
			if len(all) > most || len(all) > 1 && blocks/int64(len(all)) < partBlocksMin {
				t.Errorf("%d blocks in up to %d: %v", blocks, most, all)
			}
			at := int64(0)
			for i, r := range all {
				last := i == len(all)-1
				if r[0] != at || last != (r[1] == 0) || !last && r[1] <= r[0] {
					t.Errorf("%d blocks in up to %d: %v", blocks, most, all)
				}
				at = r[1]
			}
		}
	}
}

func TestPart_Where(t *testing.T) {
	for _, c := range []struct {
		part part
		want string
	}{
		{part{}, ""},
		{part{to: 7}, "ctid < '(7,0)'::pg_catalog.tid"},
		{part{from: 7, to: 9}, "ctid >= '(7,0)'::pg_catalog.tid AND ctid < '(9,0)'::pg_catalog.tid"},
		{part{from: 9}, "ctid >= '(9,0)'::pg_catalog.tid"},
	} {
		if have := c.part.where(); have != c.want {
			t.Errorf("%+v: %s", c.part, have)
		}
	}
}

// TestSnapshot_Marks copies tables in one part and in several, with and without rows in each: every row comes once, those
// of a part in order, and the marks say which is the first and the last of each table and of all.
func TestSnapshot_Marks(t *testing.T) {
	for _, tables := range [][][]int{ // rows of each part of each table
		{}, {{0}}, {{1}}, {{5}}, {{0}, {0}}, {{1}, {1}}, {{3}, {0}, {2}},
		{{1, 1}}, {{0, 4, 0}}, {{3, 0, 7}, {1}}, {{2, 5}, {0, 0}, {4, 1, 6}}, {{0, 1}, {1, 0}},
	} {
		t.Run(fmt.Sprint(tables), func(t *testing.T) {
			s := marked(t, tables)
			var have []string
			for done := false; !done; {
				var out []*batch.Batch
				var err error
				if out, done, err = s.poll(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, b := range out {
					for i := range b.Len() {
						have = append(have, b.Value.Child("after").Child("c").Value(i).Str()+" "+b.Value.Child("source").Child("snapshot").Value(i).Str())
					}
					b.Release()
				}
			}
			if err := s.close(t.Context()); err != nil {
				t.Error(err)
			}
			checkMarks(t, tables, have)
		})
	}
}

// marked is a snapshot whose tables are being copied, one text column each; row r of part p of table t is "t.p.r".
func marked(t *testing.T, tables [][]int) *snapshot {
	t.Helper()
	set, err := parse(Classes()[0].Def, minimal(nil))
	if err != nil {
		t.Fatal(err)
	}
	b := builder{set: set, types: typemap.NewRegistry([]typemap.Entry{{OID: 25, Name: "text", Modifier: -1}}), source: sourceSchema(), transaction: cdc.TransactionBlock()}
	whole := &task{set: set, builder: b, layout: layout{set: set, version: batch.StringValue("v"), name: batch.StringValue("p"), db: batch.StringValue("d")}}
	pool := batch.NewPool(mem.Checked(t))
	whole.tc = &connectortest.SourceContext{TaskContext: connectortest.TaskContext{Batches: pool}}
	whole.log = whole.tc.Logger()
	whole.partition = set.partition()
	s := &snapshot{t: whole, began: time.Now(), tables: len(tables)}
	for k, parts := range tables {
		built, err := b.table(&catalogTable{oid: uint32(k), schema: "s", name: fmt.Sprint("t", k), columns: []catalogColumn{{name: "c", typ: 25}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := &progress{table: built, parts: len(parts)}
		for n, count := range parts {
			var texts []string
			for i := range count {
				texts = append(texts, fmt.Sprintf("%d.%d.%d", k, n, i))
			}
			stream := copyStream(texts)
			c := startCopying(t, stream, len(stream)/2, false)
			c.of, c.table = p, built
			s.active = append(s.active, c)
		}
	}
	return s
}

// checkMarks looks at rows "table.part.row mark".
func checkMarks(t *testing.T, tables [][]int, have []string) {
	t.Helper()
	total := 0
	next := map[string]int{} // row by table and part
	byTable := map[string][]string{}
	for _, h := range have {
		at, mark, _ := strings.Cut(h, " ")
		f := strings.Split(at, ".")
		if part := f[0] + "." + f[1]; f[2] != fmt.Sprint(next[part]) {
			t.Errorf("%s comes in place of row %d: %v", h, next[part], have)
		}
		next[f[0]+"."+f[1]]++
		byTable[f[0]] = append(byTable[f[0]], mark)
	}
	for _, parts := range tables {
		for _, n := range parts {
			total += n
		}
	}
	if len(have) != total {
		t.Fatalf("%d rows of %d: %v", len(have), total, have)
	}
	if total == 0 {
		return
	}
	if last := have[total-1]; !strings.HasSuffix(last, " last") {
		t.Errorf("the last row is %s", last)
	}
	if total > 1 && !strings.HasSuffix(have[0], " first") {
		t.Errorf("the first row is %s", have[0])
	}
	for table, marks := range byTable {
		n := len(marks)
		if n > 1 && !slices.Contains([]string{"first", "first_in_data_collection"}, marks[0]) {
			t.Errorf("table %s begins with %s", table, marks[0])
		}
		if n > 1 && !slices.Contains([]string{"last", "last_in_data_collection"}, marks[n-1]) {
			t.Errorf("table %s ends with %s", table, marks[n-1])
		}
		for _, m := range marks[min(1, n):max(n-1, 1)] {
			if m != "true" {
				t.Errorf("table %s: %v", table, marks)
			}
		}
	}
}
