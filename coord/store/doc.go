// Package store keeps what the control plane has to remember: source offsets in a file or in memory, and
// the three internal topics of a cluster, in Java's formats.
//
// Pure parts: ConfigReducer makes a Configs, which never changes, of the records of the config topic, and
// says what each of them changed; Statuses does so for the status topic. Both take any bytes: a record that
// makes no sense is passed over and reported. ConnectorRecord and its like are what is written. A
// simulation needs no more than these.
//
// Running parts: a Log creates, reads, follows and writes a topic. ConfigStore, StatusStore and OffsetTopic
// are logs with their meaning. Reading from memory does not wait; what waits for brokers takes a context,
// and is called beside the herder's loop.
//
// Offsets are found by the content of their partition, as connectors.OffsetContent compares it, while
// Java finds them by the bytes of their key. So the bytes of every key that was read are kept and used
// again: whoever reads after us, finds what they wrote. In a file a removed offset stays as a null under
// its key, as in Java; in the topic it is a tombstone.
//
// Stores are safe for concurrent use. A change is visible once it is durable; in a file and in memory it
// is whole or not at all, in a topic readers may see a part of it first, as in Java.
package store
