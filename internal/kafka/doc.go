// Package kafka makes Kafka clients from Java client properties.
//
// Clients.New reads the properties that every client has: addresses, security, timeouts, backoff and
// buffers. What only producers or consumers have (acks, group.id, …) is the business of who makes one,
// and comes as further options. A key that would have an effect on a Java client and has none here is
// refused by name; keys that no client knows are passed over, as in Java.
//
// Shape: properties are texts, as in files and configs, variables already replaced.
// Errors: what a user can see is a *ConfigError, with Java's text where Java has one. Secrets are in no
// error and no log line.
// Concurrency: everything here is safe for concurrent use.
//
// Subfolders: jaas parses sasl.jaas.config, kerberos is GSSAPI, keystore reads PEM, PKCS12 and JKS, embedded is
// a broker in this process.
//
// Source: CommonClientConfigs, ClientUtils, ChannelBuilders of kafka-clients 4.3.1.
package kafka
