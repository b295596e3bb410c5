// Package jaas parses the value of sasl.jaas.config: one login module with its options.
//
// Only the modules that Kafka clients ship with are accepted; a module is a name here, and never code.
// The text is full of secrets, so no error holds a part of it except names that are known beforehand.
//
// Source: JaasConfig, JaasContext of kafka-clients 4.3.1, java.io.StreamTokenizer.
package jaas
