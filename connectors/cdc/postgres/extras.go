package postgres

import (
	"context"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
)

// extras are records beside those of tables: few, so they are built one by one. Event numbers say where they belong.
type extras struct {
	records []connectors.Record
	events  []int32
}

func (x *extras) add(r connectors.Record, event int32) {
	x.records, x.events = append(x.records, r), append(x.events, event)
}

// batches returns the records as batches, and the events of their rows.
func (x *extras) batches(pool *batch.Pool) ([]*batch.Batch, [][]int32, error) {
	if len(x.records) == 0 {
		return nil, nil, nil
	}
	out, err := connectors.Records(pool, x.records)
	if err != nil {
		return nil, nil, err
	}
	var events [][]int32
	at := 0
	for _, b := range out {
		events = append(events, x.events[at:at+b.Len()])
		at += b.Len()
	}
	return out, events, nil
}

// capturedMessage is a message, and with provide.transaction.metadata its place in its transaction.
type capturedMessage struct {
	pgoutput.LogicalMessage
	total, order int64
}

// messages makes records of logical decoding messages. Source: LogicalDecodingMessageMonitor.
type messages struct {
	topic          string
	key, value     *batch.Schema
	block          *batch.Schema
	binary         string
	include, avoid cdc.Patterns
}

func newMessages(set *settings, source, transaction *batch.Schema) *messages {
	m := &messages{topic: set.naming.Prefix + ".message", binary: set.modes.Binary, include: set.prefixes.Include, avoid: set.prefixes.Exclude}
	content := batch.KindString
	if m.binary == "bytes" {
		content = batch.KindBytes
	}
	name := func(s string) string { return set.naming.Schema("io.debezium.connector.postgresql." + s) }
	text := batch.Of(batch.KindString, true)
	m.key = batch.NewSchema(batch.KindStruct).Name(name("MessageKey")).Version(1).Field("prefix", text).Build()
	m.block = batch.NewSchema(batch.KindStruct).Name(name("Message")).Version(1).Field("prefix", text).Field("content", batch.Of(content, true)).Build()
	m.value = batch.NewSchema(batch.KindStruct).Name(name("MessageValue")).Version(1).
		Field("op", batch.Of(batch.KindString, false)).Field("ts_ms", batch.Of(batch.KindInt64, true)).
		Field("source", source).Field("transaction", transaction).Field("message", m.block).Build()
	return m
}

// captured reports whether messages with a prefix are.
func (m *messages) captured(prefix string) (bool, error) {
	l := cdc.Lists{Include: m.include, Exclude: m.avoid}
	return l.Match(prefix)
}

// record makes the record of a message. content is borrowed.
func (m *messages) record(l *layout, source *batch.Schema, msg *capturedMessage, content []byte, d *pgoutput.Decoder, now time.Time) connectors.Record {
	e := &d.Events[msg.Event]
	s := batch.NewStructValue(source)
	put := func(name string, v batch.Value) { s.Fields[source.Field(name).Index] = v }
	put("version", l.version)
	put("connector", batch.StringValue("postgresql"))
	put("name", l.name)
	put("db", l.db)
	put("schema", batch.StringValue(""))
	put("table", batch.StringValue(""))
	put("lsn", batch.Int64Value(int64(e.LSN)))
	micros, before := now.UnixMicro(), d.Committed()
	if e.Tx != pgoutput.NoTransaction {
		tx := &d.Transactions[e.Tx]
		micros, before = tx.CommitTime, tx.Before
		put("txId", batch.Int64Value(int64(tx.XID)))
	}
	put("ts_ms", batch.Int64Value(micros/1000))
	put("ts_us", batch.Int64Value(micros))
	put("ts_ns", batch.Int64Value(micros*1000))
	put("sequence", batch.StringValue(string(appendSequence(nil, before, e.LSN))))
	block := batch.Null()
	if msg.total > 0 {
		transaction := m.value.Field("transaction").Schema
		block = batch.StructValueOf(&batch.StructValue{Schema: transaction, Fields: []batch.Value{
			batch.StringValue(transactionID(d.Transactions[e.Tx].XID, e.LSN)), batch.Int64Value(msg.total), batch.Int64Value(msg.order)}})
	}
	body := batch.BytesValue(append([]byte{}, content...))
	if m.binary != "bytes" {
		body = batch.StringValue(string(typemap.AppendBinary(nil, content, m.binary)))
	}
	prefix := batch.StringValue(msg.Prefix)
	value := batch.StructValueOf(&batch.StructValue{Schema: m.value, Fields: []batch.Value{
		batch.StringValue("m"), batch.Int64Value(now.UnixMilli()), batch.StructValueOf(s), block,
		batch.StructValueOf(&batch.StructValue{Schema: m.block, Fields: []batch.Value{prefix, body}}),
	}})
	return connectors.Record{Topic: m.topic, KeySchema: m.key, Key: batch.StructValueOf(&batch.StructValue{Schema: m.key, Fields: []batch.Value{prefix}}),
		ValueSchema: m.value, Value: value}
}

// beat adds a heartbeat where one is due, behind all events of a poll, and runs heartbeat.action.query.
func (t *task) beat(ctx context.Context, x *extras, event int32, offset batch.Value) error {
	now := time.Now()
	if !t.heartbeat.Due(now) {
		return nil
	}
	x.add(t.heartbeat.Record(now, offset), event)
	if t.set.beatQuery == "" {
		return nil
	}
	if _, err := t.sql.Exec(ctx, t.set.beatQuery).ReadAll(); err != nil {
		return t.broken(connectors.Errorf("postgres: heartbeat.action.query: %w", err))
	}
	return nil
}
