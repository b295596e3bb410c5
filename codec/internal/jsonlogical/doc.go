// Package jsonlogical reads and writes Decimal, Date, Time and Timestamp as the converters of JSON have them: numbers, or the Base64 of a
// decimal's unscaled value.
//
// Source: LOGICAL_CONVERTERS of org.apache.kafka.connect.json.JsonConverter 4.3.1 and of io.confluent.connect.json.JsonSchemaData 8.5.0,
// which are the same; org.apache.kafka.connect.data.Decimal.
package jsonlogical
