package coroutine

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answerAll runs effects at once until there are none.
func answerAll(s *Scheduler[string], effects []Effect[string]) {
	for len(effects) > 0 {
		e := effects[0]
		effects = effects[1:]
		if e.Run != nil {
			s.Answered(e, e.Run(context.Background(), "env"))
			effects = append(effects, s.Resume()...)
		}
	}
}

func TestProc_ReadsFromTopToBottom(t *testing.T) {
	s := NewScheduler[string]()
	var got []string
	s.Spawn(func(p *Proc[string]) {
		v, err := Call(p, "one", func(_ context.Context, on string) (string, error) { return on + " 1", nil })
		got = append(got, v, errText(err))
		v, err = Call(p, "two", func(context.Context, string) (string, error) { return "2", errors.New("no") })
		got = append(got, v, errText(err))
	})
	answerAll(s, s.Resume())
	if want := []string{"env 1", "", "2", "no"}; !slices.Equal(got, want) || s.Len() != 0 {
		t.Errorf("%q, %d left", got, s.Len())
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAnswered_StaleAnswersAreIgnored(t *testing.T) {
	s := NewScheduler[string]()
	woken := 0
	s.Spawn(func(p *Proc[string]) {
		_ = p.Sleep(time.Hour)
		woken++
		_ = p.Wait()
		woken++
	})
	timer := s.Resume()[0]
	s.Answered(timer, nil)
	s.Resume()
	s.Answered(timer, nil) // again: it waits for something else
	s.Resume()
	if woken != 1 {
		t.Errorf("woken %d times", woken)
	}
	s.Kill()
}

func TestMutex_InOrderAndRefused(t *testing.T) {
	s := NewScheduler[string]()
	var x Mutex[string]
	var got []int
	var first *Proc[string]
	for i := range 4 {
		s.Spawn(func(p *Proc[string]) {
			if !p.Lock(&x) {
				got = append(got, -i)
				return
			}
			got = append(got, i)
			if i == 0 {
				first = p
				_ = p.Wait()
			}
			if i < 2 {
				p.Unlock(&x)
			}
		})
	}
	s.Resume()
	s.Wake(first, nil)
	s.Resume()
	x.Refuse(errors.New("stopping"))
	s.Resume()
	if want := []int{0, 1, 2, -3}; !slices.Equal(got, want) || x.Idle() {
		t.Errorf("%v", got)
	}
	s.Stop(errors.New("stopping"))
	s.Spawn(func(p *Proc[string]) {
		if p.Lock(&x) || p.Sleep(time.Second) {
			t.Error("a stopping machine waits")
		}
	})
	s.Resume()
}

func TestTimer_OnlyTheLastCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewScheduler[string]()
		inbox := NewInbox[func()]()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		l := Launcher[string]{Base: ctx, Plugins: ctx, Stages: &Stages{}, Answered: func(e Effect[string], a any) {
			inbox.Post(func() { s.Answered(e, a) })
		}}
		var timer Timer[string]
		var done []int
		step := func(f func()) {
			f()
			for _, e := range s.Resume() {
				l.Launch(e)
			}
		}
		began := time.Now()
		for i := range 3 {
			step(func() { s.After(&timer, time.Duration(3-i)*time.Minute, func() { done = append(done, i) }) })
		}
		inbox.Work(ctx, step, func() bool { return len(done) > 0 })
		if !slices.Equal(done, []int{2}) || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", done, time.Since(began))
		}
		step(func() { s.After(&timer, time.Hour, func() { t.Error("it was taken back") }) })
		step(func() { s.Cancel(&timer) })
		synctest.Wait()
		l.Wait()
		if s.Len() > 0 {
			t.Error("procs are left")
		}
	})
}

// A plugin that does not return is left behind when its context ends.
func TestLauncher_GivesUpOnPlugins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewScheduler[string]()
		answered := make(chan any, 1)
		l := Launcher[string]{Base: t.Context(), Plugins: t.Context(), Stages: &Stages{}, Answered: func(_ Effect[string], a any) { answered <- a }}
		free := make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s.Spawn(func(p *Proc[string]) {
			_, _ = CallPlugin(ctx, p, "hanging", func(context.Context, string) (int, error) {
				<-free
				return 0, nil
			})
		})
		l.Launch(s.Resume()[0])
		synctest.Wait()
		if got := l.Stages.Summary(); got != "The worker is currently hanging, which began at 2000-01-01T00:00:00Z." {
			t.Error(got)
		}
		if err, ok := (<-answered).(error); !ok || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(free)
		l.Wait()
		s.Kill()
	})
}
