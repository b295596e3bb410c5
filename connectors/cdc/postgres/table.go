package postgres

import (
	"fmt"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// table is a captured table in one state of its columns: its schemas, and the decoders of its values.
type table struct {
	catalogTable
	topics   []string
	key      *batch.Schema // nil: records have no key
	row      *batch.Schema
	envelope *batch.Schema
	keys     []field
	fields   []field
	constant batch.Value // name of the table, for source
	space    batch.Value // name of its schema
}

// field is a member of a key or row: which column it is of, and how its values are read.
type field struct {
	column  int // of a tuple; -1: tuples do not have it
	decoder *typemap.Decoder
}

// builder makes tables. It belongs to the task.
type builder struct {
	set         *settings
	types       *typemap.Registry
	source      *batch.Schema
	transaction *batch.Schema
}

// table builds a captured table. relation is how the stream describes it, nil for tuples that have all columns of the
// catalog in its order.
func (b *builder) table(c *catalogTable, relation *pgoutput.Relation) (*table, error) {
	columns, at := c.columns, []int(nil)
	if relation != nil {
		columns = streamed(c, relation)
	}
	t := &table{catalogTable: *c, topics: []string{b.set.naming.Topic(c.schema, c.name)}, constant: batch.StringValue(c.name), space: batch.StringValue(c.schema)}
	t.columns = columns
	prefix := b.set.naming.Topic(c.schema, c.name)
	row := batch.NewSchema(batch.KindStruct).Name(b.set.naming.Schema(prefix + ".Value")).Optional(true)
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = columns[i].name
		d, err := b.decoder(c, &columns[i], relation != nil)
		if err != nil {
			return nil, err
		}
		ok, err := b.set.columns.Match(c.id() + "." + columns[i].name)
		if err != nil {
			return nil, err
		}
		if d == nil || !ok {
			continue
		}
		m, err := b.set.maskings.Of(c.id() + "." + columns[i].name)
		if err != nil {
			return nil, err
		}
		if m != nil {
			d = d.Masked(m, b.types.Type(columns[i].typ), declaredLength(columns[i].modifier))
		}
		row.Field(b.set.fields.ApplyField(columns[i].name), d.Schema)
		t.fields = append(t.fields, field{i, d})
	}
	at, err := b.set.keyColumns.Of(c.id(), names)
	if err != nil {
		return nil, err
	}
	if len(at) == 0 {
		for _, name := range c.key {
			if i := slices.Index(names, name); i >= 0 {
				at = append(at, i)
			}
		}
	}
	key := batch.NewSchema(batch.KindStruct).Name(b.set.naming.Schema(prefix + ".Key"))
	for _, i := range at {
		d, err := b.keyDecoder(c, &columns[i])
		if err != nil {
			return nil, err
		}
		if d != nil {
			key.Field(b.set.fields.ApplyField(names[i]), d.Schema)
			t.keys = append(t.keys, field{i, d})
		}
	}
	if len(t.keys) > 0 {
		t.key = key.Build()
	}
	t.row = row.Build()
	t.envelope = cdc.EnvelopeSchema(b.set.naming.Schema(prefix+".Envelope"), t.row, b.source, b.transaction)
	return t, nil
}

// decoder reads a column of a row. stream: the stream has described it, not the catalog.
func (b *builder) decoder(t *catalogTable, c *catalogColumn, stream bool) (*typemap.Decoder, error) {
	column, err := b.column(t, c)
	if err != nil {
		return nil, err
	}
	propagates, err := b.set.sourceTypes.of(t.id(), c.name, column.Type.Name)
	if err != nil {
		return nil, err
	}
	if propagates {
		column.Params = typemap.SourceParams(column, stream)
	}
	return b.set.modes.Decoder(column), nil
}

// keyDecoder reads a column of a key, whose schema says nothing of the database. Source: TableSchemaBuilder.create.
func (b *builder) keyDecoder(t *catalogTable, c *catalogColumn) (*typemap.Decoder, error) {
	column, err := b.column(t, c)
	if err != nil {
		return nil, err
	}
	return b.set.modes.Decoder(column), nil
}

func (b *builder) column(t *catalogTable, c *catalogColumn) (*typemap.Column, error) {
	typ := b.types.Type(c.typ)
	if typ == nil {
		return nil, fmt.Errorf("table %s: column %q: type %d is not in the catalog", t.id(), c.name, c.typ)
	}
	return &typemap.Column{Name: c.name, Type: typ, Modifier: c.modifier, Optional: !c.required,
		HasDefault: c.hasDefault, Default: c.expression}, nil
}

// declaredLength is the n of varchar(n) and char(n), 0 for none.
func declaredLength(modifier int32) int { return int(max(modifier-4, 0)) }

// streamed returns the columns that the stream describes, with what only the catalog knows.
func streamed(c *catalogTable, r *pgoutput.Relation) []catalogColumn {
	out := make([]catalogColumn, len(r.Columns))
	for i := range r.Columns {
		from := &r.Columns[i]
		out[i] = catalogColumn{name: from.Name, typ: from.Type, modifier: from.Modifier}
		for k := range c.columns {
			if known := &c.columns[k]; known.name == from.Name {
				out[i].required, out[i].hasDefault, out[i].expression = known.required, known.hasDefault, known.expression
			}
		}
	}
	return out
}

// sourceSchema is the schema of source. Source: PostgresSourceInfoStructMaker.
func sourceSchema() *batch.Schema {
	text, number := batch.Of(batch.KindString, false), batch.Of(batch.KindInt64, true)
	return cdc.SourceSchema("io.debezium.connector.postgresql.Source").
		Field("schema", text).Field("table", text).
		Field("txId", number).Field("lsn", number).Field("xmin", number).
		Field("origin", batch.Of(batch.KindString, true)).Field("origin_lsn", number).Build()
}
