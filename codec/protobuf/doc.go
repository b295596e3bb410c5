// Package protobuf is ProtobufConverter: Protobuf's wire format behind a registry's frame, to columns and back.
//
// Schemas. A File is a .proto file as text: ParseFile reads what Java's parser reads, String prints as Java prints, so that
// a migrated topic gains no version. A pool (link.go) resolves the names of a file and of what it imports, and gives
// messages. data (toconnect.go, fromconnect.go) maps them to Connect's schemas and back, as the configs say.
//
// Data. A plan is compiled once for each message, and for each Connect schema that is written. A plan reads the fields of
// a row as they come and writes them in the order of their numbers, without a call through an interface or an allocation;
// text and bytes are views into the input. plainread.go and plainwrite.go do the same a value at a time, the way the
// original does, through a message that is held as a whole: they read the rows that a plan leaves alone (a field twice, a
// group, a value to be refused), say what is wrong with them, and are what tests and fuzzing compare the plans with.
//
// Ownership: decoders and encoders keep memory of their own and belong to one goroutine; schemas and plans are shared by
// all of a converter.
//
// Not here: frames, subjects and the registry's calls, which are codec/schemaregistry's. Messages that contain themselves
// have no Connect schema here and are refused.
//
// Source: io.confluent.connect.protobuf.ProtobufConverter and ProtobufData, Confluent schema-registry 7.0.16 and 8.5.0;
// com.squareup.wire.schema.internal.parser 4.9.7; com.google.protobuf 3.25.5.
package protobuf
