// Package verifiable has the connectors with which Kafka's own system tests look at a cluster.
//
// VerifiableSource and VerifiableSink say on standard output what passes through them, one JSON object a
// line, so that a test that sees only the output knows what was sent, committed, delivered and flushed:
//
//	source, record made         {"task":0,"seqno":5,"name":"n","topic":"t","time_ms":1700000000000}
//	source, record acknowledged the same with "committed":true
//	sink, record delivered      {"task":0,"sinkTask":1,"seqno":5,"offset":9,"name":"n","topic":"t","time_ms":…}
//	sink, offsets to commit     the same with "flushed":true
//
// Members stand in the order of a java.util.HashMap, as the original writes them. MockSource and MockSink
// move nothing and fail on demand. SchemaSource makes structs under one schema or two.
//
// Their Java classes define no config keys, and neither do these: the REST API validates and shows none.
// What they read all the same, as texts:
//
//	Verifiable*   topic, throughput (records a second of a task; negative: no bound; 0: one record),
//	              complete.record.data=true (structs in place of numbers)
//	Mock*         mock_mode=connector-failure or task-failure, delay_ms=15000
//	SchemaSource  topic, throughput, num.messages, multiple.schema=true, partition.count=1
//
// A sink's lines count as flushed by the topic that records were consumed from; the original goes by the topic that
// transforms gave them, and never flushes those that were renamed. A source hands over many records at once where
// throughput lets it.
//
// Source partitions are {"id":task}, source offsets {"seqno":n}: a task of either side goes on where one of
// the other stopped.
package verifiable
