// Package peer talks to a process that answers the conformance protocol, and runs trials on two of them side by side.
//
// A Peer belongs to one goroutine for writing and one for reading. A Pair keeps several trials in flight on both of its peers and
// hands the answers back in order.
package peer
