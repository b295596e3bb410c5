package debezium

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/schemas"
)

const (
	deletedField  = "__deleted"
	addingFields  = "source field insertion"
	insertPurpose = "field insertion"
)

// extract replaces change events by the state of their row. Source: ExtractNewRecordState.
//
// New schemas are kept by the schema of the envelope; the original keeps them by the schema of the row and
// the operation, and so refuses rows after a change of the envelope's other fields until it restarts.
type extract struct {
	deletes
	routeBy         string // "": the topic stays
	withDefault     bool
	fields, headers []fieldReference

	dropHeader                  string // blank: none
	dropFromKey, keepCompatible bool

	plans    schemas.Cache[*extractPlan]
	rows     schemas.Cache[insertedRow]
	children []*batch.Column      // scratch
	added    []batch.HeaderColumn // scratch
}

// newField is a field reference with its schema in the records of one envelope schema; nil: it has none.
type newField struct {
	*fieldReference
	schema *batch.Schema
}

// extractPlan is what becomes of events of one envelope schema.
type extractPlan struct {
	headers       []newField
	headersErr    error
	fields        []newField
	fieldsErr     error
	after, before rowPlan
}

// rowPlan is what becomes of rows that stand in one field of the envelope.
type rowPlan struct {
	insertErr error // of adding __deleted
	schema    *batch.Schema
	err       error // of adding the other fields
}

// insertedRow is a row schema with __deleted. Source: InsertField.
type insertedRow struct {
	schema *batch.Schema
	err    error
}

func (t *extract) plan(s *batch.Schema) *extractPlan {
	return t.plans.Get(s, func(s *batch.Schema) *extractPlan {
		p := &extractPlan{}
		p.headers, p.headersErr = resolved(t.headers, s)
		if p.fieldsErr = checkType(s.Field(fieldOp), fieldOp, batch.KindString); p.fieldsErr == nil {
			p.fields, p.fieldsErr = resolved(t.fields, s)
		}
		p.after = t.rowPlan(s.Field(fieldAfter), p)
		p.before = t.rowPlan(s.Field(fieldBefore), p)
		return p
	})
}

// resolved looks the references up in envelopes of schema s. With an error, those before the one that failed.
func resolved(refs []fieldReference, s *batch.Schema) (out []newField, err error) {
	for i := range refs {
		schema, err := refs[i].schema(s)
		if err != nil {
			return out, err
		}
		if schema != nil {
			out = append(out, newField{&refs[i], schema})
		}
	}
	return out, nil
}

func (t *extract) rowPlan(f *batch.Field, p *extractPlan) (r rowPlan) {
	if f == nil || f.Schema.Kind() != batch.KindStruct {
		return r
	}
	row := f.Schema
	if t.rewrites() {
		in := t.inserted(row)
		if r.insertErr = in.err; in.err != nil {
			return r
		}
		row = in.schema
	}
	r.schema, r.err = p.widened(row)
	return r
}

// widened returns the schema of rows with the added fields. The error is that of the first field which cannot be added.
func (p *extractPlan) widened(row *batch.Schema) (*batch.Schema, error) {
	out := columnar.NewStruct(batch.Basics(batch.KindStruct, row))
	out.FieldsOf(row)
	for _, add := range p.fields {
		out.Field(add.name, add.schema)
	}
	if out.Err == nil {
		out.Err = p.fieldsErr
	}
	return out.Build()
}

// inserted returns the schema of rows that are marked.
func (t *extract) inserted(row *batch.Schema) insertedRow {
	return t.rows.Get(row, func(row *batch.Schema) (in insertedRow) {
		out := columnar.NewStruct(batch.Basics(batch.KindStruct, row))
		out.FieldsOf(row)
		out.Field(deletedField, batch.Of(batch.KindString, true))
		in.schema, in.err = out.Build()
		return in
	})
}

// effect: what is no change event passes as it is, so that all of the value may be wanted. To say less of
// change events would spare nothing: they have a schema, and under a schema decoders decode all.
func (t *extract) effect() smt.Effect {
	e := smt.Effect{Value: smt.Access{Form: smt.Opaque}, Filters: true}
	if len(t.headers) > 0 {
		e.Headers |= smt.Writes
	}
	if java.Trim(t.dropHeader) != "" {
		e.Headers |= smt.Reads
		if t.dropFromKey {
			e.Key.Form = smt.Opaque
		}
	}
	if t.routeBy != "" {
		e.Topic = smt.Reads | smt.Writes
	}
	return e
}

