package batch

// Wire is the rows of a batch as a wire batch has them, compressed together: what a source that reads Kafka hands over
// without unpacking it, where the worker takes it (connectors.WireContext). Such a batch has one topic, a partition and
// Source; neither columns, timestamps nor headers. Row i is the record with offset delta i.
//
// The zero value is that of all other batches.
type Wire struct {
	Records   []byte // in the batch's arena
	Codec     int8   // that of a wire batch's attributes: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
	Base, Max int64  // timestamps: what the records' deltas count from, and the greatest
}

// Is reports whether the batch has its rows here.
func (w *Wire) Is() bool { return w.Records != nil }
