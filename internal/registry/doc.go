// Package registry is a Schema Registry inside the process: what millrace dev starts, and what mock:// URLs reach.
//
// A Store holds subjects, versions, ids, levels of compatibility and modes, in memory and, with a file, as one line for
// each change. A Server answers the REST calls of Confluent's registry out of it, one node, without authentication: it
// belongs on loopback. What only a format can tell (is this text a schema, are two the same, does one read the other) is
// asked of its Kind; a format without that is kept as text, and its answers say that nothing was checked.
//
// Contexts are kept apart by the names of subjects (:.context:subject) and share one sequence of ids. Rules and metadata
// are stored and given back, never applied.
//
// Concurrency: safe for concurrent use. Errors: *Error, as the answer says it.
//
// Source: confluentinc/schema-registry 8.5: AbstractSchemaRegistry, KafkaSchemaRegistry, rest.resources, rest.entities.
package registry
