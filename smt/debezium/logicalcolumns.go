package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// columns is the columnar form: rows go by the topic that they have, keys and envelopes keep their columns
// under other schemas.
func (t *logicalTable) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	t.routes.nextBatch()
	t.tableNames.nextBatch()
	key, value := b.Key, b.Value
	if key == nil {
		key = b.NullColumn(b.Len())
	}
	if value == nil {
		value = b.NullColumn(b.Len())
	}
	if len(b.Topics.Names) == 0 || key.Schema() == nil && !allNull(key) || key.Schema() != nil && key.Schema().Kind() != batch.KindStruct ||
		isEnvelope(value.Schema()) && !hasTwoRows(value.Schema()) {
		return nil, false
	}
	old := b.Topics
	matched, unmatched, topics, ok := t.sorted(b)
	if !ok {
		return nil, false
	}
	if columnar.IsEmpty(matched) {
		return nil, true
	}
	newKey, oldKey := t.keyColumn(b, key, matched, &old, &topics), b.Key
	rest := columnar.Unfailed(b, matched)
	b.Topics = topics
	groups := []group{{rest, value, newKey}, {none, value, newKey}, {unmatched, b.Value, oldKey}}
	if isEnvelope(value.Schema()) && !columnar.IsEmpty(rest) {
		var bare batch.Selection
		groups[0].rows, groups[1].rows, bare = nullsApart(b, value, rest)
		if !columnar.IsEmpty(groups[0].rows) {
			first := topics.At(int(columnar.Listed(b, groups[0].rows)[0]))
			groups[0].value = t.envelopeColumn(b, value, groups[0].rows, first)
			groups[0].rows = merged(b, groups[0].rows, bare)
		} else {
			groups[1].rows = merged(b, groups[1].rows, bare)
		}
	}
	return deal(b, groups...), true
}

// hasTwoRows reports whether envelopes have the shape that columns is for: two states of one schema.
func hasTwoRows(s *batch.Schema) bool {
	if s.Kind() != batch.KindStruct {
		return false
	}
	before, after := s.Field(fieldBefore), s.Field(fieldAfter)
	return before != nil && after != nil && before.Schema.Kind() == batch.KindStruct && !before.Schema.HasDefault() && before.Schema.Equal(after.Schema)
}

func allNull(c *batch.Column) bool {
	for i := range c.Len() {
		if !c.IsNull(i) {
			return false
		}
	}
	return true
}

// sorted returns the rows whose topic changes, the others, and the new topics; ok is false where a
// replacement is none, which fails rows one by one, or makes no name.
func (t *logicalTable) sorted(b *batch.Batch) (matched, unmatched batch.Selection, topics batch.Topics, ok bool) {
	changes := make([]bool, len(b.Topics.Names))
	topics = batch.Topics{Names: make([]string, len(b.Topics.Names)), Index: b.Topics.Index}
	for i, name := range b.Topics.Names {
		topics.Names[i] = name
		topic, change, err := t.topicOf(name)
		if err != nil || topic == "" {
			return nil, nil, topics, false
		}
		if change {
			topics.Names[i], changes[i] = topic, true
		}
	}
	rows := columnar.Live(b)
	if topics.Index == nil {
		if changes[0] {
			return rows, none, topics, true
		}
		return none, rows, topics, true
	}
	rows = columnar.Listed(b, rows)
	matched, unmatched = columnar.Room(b, len(rows)), columnar.Room(b, len(rows))
	for _, i := range rows {
		if changes[topics.Index[i]] {
			matched = append(matched, i)
		} else {
			unmatched = append(unmatched, i)
		}
	}
	return matched, unmatched, topics, true
}

// keyColumn returns the keys with the table that they are of; null keys lose their schema.
func (t *logicalTable) keyColumn(b *batch.Batch, key *batch.Column, rows batch.Selection, old, topics *batch.Topics) *batch.Column {
	present, null, bare := nullsApart(b, key, rows)
	if columnar.IsEmpty(present) {
		return b.NullColumn(b.Len())
	}
	key = columnar.PlainStructs(b, key)
	to := t.keySchema(key.Schema(), topics.At(int(columnar.Listed(b, present)[0])))
	if to.err != nil {
		columnar.Fail(b, present, to.err)
		return b.NullColumn(b.Len())
	}
	fields := to.schema.Fields()
	t.children = t.children[:0]
	for i, child := range key.Children {
		columnar.Put(b, present, &fields[i], child, key.Valid)
		t.children = append(t.children, child)
	}
	if t.unique {
		t.children = append(t.children, t.tables(b, present, old))
	}
	out := b.NewStruct(to.schema, b.Len(), t.children)
	if gone := merged(b, null, bare); !columnar.IsEmpty(gone) {
		out.Valid, out.NoSchema = bitsOf(b, columnar.Listed(b, present)), bitsOf(b, gone)
	}
	return out
}

// tables returns the column of the field that tells tables apart.
func (t *logicalTable) tables(b *batch.Batch, rows batch.Selection, old *batch.Topics) *batch.Column {
	s := batch.Of(batch.KindString, false)
	names := batch.NewColumnBuilder(s, false)
	for i, topic := range old.Names {
		table, err := t.table(topic)
		if err == nil {
			err = names.Append(batch.StringValue(table))
		}
		if err == nil {
			continue
		}
		names.AppendNulls(1)
		for _, r := range columnar.Listed(b, rows) {
			if len(old.Index) == 0 || old.Index[r] == int32(i) {
				b.Status.Fail(r, b.Len(), err)
			}
		}
	}
	index := old.Index
	if index == nil {
		index = mem.Zeroed[int32](&b.Arena, b.Len())
	}
	return b.NewDictionary(s, index, names.Finish(b))
}

// envelopeColumn returns the envelopes in rows under their new schema.
func (t *logicalTable) envelopeColumn(b *batch.Batch, c *batch.Column, rows batch.Selection, topic string) *batch.Column {
	c = columnar.PlainStructs(b, c)
	to := t.envelopeSchema(c.Schema(), topic)
	if to.err != nil {
		columnar.Fail(b, rows, to.err)
		return c
	}
	row := to.schema.Field(fieldBefore).Schema
	t.children = t.children[:0]
	children := make([]*batch.Column, len(c.Children))
	for i, f := range to.schema.Fields() {
		child := c.Children[i]
		if f.Name == fieldBefore || f.Name == fieldAfter {
			child = columnar.PlainStructs(b, child)
			states, _ := divided(b, rows, child.Valid)
			for k, state := range child.Children {
				columnar.Put(b, states, &row.Fields()[k], state, bitsOf(b, columnar.Listed(b, states)))
			}
			child = b.WithSchema(child, row)
		} else {
			child = columnar.Reading(b, rows, child)
		}
		columnar.Put(b, rows, &f, child, bitsOf(b, columnar.Listed(b, rows)))
		children[i] = child
	}
	out := b.NewStruct(to.schema, b.Len(), children)
	out.Valid, out.NoSchema = c.Valid, c.NoSchema
	return out
}
