package postgres

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// readTypes reads the types of the database.
func readTypes(ctx context.Context, c *pgconn.PgConn) (*typemap.Registry, error) {
	rows, err := query(ctx, c, `select t.oid, case when t.typcategory = 'A' then t.typelem else 0 end, t.typbasetype, t.typname, t.typtypmod, t.typdelim,
case when n.nspname = any(pg_catalog.current_schemas(true)) then '' else n.nspname end
from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typtype in ('b', 'd', 'e', 'r', 'm', 'p') and (t.typrelid = 0 or t.typtype <> 'c')`)
	if err != nil {
		return nil, fmt.Errorf("read the types: %w", err)
	}
	entries := make([]typemap.Entry, len(rows))
	at := make(map[uint32]int, len(rows))
	for i, r := range rows {
		entries[i] = typemap.Entry{OID: oid(r[0]), Element: oid(r[1]), Base: oid(r[2]), Name: string(r[3]), Modifier: int32(number(r[4])), Delimiter: r[5][0], Schema: string(r[6])}
		at[entries[i].OID] = i
	}
	labels, err := query(ctx, c, "select enumtypid, enumlabel from pg_catalog.pg_enum order by enumtypid, enumsortorder")
	if err != nil {
		return nil, fmt.Errorf("read the labels of enums: %w", err)
	}
	for _, r := range labels {
		if i, ok := at[oid(r[0])]; ok {
			entries[i].Labels = append(entries[i].Labels, string(r[1]))
		}
	}
	return typemap.NewRegistry(entries), nil
}

func number(text []byte) int64 {
	v, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0
	}
	return v
}

func oid(text []byte) uint32 { return uint32(number(text)) }

// catalogTable is a table as the catalog has it.
type catalogTable struct {
	oid          uint32
	schema, name string
	partitioned  bool
	columns      []catalogColumn
	key          []string // columns of the primary key, or of the first unique index
}

// id is schema.table, as filters and logs name it.
func (t *catalogTable) id() string { return t.schema + "." + t.name }

type catalogColumn struct {
	name       string
	typ        uint32
	modifier   int32
	required   bool
	hasDefault bool
	expression string
}

// readTables reads the tables of the database, by schema and name: all, or the one with an oid.
func readTables(ctx context.Context, c *pgconn.PgConn, only uint32) ([]*catalogTable, error) {
	where := ""
	if only != 0 {
		where = fmt.Sprintf(" and c.oid = %d", only)
	}
	rows, err := query(ctx, c, `select c.oid, n.nspname, c.relname, c.relkind, a.attname, a.atttypid, a.atttypmod,
a.attnotnull or (t.typtype = 'd' and t.typnotnull), pg_catalog.pg_get_expr(d.adbin, d.adrelid)
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p') and c.relpersistence = 'p'`+where+` order by n.nspname collate "C", c.relname collate "C", a.attnum`)
	if err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	var out []*catalogTable
	byOID := map[uint32]*catalogTable{}
	for _, r := range rows {
		id := oid(r[0])
		t := byOID[id]
		if t == nil {
			t = &catalogTable{oid: id, schema: string(r[1]), name: string(r[2]), partitioned: string(r[3]) == "p"}
			byOID[id] = t
			out = append(out, t)
		}
		t.columns = append(t.columns, catalogColumn{name: string(r[4]), typ: oid(r[5]), modifier: int32(number(r[6])), required: string(r[7]) == "t",
			hasDefault: r[8] != nil, expression: string(r[8])})
	}
	return out, readKeys(ctx, c, byOID, where)
}

// readKeys gives tables the columns of their primary key, or where there is none of their first unique index by name,
// unless it has expressions. Source: JdbcConnection.readTableUniqueIndices.
func readKeys(ctx context.Context, c *pgconn.PgConn, tables map[uint32]*catalogTable, where string) error {
	rows, err := query(ctx, c, `select c.oid, x.indexrelid, a.attname
from pg_catalog.pg_index x join pg_catalog.pg_class c on c.oid = x.indrelid join pg_catalog.pg_class i on i.oid = x.indexrelid
cross join lateral unnest(x.indkey[0:x.indnkeyatts - 1]) with ordinality k(attnum, place)
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
where x.indisunique and x.indexprs is null and c.relkind in ('r', 'p')`+where+` order by c.oid, not x.indisprimary, i.relname collate "C", k.place`)
	if err != nil {
		return fmt.Errorf("read the keys of tables: %w", err)
	}
	first := map[uint32]uint32{} // index by table
	for _, r := range rows {
		table, index := oid(r[0]), oid(r[1])
		t := tables[table]
		if t == nil {
			continue
		}
		if first[table] == 0 {
			first[table] = index
		}
		if first[table] == index {
			t.key = append(t.key, string(r[2]))
		}
	}
	return nil
}
