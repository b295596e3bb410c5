// Package mirror copies topics between Kafka clusters: MirrorSourceConnector, MirrorHeartbeatConnector of connect-mirror 4.3.1,
// under their names, configs, topics and offsets.
//
// # Source
//
// The connector lists the topics of the source cluster, creates what is missing on the target, copies configs and ACLs, and
// deals partitions out to tasks. A task reads its partitions, without a group, from behind the committed source offset:
//
//	partition {"cluster": A, "topic": T, "partition": P}    offset {"offset": N}, of the last record that was copied
//
// Rows keep partition, timestamp and headers. A batch is rows of one partition. Which offset a row got on the target is known
// with its acknowledgement; syncWriter tells it, sparsely, to the topic of offset syncs.
//
// # Heartbeats
//
// One task writes a record to the topic heartbeats of the target every emit.heartbeats.interval.seconds.
//
// Goroutines: a connector's work between calls runs on one of its own (schedule); tasks have that of the worker alone, beside
// those of the client library.
package mirror
