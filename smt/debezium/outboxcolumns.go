package debezium

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// outboxPlan is where envelopes of one schema have what events are made of.
type outboxPlan struct {
	ok     bool // there is a columnar form
	row    *batch.Schema
	unit   int64 // of the timestamp's column
	places []additionalField
}

// plan looks the configured columns up. Whatever is not as it should be goes through the plain form.
func (t *outbox) plan(s *batch.Schema) *outboxPlan {
	return t.plans.Get(s, func(s *batch.Schema) *outboxPlan {
		p := &outboxPlan{unit: 1}
		after := s.Field(fieldAfter)
		if s.Kind() != batch.KindStruct || t.expand || t.versioned || after == nil || after.Schema.Kind() != batch.KindStruct || after.Schema.HasDefault() ||
			checkType(s.Field(fieldOp), fieldOp, batch.KindString) != nil || checkType(s.Field(fieldTsMs), fieldTsMs, batch.KindInt64) != nil ||
			s.Field(fieldTsMs).Schema.Logical() != batch.LogicalNone {
			return p
		}
		p.row = after.Schema
		n := &t.names
		has := func(name string) bool { return p.row.Field(name) != nil }
		if !has(n.id) || !has(n.payload) || !n.keyless && !has(n.key) || checkType(p.row.Field(n.route), n.route, batch.KindString) != nil {
			return p
		}
		if n.timestamped {
			f := p.row.Field(n.timestamp)
			if checkType(f, n.timestamp, batch.KindInt64) != nil {
				return p
			}
			var err error
			if p.unit, err = timeUnit(f.Schema); err != nil {
				return p
			}
		}
		for _, a := range t.additional {
			switch {
			case has(a.field):
				if f := p.row.Field(a.field).Schema; a.place == placePartition && (f.Kind() != batch.KindInt32 || f.Logical() != batch.LogicalNone) {
					return p
				}
				p.places = append(p.places, a)
			case !t.ignoreMissing:
				return p
			}
		}
		p.ok = true
		return p
	})
}

func (t *outbox) columns(b *batch.Batch) (more []*batch.Batch, done bool) {
	t.routes.nextBatch()
	c := b.Value
	if c == nil {
		b.Sel = none
		return nil, true
	}
	if !isEnvelope(c.Schema()) {
		if p := partsOf(b, c); !columnar.IsEmpty(p.null) || !columnar.IsEmpty(p.bare) {
			b.Sel = p.present
		}
		return nil, true
	}
	plan := t.plan(c.Schema())
	if !plan.ok || t.wraps && !t.wrapsAs(plan) {
		return nil, false
	}
	p := partsOf(b, c)
	c = columnar.PlainStructs(b, c)
	if t.ofOracle(b, c, p.present) {
		return nil, false
	}
	rows := t.accepted(b, c.Child(fieldOp), p.present)
	after := columnar.PlainStructs(b, c.Child(fieldAfter))
	rows, gone := divided(b, rows, after.Valid)
	columnar.Fail(b, gone, notStruct(readOutboxEvent, batch.TagNull))
	if columnar.IsEmpty(rows) {
		b.Sel = none
		return nil, true
	}
	t.events(b, c, after, rows, plan)
	return nil, true
}

// wrapsAs reports whether the struct around payloads has the fields of this plan's rows: that of a payload
// schema has those of the first rows that were seen with it.
func (t *outbox) wrapsAs(plan *outboxPlan) bool {
	s, ok := t.payloadSchemas.find(plan.row.Field(t.names.payload).Schema)
	return !ok || slices.EqualFunc(s.Fields(), t.newWrapSchema(plan.row.Field(t.names.payload).Schema, plan.row, batch.Null()).Builder().Build().Fields(),
		func(a, b batch.Field) bool { return a.Name == b.Name && a.Schema.Equal(b.Schema) })
}

// ofOracle reports whether a row comes from Oracle, whose names are others.
func (t *outbox) ofOracle(b *batch.Batch, c *batch.Column, rows batch.Selection) bool {
	source := c.Child(fieldSource)
	if t.names == t.oracleNames || source == nil || source.Schema().Kind() != batch.KindStruct {
		return false
	}
	connector := columnar.PlainStructs(b, source).Child("connector")
	if connector == nil || connector.Schema().Kind() != batch.KindString {
		return false
	}
	return slices.ContainsFunc(columnar.Listed(b, rows), func(i int32) bool { return string(textAt(connector, int(i))) == "oracle" })
}

// accepted returns the rows whose operation makes events.
func (t *outbox) accepted(b *batch.Batch, ops *batch.Column, rows batch.Selection) batch.Selection {
	rows = columnar.Listed(b, rows)
	out := columnar.Room(b, len(rows))
	for _, i := range rows {
		op := textAt(ops, int(i))
		if len(op) == 1 && op[0] != 'u' && op[0] != 'd' {
			out = append(out, i)
			continue
		}
		v := batch.Null()
		if op != nil {
			v = batch.StringValue(string(op))
		}
		keep, err := t.accepts(v, b.Row(i).Key(), b.Row(i).Topic())
		switch {
		case err != nil:
			b.Status.Fail(i, b.Len(), err)
		case keep:
			out = append(out, i)
		}
	}
	if len(out) == b.Len() {
		return nil
	}
	return out
}

