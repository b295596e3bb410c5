package cdc

import (
	"maps"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// Members of source offsets about the open transaction. Source: TransactionContext.
const (
	OffsetTransactionID    = "transaction_id"
	OffsetTransactionOrder = "transaction_data_collection_order_"
)

// Counts are how many events of the open transaction there were, in all and by table. The zero value is no transaction.
type Counts struct {
	ID     string
	Total  int64
	Tables map[string]int64

	names []string // of Tables, in the order of their first events
}

// Begin starts a transaction.
func (c *Counts) Begin(id string) { *c = Counts{ID: id, Tables: map[string]int64{}} }

// Event counts one and returns its place among all, and among those of its table.
func (c *Counts) Event(table string) (total, order int64) {
	c.Add(table, 1)
	return c.Total, c.Tables[table]
}

// Add counts n events of a table.
func (c *Counts) Add(table string, n int64) {
	if c.Tables == nil {
		c.Tables = map[string]int64{}
	}
	if _, ok := c.Tables[table]; !ok {
		c.names = append(c.names, table)
	}
	c.Total += n
	c.Tables[table] += n
}

// Clone returns a copy.
func (c *Counts) Clone() Counts {
	return Counts{c.ID, c.Total, maps.Clone(c.Tables), slices.Clone(c.names)}
}

// Put adds the members of an offset.
func (c *Counts) Put(m *batch.MapValue) {
	if c.ID == "" {
		return
	}
	m.Put(batch.StringValue(OffsetTransactionID), batch.StringValue(c.ID))
	for _, table := range c.names {
		m.Put(batch.StringValue(OffsetTransactionOrder+table), batch.Int64Value(c.Tables[table]))
	}
}

// TransactionTopic makes the records of the transaction topic. Source: TransactionMonitor, AbstractTransactionStructMaker.
type TransactionTopic struct {
	topic             string
	key, value, table *batch.Schema
	buckets           int // of the one map that Debezium counts in, which grows and stays so
}

// NewTransactionTopic returns the records of a topic.prefix. name is topic.transaction.
func NewTransactionTopic(n *Naming, name string) *TransactionTopic {
	text, number := batch.Of(batch.KindString, false), batch.Of(batch.KindInt64, false)
	t := &TransactionTopic{topic: n.Prefix + n.Delimiter + name, buckets: 16}
	t.table = batch.NewSchema(batch.KindStruct).Name("event.collection").Version(1).Optional(true).
		Field("data_collection", text).Field("event_count", number).Build()
	t.key = batch.NewSchema(batch.KindStruct).Name(n.Schema("io.debezium.connector.common.TransactionMetadataKey")).Version(1).Field("id", text).Build()
	t.value = batch.NewSchema(batch.KindStruct).Name(n.Schema("io.debezium.connector.common.TransactionMetadataValue")).Version(1).
		Field("status", text).Field("id", text).Field("event_count", batch.Of(batch.KindInt64, true)).
		Field("data_collections", batch.NewSchema(batch.KindArray).Elem(t.table).Optional(true).Build()).
		Field("ts_ms", number).Build()
	return t
}

// Begin returns the record of a transaction's begin.
func (t *TransactionTopic) Begin(c *Counts, ms int64) connectors.Record {
	return t.record(c, batch.StringValue("BEGIN"), batch.Null(), batch.Null(), ms)
}

// End returns the record of a transaction's end, with the tables in the order of the java.util.HashMap that Debezium
// clears for each transaction: those of one bucket as they came first.
func (t *TransactionTopic) End(c *Counts, ms int64) connectors.Record {
	tables := []batch.Value{}
	for _, i := range java.HashMapOrderSized(c.names, t.buckets) {
		name := c.names[i]
		tables = append(tables, batch.StructValueOf(&batch.StructValue{Schema: t.table,
			Fields: []batch.Value{batch.StringValue(name), batch.Int64Value(c.Tables[name])}}))
	}
	for len(c.names) > t.buckets/4*3 {
		t.buckets *= 2
	}
	return t.record(c, batch.StringValue("END"), batch.Int64Value(c.Total), batch.ArrayValue(tables), ms)
}

func (t *TransactionTopic) record(c *Counts, status, count, tables batch.Value, ms int64) connectors.Record {
	id := batch.StringValue(c.ID)
	return connectors.Record{Topic: t.topic, KeySchema: t.key, ValueSchema: t.value,
		Key: batch.StructValueOf(&batch.StructValue{Schema: t.key, Fields: []batch.Value{id}}),
		Value: batch.StructValueOf(&batch.StructValue{Schema: t.value,
			Fields: []batch.Value{status, id, count, tables, batch.Int64Value(ms)}})}
}
