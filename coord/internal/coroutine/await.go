package coroutine

import "context"

// Await waits for the outcome of a request from outside of the loop, at most until ctx ends or the loop has
// ended: then the error is ended, unless the outcome is there. out has room for it.
func Await[T any](ctx context.Context, out <-chan Outcome[T], loop <-chan struct{}, ended error) (T, error) {
	select {
	case a := <-out:
		return a.Value, a.Err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	case <-loop:
	}
	select {
	case a := <-out:
		return a.Value, a.Err
	default:
		var none T
		return none, ended
	}
}
