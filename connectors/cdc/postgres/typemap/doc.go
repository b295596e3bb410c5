// Package typemap maps PostgreSQL's types to Connect's: the schema of a column, and how its values become a column of a
// batch.
//
// A Decoder serves one column under the handling modes of a connector. Cells come from the replication stream, always
// as text, or from COPY in binary form; Column decodes all rows of a batch at once. Each type has one plain decoder,
// parse, from text to a value; it is the definition, used for defaults, elements of arrays and rare types. Common types
// have loops over the whole column beside it, for text and for binary cells, and tests compare them with parse.
// Where a type has no binary loop, COPY is asked for its text (Decoder.Binary).
//
//	modes.go     handling modes
//	registry.go  types of the catalog: enums, domains, arrays
//	decoder.go   the decoder of a column, nulls, unchanged TOAST values
//	table.go     one row a type: schema, parse, loops
//	integer.go, float.go, decimal.go, text.go, binary.go, temporal.go, interval.go, …: a family of types each
//
// Source: PostgresValueConverter, JdbcValueConverters of Debezium 3.5.0.Final.
package typemap
