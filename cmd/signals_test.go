package cmd

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestStopSignals(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var s stopSignals
	for _, c := range []struct {
		after time.Duration
		want  stopAction
	}{{0, stopCleanly}, {0, stopNothing}, {sameSignal, stopNothing}, {sameSignal + 1, stopAtOnce}, {time.Hour, stopAtOnce}} {
		if have := s.got(at.Add(c.after)); have != c.want {
			t.Errorf("after %v: %d, want %d", c.after, have, c.want)
		}
	}
}

func TestUntilSignal(t *testing.T) {
	p := &program{stderr: &buffer{}, exit: func(int) { t.Error("the process would have ended") }}
	ctx, release := p.untilSignal(t.Context())
	defer release()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	var s signalled
	if cause := context.Cause(ctx); !errors.As(cause, &s) || s.Signal != syscall.SIGTERM {
		t.Errorf("ended by %v", cause)
	}
}
