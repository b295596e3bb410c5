// Package history checks from outside that nothing was lost on the way of numbered lines.
//
// A Stream writes lines that prove themselves: each carries its stream, its number and a checksum. Scan reads them
// back from a file or a record. Topic and File compare what came out, in the order it came out, with what went in, and
// report every Anomaly: lost, repeated other than by a replay from an earlier place, reordered, in another partition,
// never written, corrupt. A check of nothing is an anomaly too. The words are those of the anomalies that tests of
// Kafka itself use.
package history
