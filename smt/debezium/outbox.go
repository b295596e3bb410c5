package debezium

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/internal/notice"
	"github.com/millrace/millrace/smt/internal/schemas"
)

const readOutboxEvent = "Read Outbox Event"

// outbox makes events of the rows that an application inserts into its outbox table. Source: EventRouter.
//
// A payload whose JSON cannot be expanded stays what it was, with its schema; the original leaves the text
// under the schema it had inferred before it met the trouble, and the converter refuses that. A JSON array
// becomes a list.
type outbox struct {
	names, oracleNames outboxNames
	version            string // column of the schema's version
	versioned          bool   // there is such a column
	additional         []additionalField
	wraps              bool // the value is a struct around the payload
	ignoreMissing      bool
	onUpdate           string
	tombstones         bool
	expand             bool
	json               jsonPayload
	regex              *regex.Pattern
	replacement        string

	updated, notExpanded, notText *notice.Notice

	routes         routes
	payloadSchemas cached[*batch.Schema]   // by the payload's own
	versionSchemas map[int64]*batch.Schema // bounded
	plans          schemas.Cache[*outboxPlan]
}

// noVersion is the key of versionSchemas for a null version, which is no INT32.
const noVersion = 1 << 40

// versionsMax bounds versionSchemas: versions stand in rows. The original keeps them all.
const versionsMax = 1024

// effect: what is no change event passes as it is, so that all of key and value may be wanted. To say less of
// change events would spare nothing: they have a schema, and under a schema decoders decode all.
func (t *outbox) effect() smt.Effect {
	return smt.Effect{
		Key: smt.Access{Form: smt.Opaque}, Value: smt.Access{Form: smt.Opaque},
		Headers: smt.Writes, Topic: smt.Reads | smt.Writes, Partition: smt.Writes, Timestamp: smt.Writes, Filters: true,
	}
}

func (t *outbox) record(r smt.Record) (smt.Record, bool, error) {
	switch {
	case r.Value.IsNull():
		return r, false, nil
	case !isEnvelope(r.ValueSchema):
		return r, true, nil
	}
	envelope, err := requireStruct(r.Value, "Detect Debezium Operation")
	if err != nil {
		return r, false, err
	}
	op, err := rawField(envelope, fieldOp, batch.KindString)
	if err != nil {
		return r, false, err
	}
	if keep, err := t.accepts(op, r.Key, r.Topic); !keep {
		return r, false, err
	}
	after, _, err := extracted(r.Value, r.ValueSchema, fieldAfter)
	if err != nil {
		return r, false, err
	}
	row, err := requireStruct(after, readOutboxEvent)
	if err != nil {
		return r, false, err
	}
	out, err := t.event(r, envelope, row)
	return out, err == nil, err
}

// accepts reports whether an operation makes events; that of a row that was changed may be an error.
func (t *outbox) accepts(op, key batch.Value, topic string) (bool, error) {
	switch {
	case op.IsNull():
		return false, exception(nullPointerException, `Cannot invoke "String.equals(Object)" because "op" is null`)
	case op.Str() == "d":
		return false, nil
	case op.Str() != "u":
		return true, nil
	case t.onUpdate == "fatal":
		return false, exception(illegalStateException, "Unexpected update message received "+string(literal.JavaText{}.Append(nil, key))+", fail.")
	}
	t.updated.Add(topic, 1, nil)
	return false, nil
}

// namesFor returns the columns of the table that an envelope is of.
func (t *outbox) namesFor(envelope *batch.StructValue) *outboxNames {
	if source, _ := envelope.Field(fieldSource); source.Struct() != nil {
		if c, _ := source.Struct().Field("connector"); c.Str() == "oracle" {
			return &t.oracleNames
		}
	}
	return &t.names
}

