// Package primitive provides the converters of single values: StringConverter, ByteArrayConverter,
// BooleanConverter and those of numbers. Each is a header converter too, as in Java.
//
// Shape: every decoder gives one column under one optional schema; null bytes are null values of that
// schema. Encoders take a column in any form under any schema, or none: what a class refuses fails row
// by row with Java's error.
//
// Ownership: text and bytes that are decoded stay where they arrived: columns view the input's buffers
// and share its views and bitmap. Only malformed text and other charsets than UTF-8 are written anew, to
// the arena of the batch decoded into. Decoders and encoders keep scratch memory; one goroutine at a time.
//
// Text may hold lone surrogates of Java's strings, each in three bytes of its own; they are written as
// '?', as Java does.
//
// Not here: SimpleHeaderConverter (package header) and anything with a schema in its bytes.
//
// Source: org.apache.kafka.connect.converters and org.apache.kafka.connect.storage of Kafka 4.3.1, and
// the serializers of org.apache.kafka.common.serialization beneath them.
package primitive
