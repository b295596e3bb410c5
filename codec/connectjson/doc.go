// Package connectjson is JsonConverter: JSON text, with or without the schema envelope, to columns and
// back.
//
// Shape: with schemas.enable a record is {"schema":S,"payload":P} and its column has the schema S;
// without it records are schemaless, in dynamic columns. Maps under a schema lie in a column in the
// order in which Java's HashMap would iterate; members of schemaless objects lie in input order, and are
// written in HashMap order unless their column says that it is linked.
//
// Each direction has two paths. The plain one goes through jsonscan's nodes and batch's values, a row at
// a time, and says what Java says about anything: convert.go and appendvalue.go. The fast one moves whole
// batches between bytes and columns; a row that is not plain and canonical enough goes to the plain path,
// alone.
//
// Ownership: decoded text points into the input where nothing had to be unescaped. Decoders and encoders
// keep memory of their own and belong to one goroutine; schemas are shared by all decoders of a converter.
//
// Source: org.apache.kafka.connect.json.JsonConverter, JsonConverterConfig of 4.3.1.
package connectjson
