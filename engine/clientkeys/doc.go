// Package clientkeys holds the definitions of the settings of Java's Kafka clients, which the answer of a
// config check shows beside the settings that a connector overrides.
//
// The .jsonl files have one key a line, sorted by name, as kafka-clients 4.3.1 defines it.
// Source: ProducerConfig.configDef, ConsumerConfig.configDef, AdminClientConfig.configDef.
package clientkeys
