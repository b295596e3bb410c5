package cmd

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// sameSignal is how soon after the first signal another one is taken for the same: shells and supervisors send
// to a process and to its group.
const sameSignal = 300 * time.Millisecond

// untilSignal returns a context that ends with the first SIGINT or SIGTERM, and a function that stops
// listening. A second signal ends the process at once.
func (p *program) untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	got := make(chan os.Signal, 2)
	signal.Notify(got, os.Interrupt, syscall.SIGTERM)
	over := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		var first time.Time
		for {
			select {
			case s := <-got:
				switch {
				case first.IsZero():
					first = time.Now()
					cancel(signalled{s})
				case time.Since(first) > sameSignal:
					fmt.Fprintf(p.stderr, "millrace: %v again, ending at once\n", s)
					p.exit(exitCut)
					return
				}
			case <-over:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(got)
		close(over)
		<-done
		cancel(nil)
	}
}

// signalled is the cause of a context that a signal ended.
type signalled struct{ os.Signal }

// Error names the signal.
func (s signalled) Error() string { return s.String() }
