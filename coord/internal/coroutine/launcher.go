package coroutine

import (
	"context"
	"sync"
	"time"
)

// Launcher runs effects, each on a goroutine of its own.
type Launcher[E any] struct {
	On E
	// Base ends after everything has been stopped, Plugins when the herder is to stop.
	Base, Plugins context.Context
	Stages        *Stages
	// Answered takes answers, from any goroutine.
	Answered func(e Effect[E], answer any)

	group sync.WaitGroup
}

// Launch starts an effect.
func (l *Launcher[E]) Launch(e Effect[E]) {
	l.group.Go(func() { l.Answered(e, l.answer(e)) })
}

// Wait waits for all that was launched; effects that were given up are left behind.
func (l *Launcher[E]) Wait() { l.group.Wait() }

func (l *Launcher[E]) answer(e Effect[E]) any {
	switch {
	case e.After > 0:
		timer := time.NewTimer(e.After)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-e.Done:
		case <-l.Plugins.Done():
		}
		return nil
	case e.Within != nil:
		ctx, cancel := e.Within(l.Plugins)
		defer cancel()
		return l.run(ctx, e)
	}
	return l.run(l.Base, e)
}

// run runs an effect. One that has not come back when its context ends is left behind.
func (l *Launcher[E]) run(ctx context.Context, e Effect[E]) any {
	out := make(chan any, 1)
	go func() {
		defer l.Stages.Begin(e.What)()
		out <- e.Run(ctx, l.On)
	}()
	select {
	case v := <-out:
		return v
	case <-ctx.Done():
	}
	select {
	case v := <-out:
		return v
	default:
		return context.Cause(ctx)
	}
}
