//go:build !soak && e2e

package e2e

// How often the faults of a database happen: a selection.
const (
	captureCuts     = 40 // after bytes
	captureReplies  = 7  // every so many messages
	captureKills    = 3  // of the worker
	captureReplyMax = 80 // messages, which reaches into a connection that is opened anew
)
