package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc/incremental"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// chunk is what one query of an incremental snapshot has read: rows of a table as COPY sends them, in one buffer. Behind
// the columns of the table a tuple has, as text, those of its key and those that chunks are ordered by.
type chunk struct {
	copying
	of    *table // as records have it; copying.table has the texts too
	keys  []int  // columns of tuples with the texts of the record's key
	order []int
	types []*typemap.Type // of the order
	used  int             // bytes of the buffer
}

// chunkBytes is the first size of a buffer.
const chunkBytes = 64 << 10

// binaryText reads a text that COPY sends in binary form, where it is as it is.
var binaryText = &typemap.Decoder{Binary: true}

// chunkOrder returns the columns that chunks of a table are ordered by: a surrogate key, or the key of its records.
func chunkOrder(t *table, surrogate string) (out []int, err error) {
	if surrogate != "" {
		i := slices.IndexFunc(t.columns, func(c catalogColumn) bool { return c.name == surrogate })
		if i < 0 {
			return nil, fmt.Errorf("surrogate key %q is no column", surrogate)
		}
		return []int{i}, nil
	}
	for _, f := range t.keys {
		out = append(out, f.column)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("it has no primary key and no surrogate key was given")
	}
	return out, nil
}

// newChunk prepares a chunk of a table and returns the columns of the query beside the table's own: the texts.
func newChunk(t *table, order []int, types *typemap.Registry) (c *chunk, texts []string) {
	reading := *t
	reading.columns, reading.fields = slices.Clip(t.columns), slices.Clip(t.fields)
	c = &chunk{of: t}
	places := map[int]int{}
	place := func(column int) int {
		at, ok := places[column]
		if !ok {
			at = len(reading.columns)
			places[column] = at
			alias := fmt.Sprintf("millrace key %d", len(texts))
			texts = append(texts, textOf(&t.columns[column])+" AS "+quoteName(alias))
			reading.columns = append(reading.columns, catalogColumn{name: alias})
			reading.fields = append(reading.fields, field{at, binaryText})
		}
		return at
	}
	for _, column := range order {
		c.order = append(c.order, place(column))
		c.types = append(c.types, types.Type(t.columns[column].typ))
	}
	for _, f := range t.keys {
		c.keys = append(c.keys, place(f.column))
	}
	if len(t.keys) == 0 { // a table without a key: changes do not say which row they are of
		c.keys = c.order
	}
	c.table = &reading
	return c, texts
}

// chunkQuery is the statement that a chunk comes from. Source: AbstractChunkQueryBuilder.buildChunkQuery.
func chunkQuery(t *table, order []int, texts []string, context *incremental.Context, limit int) (string, error) {
	var where []string
	if context.End() != nil {
		after, err := bounds(t, order, context.End(), incremental.After)
		if err != nil {
			return "", err
		}
		upTo, err := bounds(t, order, context.Maximum(), incremental.UpTo)
		if err != nil {
			return "", err
		}
		where = append(where, after, upTo)
	}
	if condition := context.Current().Condition; condition != "" {
		where = append(where, condition)
	}
	columns := "*"
	if len(texts) > 0 {
		columns += ", " + strings.Join(texts, ", ")
	}
	return "SELECT " + columns + " FROM " + quoteName(t.schema) + "." + quoteName(t.name) + conditions(where) +
		" ORDER BY " + orderBy(t, order, "") + fmt.Sprintf(" LIMIT %d", limit), nil
}

// maximumQuery is the statement for the key of the last row. Source: AbstractChunkQueryBuilder.buildMaxPrimaryKeyQuery.
func maximumQuery(t *table, order []int, condition string) string {
	var where []string
	if condition != "" {
		where = append(where, condition)
	}
	return "SELECT " + orderBy(t, order, "") + " FROM " + quoteName(t.schema) + "." + quoteName(t.name) + conditions(where) +
		" ORDER BY " + orderBy(t, order, " DESC") + " LIMIT 1"
}

func conditions(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}

func orderBy(t *table, order []int, direction string) string {
	names := make([]string, len(order))
	for i, column := range order {
		names[i] = quoteName(t.columns[column].name) + direction
	}
	return strings.Join(names, ", ")
}

func bounds(t *table, order []int, key incremental.Key, condition func([]incremental.Column, []string, bool, bool) string) (string, error) {
	if len(key) != len(order) {
		return "", fmt.Errorf("a key of %d values where chunks are ordered by %d columns", len(key), len(order))
	}
	columns, literals := make([]incremental.Column, len(order)), make([]string, len(order))
	for i, column := range order {
		c := &t.columns[column]
		columns[i] = incremental.Column{Name: quoteName(c.name), Optional: !c.required}
		var err error
		if literals[i], err = keyLiteral(key[i]); err != nil {
			return "", err
		}
	}
	return condition(columns, literals, true, true), nil
}

// read runs the query of a chunk. The buffer belongs to the chunk until drop.
func (c *chunk) read(ctx context.Context, t *task, statement string) error {
	c.hold = t.tc.Pool().New(0)
	c.buf = c.hold.Arena.Bytes(chunkBytes)
	_, err := t.sql.CopyTo(ctx, c, copyCommand(c.table, statement, ""))
	return err
}

// Write takes what one message of COPY has: a row.
func (c *chunk) Write(p []byte) (int, error) {
	from := c.used
	if c.used += len(p); c.used > len(c.buf) {
		more := c.hold.Arena.Bytes(max(2*len(c.buf), c.used))
		copy(more, c.buf[:from])
		c.buf = more
	}
	copy(c.buf[from:], p)
	return len(p), c.row(c.buf, from, c.used)
}

// release ends the use of the buffer.
func (c *chunk) release() {
	if c.hold != nil {
		c.hold.Release()
		c.hold = nil
	}
}

// appendKey appends the texts of columns of a tuple as parts of a key.
func (c *chunk) appendKey(dst []byte, tuple int32, columns []int) []byte {
	cells := c.cells[int(tuple)*len(c.table.columns):]
	for _, column := range columns {
		dst = appendCell(dst, c.buf, cells[column])
	}
	return dst
}

func appendCell(dst, buf []byte, c pgoutput.Cell) []byte {
	if c.Len < 0 {
		return incremental.AppendPart(dst, nil)
	}
	return incremental.AppendPart(dst, buf[c.Pos:int(c.Pos)+int(c.Len)])
}

// keyOf reads a key from its parts.
func keyOf(types []*typemap.Type, parts []byte) (incremental.Key, error) {
	out := make(incremental.Key, len(types))
	for i, t := range types {
		size, n := binary.Uvarint(parts)
		parts = parts[n:]
		if size == 0 {
			continue
		}
		v, err := keyValue(t, parts[:size-1])
		if err != nil {
			return nil, connectors.Errorf("postgres: value %q of a key: %w", parts[:size-1], err)
		}
		out[i], parts = v, parts[size-1:]
	}
	return out, nil
}

// endKey is the key of the last row.
func (c *chunk) endKey() (incremental.Key, error) {
	return keyOf(c.types, c.appendKey(nil, int32(c.count()-1), c.order))
}

// differs reports whether the stream describes a table otherwise than the chunk was read.
func (c *chunk) differs(r *pgoutput.Relation) bool {
	for _, column := range r.Columns {
		i := slices.IndexFunc(c.of.columns, func(k catalogColumn) bool { return k.name == column.Name })
		if i < 0 || c.of.columns[i].typ != column.Type || c.of.columns[i].modifier != column.Modifier {
			return true
		}
	}
	return false
}
