package postgres

import (
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// chunkTable has a key of two columns, one of which may be null.
func chunkTable() *table {
	text := &typemap.Decoder{Binary: true}
	t := &table{catalogTable: catalogTable{oid: 7, schema: "public", name: "a b", columns: []catalogColumn{
		{name: "id", typ: 23, required: true}, {name: "c", typ: 25}, {name: "n", typ: 23}}}}
	t.fields = []field{{0, text}, {1, text}, {2, &typemap.Decoder{}}}
	t.keys = []field{{0, text}, {1, text}}
	return t
}

func chunkTypes() *typemap.Registry {
	return typemap.NewRegistry([]typemap.Entry{{OID: 23, Name: "int4"}, {OID: 25, Name: "text"}})
}

// TestChunkQuery shows the statements of a table's first and later chunks.
func TestChunkQuery(t *testing.T) {
	for _, c := range []struct {
		name                string
		surrogate, filter   string
		end, maximum        incremental.Key
		query, last, copied string
	}{
		{name: "first",
			query:  `SELECT *, pg_catalog.concat("id") AS "millrace key 0", CASE WHEN "c" IS NULL THEN NULL ELSE pg_catalog.concat("c") END AS "millrace key 1" FROM "public"."a b" ORDER BY "id", "c" LIMIT 10`,
			last:   `SELECT "id", "c" FROM "public"."a b" ORDER BY "id" DESC, "c" DESC LIMIT 1`,
			copied: `COPY (SELECT "id", "c", CASE WHEN "n" IS NULL THEN NULL ELSE pg_catalog.concat("n") END, "millrace key 0", "millrace key 1" FROM (QUERY) millrace_snapshot) TO STDOUT (FORMAT binary)`},
		{name: "later", filter: "n > 3", end: incremental.Key{int32(5), nil}, maximum: incremental.Key{int32(9), "it's"},
			query: `SELECT *, pg_catalog.concat("id") AS "millrace key 0", CASE WHEN "c" IS NULL THEN NULL ELSE pg_catalog.concat("c") END AS "millrace key 1" FROM "public"."a b"` +
				` WHERE (("id" > '5') OR ("id" = '5' AND 1 = 0)) AND NOT (("id" > '9') OR ("id" = '9' AND ("c" > 'it''s' OR "c" IS NULL))) AND (n > 3) ORDER BY "id", "c" LIMIT 10`,
			last: `SELECT "id", "c" FROM "public"."a b" WHERE (n > 3) ORDER BY "id" DESC, "c" DESC LIMIT 1`},
		{name: "surrogate key", surrogate: "id", end: incremental.Key{int32(5)}, maximum: incremental.Key{int32(9)},
			query: `SELECT *, pg_catalog.concat("id") AS "millrace key 0", CASE WHEN "c" IS NULL THEN NULL ELSE pg_catalog.concat("c") END AS "millrace key 1" FROM "public"."a b"` +
				` WHERE "id" > '5' AND "id" <= '9' ORDER BY "id" LIMIT 10`,
			last: `SELECT "id" FROM "public"."a b" ORDER BY "id" DESC LIMIT 1`},
	} {
		tbl := chunkTable()
		context := &incremental.Context{}
		context.Add("1", []incremental.Collection{{ID: "public.a b", Condition: incremental.Condition(c.filter), SurrogateKey: c.surrogate}})
		context.Read(c.end)
		context.SetMaximum(c.maximum)
		order, err := chunkOrder(tbl, c.surrogate)
		if err != nil {
			t.Fatal(err)
		}
		k, texts := newChunk(tbl, order, chunkTypes())
		query, err := chunkQuery(tbl, order, texts, context, 10)
		if err != nil || query != c.query {
			t.Errorf("%s: %v\n%s, want\n%s", c.name, err, query, c.query)
		}
		if got := maximumQuery(tbl, order, context.Current().Condition); got != c.last {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.last)
		}
		if got := copyCommand(k.table, "QUERY", ""); c.copied != "" && got != c.copied {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.copied)
		}
	}
}

func TestChunkOrder_Refused(t *testing.T) {
	tbl := chunkTable()
	if _, err := chunkOrder(tbl, "none"); err == nil || !strings.Contains(err.Error(), `"none"`) {
		t.Errorf("a column that is none: %v", err)
	}
	tbl.keys = nil
	if _, err := chunkOrder(tbl, ""); err == nil {
		t.Error("a table without a key passes")
	}
	order, _ := chunkOrder(tbl, "n")
	if k, _ := newChunk(tbl, order, chunkTypes()); !slices.Equal(k.keys, k.order) {
		t.Error("changes of a table without a key are not found by its surrogate key")
	}
}

// TestChunk_Rows takes the messages of a COPY, and finds their keys.
func TestChunk_Rows(t *testing.T) {
	tbl := chunkTable()
	order, _ := chunkOrder(tbl, "")
	k, _ := newChunk(tbl, order, chunkTypes())
	pool := batch.NewPool(mem.Checked(t))
	k.hold = pool.New(0)
	defer k.release()
	k.buf = k.hold.Arena.Bytes(8) // so that it has to grow
	value := func(s string) string { return "\x00\x00\x00" + string(rune(len(s))) + s }
	const null = "\xff\xff\xff\xff"
	for _, message := range []string{
		copySignature + strings.Repeat("\x00", 8) + "\x00\x05" + value("\x00\x00\x00\x05") + value("x") + value("1") + value("5") + value("x"),
		"\x00\x05" + value("\x00\x00\x00\x06") + null + null + value("6") + null,
		"\xff\xff",
	} {
		if n, err := k.Write([]byte(message)); n != len(message) || err != nil {
			t.Fatal(n, err)
		}
	}
	if k.count() != 2 || !k.ended {
		t.Fatalf("%d rows, ended %v", k.count(), k.ended)
	}
	want := incremental.AppendPart(incremental.AppendPart(nil, []byte("5")), []byte("x"))
	if got := k.appendKey(nil, 0, k.keys); string(got) != string(want) {
		t.Errorf("key %q, want %q", got, want)
	}
	end, err := k.endKey()
	if err != nil || len(end) != 2 || end[0] != int32(6) || end[1] != nil {
		t.Errorf("ends at %v, %v", end, err)
	}
}

func TestChunk_Differs(t *testing.T) {
	k, _ := newChunk(chunkTable(), []int{0}, chunkTypes())
	r := &pgoutput.Relation{Columns: []pgoutput.Column{{Name: "id", Type: 23}, {Name: "n", Type: 23}}}
	if k.differs(r) {
		t.Error("a column that the stream leaves out is a difference")
	}
	for _, c := range []pgoutput.Column{{Name: "new", Type: 23}, {Name: "n", Type: 25}, {Name: "n", Type: 23, Modifier: 8}} {
		if r.Columns[1] = c; !k.differs(r) {
			t.Errorf("%+v is no difference", c)
		}
	}
}
