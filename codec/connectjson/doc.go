// Package connectjson is JsonConverter: JSON text, with or without the schema envelope, to columns and
// back.
//
// Shape: with schemas.enable a record is {"schema":S,"payload":P} and its column has the schema S;
// without it records are schemaless, in dynamic columns. Maps under a schema lie in a column in the
// order in which Java's HashMap would iterate; members of schemaless objects lie in input order, and are
// written in HashMap order unless their column says that it is linked.
//
// Each direction has a fast path, which moves whole batches between bytes and columns. A row that it cannot
// read, because it is of an unusual form, wrong, or to be coerced, is put on a jsonscan.Tape, from which its
// values go into the same columns in Java's order (tape*.go): that takes a bounded number of bytes for each
// of the row's. The plain way, through nodes and values, a row at a time, says what Java says about anything:
// convert.go and appendvalue.go. It reads headers and defaults, writes what the fast path leaves, and is what
// tests and fuzzing compare the others with.
//
// Ownership: decoded text points into the input where nothing had to be unescaped. Decoders and encoders
// keep memory of their own and belong to one goroutine; schemas are shared by all decoders of a converter.
//
// Source: org.apache.kafka.connect.json.JsonConverter, JsonConverterConfig of 4.3.1.
package connectjson
