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

// stopSignals decides what a signal means. The zero value has seen none.
type stopSignals struct{ first time.Time }

// A stopAction is what a signal asks for.
type stopAction uint8

const (
	stopNothing stopAction = iota // it has been asked for
	stopCleanly
	stopAtOnce
)

func (s *stopSignals) got(at time.Time) stopAction {
	switch {
	case s.first.IsZero():
		s.first = at
		return stopCleanly
	case at.Sub(s.first) > sameSignal:
		return stopAtOnce
	}
	return stopNothing
}

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
		var signals stopSignals
		for {
			select {
			case s := <-got:
				switch signals.got(time.Now()) {
				case stopCleanly:
					cancel(signalled{s})
				case stopAtOnce:
					fmt.Fprintf(p.stderr, "millrace: %v again, ending at once\n", s)
					p.exit(exitCut)
				case stopNothing:
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
