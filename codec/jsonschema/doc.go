// Package jsonschema is JsonSchemaConverter: JSON text behind a registry's frame, whose schema is a JSON Schema, to columns
// and back.
//
// Schemas. load makes of a text the classes of schemas that the original's libraries make of it (load.go, draft.go), with
// what $ref points to (reference.go): in the text, or in the references under which it was registered. Nothing is ever
// fetched from elsewhere. data maps that to Connect's schemas (toconnect.go, allof.go) and back to the text under which
// they are registered (fromconnect.go, print.go), member for member as the original prints it.
//
// Data. A decoder keeps a tree of columns for each schema that it reads, and reads rows straight into them (read*.go);
// what is of an unusual form, wrong, or of a type that has no such way (a union, a map of other keys than text) is parsed
// and converted a value at a time. An encoder walks columns in the same way (bind.go, render.go). plainread.go and
// plainwrite.go do all of it a value at a time, the way the original does: they say what is wrong with a row, and are what
// tests and fuzzing compare the others with.
//
// Validation (json.fail.invalid.schema) is github.com/santhosh-tekuri/jsonschema's, on texts and references that it is
// given; patterns are matched in linear time.
//
// Ownership: decoders and encoders keep memory of their own and belong to one goroutine; schemas are shared by all of a
// converter.
//
// Source: io.confluent.connect.json.JsonSchemaConverter and JsonSchemaData of Confluent schema-registry 8.5.0, with
// everit-json-schema 1.14.6 and json-sKema 0.29.
package jsonschema
