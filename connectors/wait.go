package connectors

import (
	"context"
	"time"
)

// Wait waits for d and returns true, or false when ctx ends first: how a Poll without data bides its time, and whoever tries again.
func Wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
