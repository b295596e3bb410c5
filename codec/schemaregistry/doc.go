// Package schemaregistry is what the converters of Avro, Protobuf and JSON Schema share: the client of a
// Confluent Schema Registry, the frames that put a schema's id before (or beside) a record's bytes, the names of
// subjects, and the config keys of all that.
//
// A Registry belongs to one converter, key or value. Its Write turns the schema of outgoing records into an id by
// the first rule of the config that applies; its Read turns the id of incoming ones into a schema. Both ask the
// registry once and remember; a converter remembers the answers beside its own plans, so that a warm one calls
// nothing here for a row. A Splitter reads the frames of a column.
//
// Errors are *codec.Error with the class and the text of the original; WriteError and ReadError put around them what
// its converters do. An error that says Outage, or that AllRows is true of, is no row's fault: a decoder or encoder
// returns it in place of failing rows.
//
// Secrets (passwords, tokens, the user part of a URL) are in no error, no log line and no printed config.
//
// Concurrency: a Registry is safe for concurrent use, a Splitter is not.
//
// Source: confluentinc/schema-registry 8.5: schema-serializer (AbstractKafkaSchemaSerDe, its config and strategies,
// serializers.schema.id) and client (RestService, CachedSchemaRegistryClient).
package schemaregistry
