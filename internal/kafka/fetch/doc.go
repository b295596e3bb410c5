// Package fetch reads the bytes of Fetch responses itself, below the Kafka client, and makes raw batches of them.
//
// An Interposer wraps the connections that the client dials, above TLS. The client keeps all it knows: group,
// sessions, metadata, leaders, epochs, retries, aborted transactions. Where a response has record batches, it is
// given stand-ins: record batches of one record, with the header of what they stand for and a handle as value. What
// they stand for stays in a pooled slab, until the consumer redeems the handle with Take and has a Builder make
// batches of it, or the client drops the stand-in.
//
//	broker -> Conn (slab, CRC, stand-ins) -> client -> consumer: Take -> Builder -> batches
//
// What is not a plain record batch goes to the client as it came: control batches, wrong checksums, the formats
// before Kafka 0.11, what is cut off, and whatever else looks odd. It decides about those as it does without us.
//
// It rests on what the client library does and does not promise: that it writes a request with one call of Write,
// and that it has one fetch out per broker and asks for the next one when it holds no record of the last. The first
// is looked at with every request, the second whenever a handle is redeemed; see Distrust.
//
// Ownership: a slab belongs to its response, which is returned when all its handles are redeemed and released, or
// swept. Batches own copies: a slow partition does not keep the bytes of others.
//
// A Reader does so for a client without a group, as a connector has it that reads another cluster: Options go to the
// client, Start follows, then Poll, and Read for each partition of its answer. Its Receiver gets raw batches, and may
// take wire batches as they are, to hand them on where the worker takes them (connectors.WireContext):
//
//	ip := fetch.New(dial, pool.Mem, log)
//	r := fetch.NewReader(ip, fetch.BuilderOptions{Pool: pool, RowsMax: 1024, BytesMax: 4 << 20})
//	cl, err := kgo.NewClient(append(ip.Options(), own...)...)
//	r.Start(cl)
//	r.Poll(ctx, rows).EachPartition(func(p kgo.FetchTopicPartition) { err = r.Read(names, p.Partition, p.Records, receiver) })
//
// Goroutines: the client calls connections and hooks from its own; Take, Sweep and the Builder belong to the
// consumer's fetching goroutine.
package fetch