func (t *extract) record(r smt.Record) (smt.Record, bool, error) {
	tombstone, event := r.Value.IsNull(), isEnvelope(r.ValueSchema)
	if (tombstone || event) && len(t.headers) > 0 {
		headers, err := t.recordHeaders(&r)
		if err != nil {
			return r, false, err
		}
		r.Headers = append(slices.Clone(r.Headers), headers...)
	}
	switch {
	case tombstone:
		return r, t.keepTombstones, nil
	case !event:
		return r, true, nil
	}
	after, schema, err := extracted(r.Value, r.ValueSchema, fieldAfter)
	if err != nil {
		return r, false, err
	}
	envelope, out := r.Value.Struct(), r
	if !after.IsNull() {
		if out.ValueSchema, out.Value, err = t.marked(schema, after, "false"); err != nil {
			return r, false, err
		}
		if err = t.route(&out, out.Value, "Read record to set topic routing for CREATE / UPDATE"); err == nil {
			err = t.addFields(&out, envelope)
		}
		if err == nil {
			err = t.dropFields(&out)
		}
		return out, err == nil, err
	}
	before, beforeSchema, err := extracted(r.Value, r.ValueSchema, fieldBefore)
	if err != nil || before.IsNull() {
		return r, false, err // truncated
	}
	switch t.output {
	case deleteDropped:
		return r, false, nil
	case deleteNull:
		out.ValueSchema, out.Value = schema, batch.Null()
	case deleteTombstone:
		out.ValueSchema, out.Value = nil, batch.Null()
	case deleteRewritten:
		out.ValueSchema, out.Value, err = t.marked(beforeSchema, before, "true")
	}
	if err == nil && t.routeBy != "" {
		err = t.routeDeleted(&out, envelope)
	}
	if err == nil {
		err = t.dropFields(&out)
	}
	if err == nil && !out.Value.IsNull() {
		err = t.addFields(&out, envelope)
	}
	return out, err == nil, err
}

func (t *extract) recordHeaders(r *smt.Record) (out []batch.Header, err error) {
	if r.Value.IsNull() {
		return t.deletedHeaders(), nil
	}
	st, err := castToStruct(r.Value)
	if err != nil {
		return nil, err
	}
	p := t.plan(st.Schema)
	if p.headersErr != nil {
		return nil, p.headersErr
	}
	for _, h := range p.headers {
		v, err := h.value(st)
		if err != nil {
			return nil, err
		}
		out = append(out, batch.Header{Key: h.name, Decoded: true, Schema: h.schema, Value: v})
	}
	return out, nil
}

// deletedHeaders are what tombstones get: the operation that they stand for.
func (t *extract) deletedHeaders() (out []batch.Header) {
	for i := range t.headers {
		if t.headers[i].field == fieldOp {
			out = append(out, batch.Header{Key: t.headers[i].name, Decoded: true, Schema: batch.Of(batch.KindString, false), Value: batch.StringValue("d")})
		}
	}
	return out
}

// marked returns a row with __deleted where rows get it. Source: InsertField.
func (t *extract) marked(s *batch.Schema, v batch.Value, deleted string) (*batch.Schema, batch.Value, error) {
	st := v.Struct()
	if !t.rewrites() || st == nil {
		return s, v, nil
	}
	in := t.inserted(st.Schema)
	if in.err != nil {
		return s, v, in.err
	}
	out := batch.NewStructValue(in.schema)
	for i, f := range st.Schema.Fields() {
		field := st.Fields[i]
		if t.withDefault && field.IsNull() {
			field = f.Schema.Default()
		}
		if err := out.Put(f.Name, field); err != nil {
			return s, v, err
		}
	}
	err := out.Put(deletedField, batch.StringValue(deleted))
	return in.schema, batch.StructValueOf(out), err
}

// route gives the record the topic that its row names.
func (t *extract) route(out *smt.Record, row batch.Value, purpose string) error {
	if t.routeBy == "" {
		return nil
	}
	st, err := requireStruct(row, purpose)
	if err != nil {
		return err
	}
	topic, err := rawField(st, t.routeBy, batch.KindString)
	if err == nil && java.Trim(topic.Str()) != "" {
		out.Topic = topic.Str()
	}
	return err
}

func (t *extract) routeDeleted(out *smt.Record, envelope *batch.StructValue) error {
	before, err := rawField(envelope, fieldBefore, batch.KindStruct)
	if err != nil {
		return err
	}
	if before.IsNull() { // a default stands for it
		return exception(nullPointerException, `Cannot invoke "org.apache.kafka.connect.data.Struct.getString(String)" because the return value of "org.apache.kafka.connect.data.Struct.getStruct(String)" is null`)
	}
	return t.route(out, before, "Read record to set topic routing for DELETE")
}

// addFields copies the row of a record into a struct with the added fields.
func (t *extract) addFields(out *smt.Record, envelope *batch.StructValue) error {
	row, err := requireStruct(out.Value, addingFields)
	if err != nil {
		return err
	}
	p := t.plan(envelope.Schema)
	schema, err := p.widened(row.Schema)
	if err != nil {
		return err
	}
	st := batch.NewStructValue(schema)
	for i, f := range row.Schema.Fields() {
		if err := st.Put(f.Name, row.Fields[i]); err != nil {
			return err
		}
	}
	for _, f := range p.fields {
		v, err := f.value(envelope)
		if err == nil {
			err = st.Put(f.name, v)
		}
		if err != nil {
			return err
		}
	}
	out.ValueSchema, out.Value = schema, batch.StructValueOf(st)
	return nil
}