// events makes the events of rows, which have a row of the table in after. All else in b is dropped.
func (t *outbox) events(b *batch.Batch, c, after *batch.Column, rows batch.Selection, plan *outboxPlan) {
	n := &t.names
	read := func(name string) *batch.Column { return columnar.Reading(b, rows, after.Child(name)) }
	timestamps := t.timestamps(b, c, after, rows, plan)
	payload := read(n.payload)
	id := read(n.id)
	headers := []batch.HeaderColumn{{Key: "id", Schema: id.Schema(), Column: id}}
	required(b, rows, id)
	value := payload
	if t.wraps {
		if rows = columnar.Unfailed(b, rows); !columnar.IsEmpty(rows) {
			value = t.wrapped(b, after, payload, rows, plan)
		}
	}
	var partitions []int32
	for _, a := range plan.places {
		switch a.place {
		case placeHeader:
			column := read(a.field)
			headers = append(headers, batch.HeaderColumn{Key: a.alias, Schema: column.Schema(), Column: column})
			required(b, rows, column)
		case placePartition:
			partitions = partitionsOf(b, after.Child(a.field))
		}
	}
	if t.tombstones {
		value = tombstones(b, value, payload, rows)
	}
	key := b.NewConstant(batch.Of(batch.KindString, false), b.Len(), batch.Null())
	if !n.keyless {
		key = read(n.key)
	}
	topics := newTopicWriter(b)
	topics.routeAs(b, after.Child(n.route), rows, func(name []byte) (int32, error) {
		if name == nil {
			return -1, noRoute()
		}
		topic, err := t.topic(string(name))
		if err != nil {
			return -1, err
		}
		return topics.number(topic), nil
	})
	if rows = columnar.Unfailed(b, rows); columnar.IsEmpty(rows) {
		b.Sel = none
		return
	}
	topics.write(b)
	b.Key, b.Value, b.Timestamps, b.Sel = key, value, timestamps, rows
	b.AddHeaders(headers...)
	b.Partition, b.Partitions = batch.NoPartition, partitions
}

// required fails rows that have null in a column whose schema asks for a value, as headers may not.
func required(b *batch.Batch, rows batch.Selection, c *batch.Column) {
	if c.Schema().Optional() || columnar.NeverNull(c) {
		return
	}
	for _, i := range columnar.Listed(b, rows) {
		if c.IsNull(int(i)) {
			b.Status.Fail(i, b.Len(), checkHeader(c.Schema(), batch.Null()))
		}
	}
}

func (t *outbox) timestamps(b *batch.Batch, c, after *batch.Column, rows batch.Selection, plan *outboxPlan) []int64 {
	out := mem.Zeroed[int64](&b.Arena, b.Len())
	processed := b.PlainColumn(c.Child(fieldTsMs))
	copy(out, processed.Int64s())
	if processed.Valid != nil {
		for i := range out {
			if !processed.Valid.Get(i) {
				out[i] = batch.NoTimestamp
			}
		}
	}
	if t.names.timestamped {
		own := b.PlainColumn(after.Child(t.names.timestamp))
		v := own.Int64s()
		for _, i := range columnar.Listed(b, rows) {
			if own.Valid.Has(int(i)) {
				out[i] = v[i] / plan.unit
			}
		}
	}
	return out
}

func partitionsOf(b *batch.Batch, c *batch.Column) []int32 {
	c = b.PlainColumn(c)
	out := mem.Zeroed[int32](&b.Arena, b.Len())
	copy(out, c.Int32s())
	for i := range out {
		if !c.Valid.Has(i) {
			out[i] = batch.NoPartition
		}
	}
	return out
}

// wrapped returns the structs around payloads.
func (t *outbox) wrapped(b *batch.Batch, after, payload *batch.Column, rows batch.Selection, plan *outboxPlan) *batch.Column {
	route := after.Child(t.names.route)
	first := batch.Null()
	if name := textAt(route, int(columnar.Listed(b, rows)[0])); name != nil {
		first = batch.StringValue(string(name))
	}
	schema, err := t.wrapSchema(payload.Schema(), plan.row, batch.Null(), first)
	if err != nil {
		columnar.Fail(b, rows, err)
		return payload
	}
	children := []*batch.Column{payload}
	for _, a := range plan.places {
		if a.place == placeEnvelope {
			children = append(children, columnar.Reading(b, rows, after.Child(a.field)))
		}
	}
	fields := schema.Fields()
	valid := bitsOf(b, columnar.Listed(b, rows))
	for i, child := range children {
		columnar.Put(b, rows, &fields[i], child, valid)
	}
	return b.NewStruct(schema, b.Len(), children)
}

// tombstones returns value without schema and value in the rows whose payload is empty.
func tombstones(b *batch.Batch, value, payload *batch.Column, rows batch.Selection) *batch.Column {
	text := payload.Schema().Kind() == batch.KindString
	rows = columnar.Listed(b, rows)
	empty := columnar.Room(b, len(rows))
	for _, i := range rows {
		if payload.IsNull(int(i)) || text && java.Trim(string(textAt(payload, int(i)))) == "" {
			empty = append(empty, i)
		}
	}
	if len(empty) == 0 {
		return value
	}
	value = b.PlainColumn(value)
	out := b.WithSchema(value, value.Schema())
	bare := bitsOf(b, empty)
	out.Valid = without(b, value.Valid, bare)
	out.NoSchema = bare
	return out
}
