// Package store keeps what the control plane has to remember: source offsets in a file or in memory.
//
// Offsets are found by the content of their partition, as connectors.OffsetContent compares it, while
// Java finds them by the bytes of their key. So the bytes of every key that was read are kept and used
// again: whoever reads after us, finds what they wrote. A removed offset stays as a null under its key,
// as in Java. Stores are safe for concurrent use; a change is visible once it is durable, whole or not
// at all.
package store
