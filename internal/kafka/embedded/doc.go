// Package embedded is a Kafka broker inside this process, for development, demonstrations and tests.
//
// It is one node on loopback, without replication. Records, topics, groups and transactions live in
// memory, or in a data folder from which the next start goes on.
//
// A clean Close writes everything out. After a kill of the process (SIGKILL, a panic) what the system
// had been handed is there, since a killed process does not lose the page cache; after a crash of the
// machine the last seconds may be lost, unless Sync is set. It is no store for data that counts.
//
// The APIs and their versions are those of Kafka 4.2, CreateTopics up to version 4: newer answers of the
// library stop Java's clients.
//
// This is the one place that imports the library behind it.
package embedded
