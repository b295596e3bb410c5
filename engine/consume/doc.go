// Package consume gives sink tasks what they consume as raw batches, and rules a consumer group member.
//
// Consumer is the seam behind which the Kafka client hides; Records implements it on franz-go, with batches of
// the bytes of its fetch responses or of its records. One lane per assigned topic partition keeps its batches in
// order; a bounded number of bytes waits in all lanes together, then fetching stops while heartbeats go on.
//
// All methods of a Consumer but Wake are called from the task's goroutine. Rebalance callbacks run on it
// too, inside Poll. Batches go to the caller of Poll with one reference.
package consume
