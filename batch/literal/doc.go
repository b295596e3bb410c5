// Package literal turns text into typed values and back, as header values and some transforms need it.
//
// Parse infers schema and value from text; Append writes any value. Both answer as
// org.apache.kafka.connect.data.Values does, with the zone UTC, and are total: every text has a value.
// A nested schema without a common type has a nil element (or key) schema, as Java has null there.
//
// Results own their memory. Everything is safe for concurrent use.
package literal
