package cdc

import "github.com/millrace/millrace/batch"

// SourceSchema starts the schema of source with the members that all databases have.
// Source: AbstractSourceInfoStructMaker.commonSchemaBuilder.
func SourceSchema(name string) *batch.Builder {
	text, number := batch.Of(batch.KindString, false), batch.Of(batch.KindInt64, true)
	snapshot := Enum("true,first,first_in_data_collection,last_in_data_collection,last,false,incremental").
		Optional(true).Default(batch.StringValue("false")).Build()
	return batch.NewSchema(batch.KindStruct).Name(name).Version(1).
		Field("version", text).Field("connector", text).Field("name", text).
		Field("ts_ms", batch.Of(batch.KindInt64, false)).
		Field("snapshot", snapshot).Field("db", text).
		Field("sequence", batch.Of(batch.KindString, true)).
		Field("ts_us", number).Field("ts_ns", number)
}

// Version is what source says of the connector: the release whose format the records have.
const Version = "3.5.0.Final"

// Snapshot marks of records. Source: SnapshotRecord.
const (
	MarkTrue uint8 = iota
	MarkFirst
	MarkFirstInTable
	MarkLastInTable
	MarkLast
	MarkIncremental
)

// Marks are the texts of the marks, in their order.
var Marks = [...]string{"true", "first", "first_in_data_collection", "last_in_data_collection", "last", "incremental"}
