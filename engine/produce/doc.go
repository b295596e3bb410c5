// Package produce brings encoded rows to Kafka.
//
// Producer is the seam behind which the Kafka client hides; Records implements it on franz-go's record
// API. Rows of one topic partition keep their order. What was handed over is kept alive until its last
// row is acknowledged or given up.
package produce