func (t *outbox) event(r smt.Record, envelope, row *batch.StructValue) (smt.Record, error) {
	n := t.namesFor(envelope)
	payloadField := row.Schema.Field(n.payload)
	if payloadField == nil {
		return r, exception(connectException, "Unable to find payload field "+n.payload+" in event")
	}
	timestamp, err := eventTime(n, envelope, row)
	if err != nil {
		return r, err
	}
	id, err := row.Get(n.id)
	if err != nil {
		return r, err
	}
	payload, err := row.Get(n.payload)
	if err != nil {
		return r, err
	}
	idSchema, payloadSchema := row.Schema.Field(n.id).Schema, payloadField.Schema
	if err := checkHeader(idSchema, id); err != nil {
		return r, err
	}
	out := r
	out.Headers = append(slices.Clone(r.Headers), batch.Header{Key: "id", Decoded: true, Schema: idSchema, Value: id})
	if t.expand {
		payloadSchema, payload = t.expanded(n.payload, r.Topic, payloadSchema, payload)
	}
	var wrapped *batch.StructValue
	if t.wraps {
		if wrapped, err = t.wrap(n, row, payloadSchema, payload); err != nil {
			return r, err
		}
	}
	if out.Partition, err = t.place(&out, wrapped, row); err != nil {
		return r, err
	}
	switch {
	case t.tombstones && (payload.IsNull() || payload.Tag() == batch.TagString && java.Trim(payload.Str()) == ""):
		out.ValueSchema, out.Value = nil, batch.Null()
	case t.wraps:
		out.ValueSchema, out.Value = wrapped.Schema, batch.StructValueOf(wrapped)
	default:
		out.ValueSchema, out.Value = payloadSchema, payload
	}
	out.KeySchema, out.Key = batch.Of(batch.KindString, false), batch.Null()
	if !n.keyless {
		if out.Key, err = row.Get(n.key); err != nil {
			return r, err
		}
		out.KeySchema = row.Schema.Field(n.key).Schema
	}
	route, err := rawField(row, n.route, batch.KindString)
	if err != nil {
		return r, err
	}
	if route.IsNull() {
		return r, noRoute()
	}
	out.Timestamp = timestamp
	out.Topic, err = t.topic(route.Str())
	return out, err
}

// expanded returns a payload with its schema, as what its JSON says where it is JSON.
func (t *outbox) expanded(name, topic string, schema *batch.Schema, payload batch.Value) (*batch.Schema, batch.Value) {
	switch {
	case payload.Tag() == batch.TagString:
		s, v, ok := t.json.expand(name, payload.Str())
		if ok {
			return s, v
		}
		t.notExpanded.Add(topic, 1, nil)
	case !payload.IsNull():
		t.notText.Add(topic, 1, nil)
	}
	return schema, payload
}

// tell makes the lines that the original writes for every such record; they name no key, as that may be a secret.
func (t *outbox) tell(log *slog.Logger) {
	level := slog.LevelWarn
	if t.onUpdate == "error" {
		level = slog.LevelError
	}
	t.updated = notice.New(log, level, "updates of the outbox table dropped: rows are meant to be inserted and deleted")
	t.notExpanded = notice.New(log, slog.LevelWarn, "payload is not JSON that can be expanded, it stays text")
	t.notText = notice.New(log, slog.LevelWarn, "payload is no text and is not expanded")
}

// noRoute is the error for a row that names no topic. Source: RegexRouter.
func noRoute() error {
	return exception(nullPointerException, `Cannot invoke "java.lang.CharSequence.length()" because "this.text" is null`)
}

// topic returns where events with a route go. Source: RegexRouter.
func (t *outbox) topic(of string) (string, error) {
	to := t.routes.of(of, func(of string) route { return replaced(t.regex, of, t.replacement) })
	return to.name, to.err
}

// eventTime returns the timestamp of an event: that of the envelope, or of a column. Source: getEventTimestampMs.
func eventTime(n *outboxNames, envelope, row *batch.StructValue) (int64, error) {
	if n.timestamped {
		column := n.timestamp
		f := row.Schema.Field(column)
		if f == nil {
			return 0, exception(connectException, "Unable to find timestamp field "+column+" in event")
		}
		v, err := rawField(row, column, batch.KindInt64)
		if err != nil {
			return 0, err
		}
		if !v.IsNull() {
			unit, err := timeUnit(f.Schema)
			if err != nil {
				return 0, err
			}
			return v.Int() / unit, nil
		}
	}
	v, err := rawField(envelope, fieldTsMs, batch.KindInt64)
	if v.IsNull() {
		return batch.NoTimestamp, err
	}
	return v.Int(), err
}

