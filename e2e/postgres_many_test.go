//go:build soak

package e2e

// How often the faults of a database happen.
const (
	captureCuts     = 1000 // after bytes
	captureReplies  = 1    // every so many messages
	captureKills    = 40   // of the worker
	captureReplyMax = 1200 // messages, which reaches into a connection that is opened anew
)
