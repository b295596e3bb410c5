// Package wire puts wire batches of our own into Produce requests, below the Kafka client.
//
// An Interposer wraps the connections that the client dials, above TLS. The client keeps all it knows: metadata,
// leaders, producer ids and epochs, transactions, retries, the order of requests. It is given a stand-in for each wire
// batch, a small record whose value is a handle; when it writes a request, the batches take the places of their
// stand-ins. A batch takes rows until then: what waits behind a request on its way goes out together. One that another
// broker sent (NewWhole) takes none, and goes out as it came, under a header of its own.
//
//	rows -> Batch (slab) ...... client: stand-in -> request -> Conn.Write: batch, compressed, numbered -> broker
//
// Responses are not touched: what a broker answers about a batch, its first offset or an error, is so for its stand-in.
//
// It rests on what the client library does and does not promise: that it writes a request with one call of Write, and
// that a stand-in is a wire batch of its own. Both are looked at with every request. One that is otherwise is not sent,
// nothing is sent from then on, and the owner is told: no stand-in may reach a topic.
//
// Ownership: a batch's memory is its own, until its owner releases it and no request that has it is being written.
//
// Goroutines: rows are added by the owner's, requests are written by the client's, one at a time for a broker.
package wire