// timeUnit returns how many of a column's units are a millisecond.
func timeUnit(s *batch.Schema) (int64, error) {
	if !s.HasName() {
		return 0, exception(connectException, "Unsupported field type "+s.Kind().String()+" (without logical schema name) for event timestamp")
	}
	switch s.Name() {
	case "io.debezium.time.Timestamp":
		return 1, nil
	case "io.debezium.time.MicroTimestamp":
		return 1_000, nil
	case "io.debezium.time.NanoTimestamp":
		return 1_000_000, nil
	}
	return 0, exception(connectException, "Unsupported field type "+s.Name()+" for event timestamp")
}

// wrap returns the struct around a payload, without the additional fields.
func (t *outbox) wrap(n *outboxNames, row *batch.StructValue, payloadSchema *batch.Schema, payload batch.Value) (*batch.StructValue, error) {
	var version batch.Value
	var err error
	if t.versioned {
		if version, err = rawField(row, t.version, batch.KindInt32); err != nil {
			return nil, err
		}
	}
	route, err := rawField(row, n.route, batch.KindString)
	if err != nil {
		return nil, err
	}
	schema, err := t.wrapSchema(payloadSchema, row.Schema, version, route)
	if err != nil {
		return nil, err
	}
	out := batch.NewStructValue(schema)
	return out, out.Put("payload", payload)
}

// wrapSchema returns the schema around payloads: one for each schema of a payload, which the first route that
// is seen with it names, or one for each version.
func (t *outbox) wrapSchema(payload, row *batch.Schema, version, route batch.Value) (*batch.Schema, error) {
	if !t.versioned {
		var err error
		s := t.payloadSchemas.get(payload, func(payload *batch.Schema) (s *batch.Schema) {
			s, err = t.newWrapSchema(payload, row, route).Build()
			return s
		})
		if s == nil {
			t.payloadSchemas.entries = t.payloadSchemas.entries[1:] // an error is met anew
		}
		return s, err
	}
	key := int64(noVersion)
	if !version.IsNull() {
		key = version.Int()
	}
	if s := t.versionSchemas[key]; s != nil {
		return s, nil
	}
	s := t.newWrapSchema(payload, row, route)
	if !version.IsNull() {
		s.Builder().Version(int32(version.Int()))
	}
	schema, err := s.Build()
	if err == nil {
		if len(t.versionSchemas) >= versionsMax {
			clear(t.versionSchemas)
		}
		t.versionSchemas[key] = schema
	}
	return schema, err
}

func (t *outbox) newWrapSchema(payload, row *batch.Schema, route batch.Value) *columnar.StructSchema {
	b := batch.NewSchema(batch.KindStruct)
	switch {
	case row.HasName():
		name := "null"
		if !route.IsNull() {
			name = route.Str()
		}
		dot := strings.LastIndexByte(row.Name(), '.') + 1
		b.Name(row.Name()[:dot] + name + "." + row.Name()[dot:])
	case !route.IsNull():
		b.Name(route.Str())
	}
	s := columnar.NewStruct(b)
	s.Field("payload", payload)
	for _, a := range t.additional {
		if a.place != placeEnvelope {
			continue
		}
		f := row.Field(a.field)
		switch {
		case f != nil:
			s.Field(a.alias, f.Schema)
		case !t.ignoreMissing && s.Err == nil:
			s.Err = exception(connectException, "Unable to find field "+a.field+" in event")
		}
	}
	return s
}

// place puts the additional columns where they go, and returns the partition.
func (t *outbox) place(out *smt.Record, wrapped, row *batch.StructValue) (int32, error) {
	partition := batch.NoPartition
	for _, a := range t.additional {
		if row.Schema.Field(a.field) == nil {
			if t.ignoreMissing {
				continue
			}
			return 0, noSuchField(a.field)
		}
		v, err := row.Get(a.field)
		if err != nil {
			return 0, err
		}
		switch a.place {
		case placeEnvelope:
			err = wrapped.Put(a.alias, v)
		case placeHeader:
			s := row.Schema.Field(a.field).Schema
			err = checkHeader(s, v)
			out.Headers = append(out.Headers, batch.Header{Key: a.alias, Decoded: true, Schema: s, Value: v})
		case placePartition:
			if v, err = rawField(row, a.field, batch.KindInt32); !v.IsNull() {
				partition = int32(v.Int())
			} else {
				partition = batch.NoPartition
			}
		}
		if err != nil {
			return 0, err
		}
	}
	return partition, nil
}
