package coroutine

import (
	"context"
	"time"
)

// Effect is work that a Proc waits for.
type Effect[E any] struct {
	proc *Proc[E]
	turn uint64 // of the Proc

	// What says what it does, in words.
	What string
	// Run does it; nil: somebody else wakes the Proc.
	Run func(ctx context.Context, on E) any
	// After makes a timer of it, which Done ends before its time.
	After time.Duration
	Done  <-chan struct{}
	// Within is set where Run waits for plugin code: it narrows the context that ends when the herder
	// stops, and Run is given up when the narrower one ends.
	Within func(context.Context) (context.Context, context.CancelFunc)
}

// Outcome is what a call or a request comes back with.
type Outcome[T any] struct {
	Value T
	Err   error
}

// Call runs f outside of the machine and returns what it returns. what says what it does.
func Call[T, E any](p *Proc[E], what string, f func(ctx context.Context, on E) (T, error)) (T, error) {
	return ask(p, Effect[E]{What: what}, f)
}

// CallPlugin is Call for what waits for plugin code, at most until ctx ends.
func CallPlugin[T, E any](ctx context.Context, p *Proc[E], what string, f func(ctx context.Context, on E) (T, error)) (T, error) {
	within := func(plugins context.Context) (context.Context, context.CancelFunc) {
		both, cancel := context.WithCancelCause(ctx)
		stop := context.AfterFunc(plugins, func() { cancel(context.Cause(plugins)) })
		return both, func() {
			stop()
			cancel(nil)
		}
	}
	return ask(p, Effect[E]{What: what, Within: within}, f)
}

func ask[T, E any](p *Proc[E], e Effect[E], f func(ctx context.Context, on E) (T, error)) (T, error) {
	e.Run = func(ctx context.Context, on E) any {
		v, err := f(ctx, on)
		return Outcome[T]{v, err}
	}
	switch a := p.wait(e).(type) {
	case Outcome[T]:
		return a.Value, a.Err
	case error: // given up
		var none T
		return none, a
	}
	panic("coroutine: a proc was woken with what it did not wait for")
}
