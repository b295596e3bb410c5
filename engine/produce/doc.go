// Package produce brings encoded rows to Kafka.
//
// Producer is the seam behind which the Kafka client hides; Records implements it on franz-go: rows are its
// records, or wire batches are made of them here and put into its requests. Rows of one topic partition keep
// their order. What was handed over is kept alive until its last row is acknowledged or given up, or copied.
package produce
