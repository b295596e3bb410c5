// Package avro is AvroConverter: Avro's binary form behind a registry's frame, to columns and back.
//
// Schemas. A Schema is Avro's own model: ParseSchema accepts what Java's parser accepts, String prints as Java
// prints, so that a migrated topic gains no version. data (toconnect.go, fromconnect.go) maps it to Connect's
// schemas and back, as the configs say.
//
// Data. A plan is compiled once for each writer schema, and for each Connect schema that is written: a tree
// of small steps, each of which moves one value of a row between bytes and the arrays of its column. Rows are
// read and written one after another, without a call through an interface or an allocation; text and bytes
// are views into the input. plainread.go and plainwrite.go do the same a value at a time, the way the original does:
// they say what is wrong with a row, read and write what has no plan, and are what tests and fuzzing compare
// the plans with.
//
// Ownership: decoders and encoders keep memory of their own and belong to one goroutine; schemas and plans'
// sources are shared by all of a converter.
//
// Files. FileWriter and FileReader are object container files (package ocf) of columns, by the same plans.
//
// Not here: frames, subjects and the registry's calls, which are codec/schemaregistry's.
//
// Source: io.confluent.connect.avro.AvroConverter and AvroData, Confluent schema-registry 7.0.16 and 8.5.0;
// org.apache.avro.Schema 1.11.3.
package avro
