package restart_test

import (
	"testing"
	"testing/synctest"

	"github.com/millrace/millrace/engine/restart"
)

// enter lets a task enter on a goroutine of its own.
func enter(c *restart.Circuit, task int, stop <-chan struct{}) <-chan bool {
	out := make(chan bool, 1)
	go func() { out <- c.Enter(task, stop) }()
	return out
}

// waits reports whether nothing came out of a channel, once everything that can happen has.
func waits(out <-chan bool) bool {
	synctest.Wait()
	return len(out) == 0
}

func TestCircuit_LetsOneTryUntilItRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		c := restart.NewCircuit(3)
		for task := range 3 {
			if open := c.Failed(task); open != (task == 2) {
				t.Fatalf("open is %t after %d failures", open, task+1)
			}
		}
		if !<-enter(c, 0, stop) {
			t.Fatal("nobody may try")
		}
		second, third := enter(c, 1, stop), enter(c, 2, stop)
		if !waits(second) || !waits(third) {
			t.Fatal("two try at once")
		}
		c.Failed(0) // the next one's turn
		synctest.Wait()
		if len(second)+len(third) != 1 {
			t.Fatalf("%d try after the first failed, want one", len(second)+len(third))
		}
		first := enter(c, 0, stop)
		if !waits(first) {
			t.Fatal("two try at once")
		}
		c.Recovered()
		for _, out := range []<-chan bool{first, second, third} {
			if !<-out {
				t.Error("a closed circuit lets nobody in")
			}
		}
		if c.Failed(1) {
			t.Error("failures before the recovery count")
		}
	})
}

func TestCircuit_AStoppedTaskGivesItsTurnAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop, never := make(chan struct{}), make(chan struct{})
		c := restart.NewCircuit(1)
		c.Failed(0)
		if !<-enter(c, 0, never) {
			t.Fatal("the trial may not try")
		}
		one, two := enter(c, 1, stop), enter(c, 2, never)
		if !waits(one) || !waits(two) {
			t.Fatal("two try at once")
		}
		close(stop)
		if <-one {
			t.Error("a stopped task may try")
		}
		if c.Left(1); !waits(two) {
			t.Error("a task that had no turn gave it away")
		}
		c.Left(0)
		if !<-two {
			t.Error("the turn of a task that left is lost")
		}
	})
}
