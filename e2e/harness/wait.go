package harness

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// pollEvery is how often a condition is asked.
const pollEvery = 10 * time.Millisecond

// Poll calls ready until it returns true, or ctx ends. The error names what was waited for and the last error
// of ready, which is otherwise taken as "not yet".
func Poll(ctx context.Context, what string, ready func(context.Context) (bool, error)) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var last error
	for {
		ok, err := ready(ctx)
		if ok {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			if last != nil {
				return fmt.Errorf("wait until %s: %w (last: %w)", what, context.Cause(ctx), last)
			}
			return fmt.Errorf("wait until %s: %w", what, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// Eventually fails t when ready does not become true within limit.
func Eventually(t testing.TB, limit time.Duration, what string, ready func(context.Context) (bool, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := Poll(ctx, what, ready); err != nil {
		t.Fatal(err)
	}
}
