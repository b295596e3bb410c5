package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// columns is the columnar form: rows of inserts and updates take the columns of after, rows that are
// deleted those of before or null.
func (t *extract) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	c := b.Value
	if c == nil {
		c = b.NullColumn(b.Len())
	}
	if t.dropsFrom(b) {
		return nil, false
	}
	s := c.Schema()
	if isEnvelope(s) && !t.hasColumns(s) {
		return nil, false
	}
	p := partsOf(b, c)
	if !isEnvelope(s) {
		t.others(b, c, p)
		return nil, true
	}
	c = columnar.PlainStructs(b, c)
	plan := t.plan(s)
	if plan.headersErr != nil {
		columnar.Fail(b, p.present, plan.headersErr)
		p.present = none
	}
	t.addHeaders(b, c, p, plan)
	return t.unwrap(b, c, p, plan), true
}

// hasColumns reports whether envelopes of schema s have the shape that columns is for.
func (t *extract) hasColumns(s *batch.Schema) bool {
	if s.Kind() != batch.KindStruct || t.rewrites() && t.routeBy == deletedField {
		return false
	}
	for _, name := range [...]string{fieldAfter, fieldBefore} {
		f := s.Field(name)
		if f == nil || f.Schema.Kind() != batch.KindStruct || f.Schema.HasDefault() {
			return false
		}
	}
	for _, refs := range [...][]newField{t.plan(s).headers, t.plan(s).fields} {
		for _, r := range refs {
			if k := r.schema.Kind(); k == batch.KindStruct || k == batch.KindMap {
				return false // without their fields: refused where there is a value
			}
		}
	}
	return true
}

// others handles a batch without change events: what is no tombstone passes.
func (t *extract) others(b *batch.Batch, c *batch.Column, p parts) {
	tombstones := merged(b, p.null, p.bare)
	if len(t.headers) > 0 && !columnar.IsEmpty(tombstones) {
		appendHeaders(b, none, nil, tombstones, t.deletedHeaders())
	}
	if !t.keepTombstones && !columnar.IsEmpty(tombstones) {
		b.Sel = p.present
	}
}

// addHeaders appends headers to events and tombstones.
func (t *extract) addHeaders(b *batch.Batch, c *batch.Column, p parts, plan *extractPlan) {
	if len(t.headers) == 0 {
		return
	}
	t.added = t.added[:0]
	for _, h := range plan.headers {
		t.added = append(t.added, batch.HeaderColumn{Key: h.name, Schema: h.schema, Column: h.values(b, c)})
	}
	appendHeaders(b, p.present, t.added, merged(b, p.null, p.bare), t.deletedHeaders())
	clear(t.added)
}

// unwrap sorts the events by what becomes of them.
func (t *extract) unwrap(b *batch.Batch, c *batch.Column, p parts, plan *extractPlan) (more []*batch.Batch) {
	after, before := columnar.PlainStructs(b, c.Child(fieldAfter)), columnar.PlainStructs(b, c.Child(fieldBefore))
	changed, gone := divided(b, p.present, after.Valid)
	deleted, _ := divided(b, gone, before.Valid) // the others are truncations
	if t.output == deleteDropped {
		deleted = none
	}
	var topics *topicWriter
	if t.routeBy != "" {
		topics = newTopicWriter(b)
	}
	kept := p.bare
	if !t.keepTombstones {
		kept, p.null = none, none
	}
	rows := t.carry(b, c, changed, after, &plan.after, plan, "false", topics)
	groups := []group{{changed, rows, b.Key}, {none, nil, b.Key}, {p.null, b.Value, b.Key}}
	switch t.output {
	case deleteNull:
		t.routeRows(b, deleted, before, topics, false)
		groups[1].rows, groups[1].value = deleted, b.NewConstant(after.Schema(), b.Len(), batch.Null())
	case deleteRewritten:
		groups[1].rows, groups[1].value = deleted, t.carry(b, c, deleted, before, &plan.before, plan, "true", topics)
	case deleteTombstone:
		t.routeRows(b, deleted, before, topics, false)
		kept = merged(b, kept, deleted)
	}
	if topics != nil {
		topics.write(b)
	}
	t.joinTombstones(b, kept, groups)
	return deal(b, groups...)
}

// joinTombstones adds rows without schema and value to the group of changed rows, or makes them one where
// no row changed.
func (t *extract) joinTombstones(b *batch.Batch, rows batch.Selection, groups []group) {
	if columnar.IsEmpty(rows) {
		return
	}
	g := &groups[0]
	if columnar.IsEmpty(g.rows) || g.value == nil {
		g.rows, g.value = rows, b.NullColumn(b.Len())
		return
	}
	out := b.WithSchema(g.value, g.value.Schema())
	out.Valid = bitsOf(b, g.rows)
	out.NoSchema = bitsOf(b, rows)
	g.rows, g.value = merged(b, g.rows, rows), out
}

// carry makes the column of rows that stand in from, a field of the envelopes in c, marked and widened as
// the plan says. Rows that the new struct refuses fail; nil where all do.
func (t *extract) carry(b *batch.Batch, c *batch.Column, rows batch.Selection, from *batch.Column, r *rowPlan, plan *extractPlan, deleted string, topics *topicWriter) *batch.Column {
	if columnar.IsEmpty(rows) {
		return nil
	}
	if r.insertErr != nil {
		columnar.Fail(b, rows, r.insertErr)
		return nil
	}
	var valid bits.Bitmap
	if rows != nil {
		valid = bitsOf(b, rows)
	}
	fields := from.Schema().Fields()
	t.children = t.children[:0]
	for i, child := range from.Children {
		if t.rewrites() {
			if t.withDefault {
				child = columnar.Reading(b, rows, child)
			}
			columnar.Put(b, rows, &fields[i], child, valid)
		}
		t.children = append(t.children, child)
	}
	if t.rewrites() {
		t.children = append(t.children, b.NewConstant(batch.Of(batch.KindString, true), b.Len(), batch.StringValue(deleted)))
	}
	t.routeRows(b, rows, from, topics, t.rewrites() && t.withDefault && deleted == "false")
	if r.err != nil {
		columnar.Fail(b, rows, r.err)
		return nil
	}
	if !t.rewrites() {
		for i, child := range from.Children {
			columnar.Put(b, rows, &fields[i], child, valid)
		}
	}
	for _, f := range plan.fields {
		t.children = append(t.children, b.WithSchema(f.values(b, c), f.schema))
	}
	out := b.NewStruct(r.schema, b.Len(), t.children)
	out.Valid = valid
	return out
}

// routeRows gives rows the topics that they name themselves. withDefault reads the column with the default
// of its schema.
func (t *extract) routeRows(b *batch.Batch, rows batch.Selection, from *batch.Column, topics *topicWriter, withDefault bool) {
	if topics == nil || columnar.IsEmpty(rows) {
		return
	}
	f := from.Schema().Field(t.routeBy)
	if err := checkType(f, t.routeBy, batch.KindString); err != nil {
		columnar.Fail(b, rows, err)
		return
	}
	names := from.Children[f.Index]
	if withDefault {
		names = columnar.Reading(b, rows, names)
	}
	topics.route(b, names, rows)
}
