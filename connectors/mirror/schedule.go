package mirror

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

// job is something that a connector does again and again.
type job struct {
	what  string
	do    func(context.Context) error
	every time.Duration // negative: never
	later bool          // the first time after every; otherwise at once
}

// schedule does a connector's jobs, one after the other. What fails is logged and done again at its next time.
// Source: Scheduler.
type schedule struct {
	log     *slog.Logger
	timeout time.Duration // of one job; see within

	end   context.CancelFunc
	ended chan struct{} // nil: not started
}

// within does a job now. It ends after the timeout, which is no more than logged: the connector starts without it, as in Java.
func (s *schedule) within(ctx context.Context, what string, do func(context.Context) error) {
	bounded, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	began := time.Now()
	switch err := do(bounded); {
	case ctx.Err() != nil:
	case err != nil && bounded.Err() != nil:
		s.log.Error("job ran out of time", "job", what, "timeout", s.timeout, "key", adminTimeoutKey, "err", err)
	case err != nil:
		s.log.Error("job failed", "job", what, "err", err)
	default:
		s.log.Debug("job done", "job", what, "took", time.Since(began))
	}
}

// start begins with the jobs, on a goroutine that close ends.
func (s *schedule) start(jobs []job) {
	jobs = slices.DeleteFunc(jobs, func(j job) bool { return j.every < 0 })
	ctx, end := context.WithCancel(context.Background())
	s.end, s.ended = end, make(chan struct{})
	go s.run(ctx, jobs)
}

func (s *schedule) run(ctx context.Context, jobs []job) {
	defer close(s.ended)
	next := make([]time.Time, len(jobs))
	for i, j := range jobs {
		next[i] = time.Now()
		if j.later {
			next[i] = next[i].Add(j.every)
		}
	}
	for len(jobs) > 0 {
		i := 0
		for k := range next {
			if next[k].Before(next[i]) {
				i = k
			}
		}
		timer := time.NewTimer(time.Until(next[i]))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		s.within(ctx, jobs[i].what, jobs[i].do)
		next[i] = next[i].Add(jobs[i].every)
	}
}

// close ends the jobs and waits for the one that runs.
func (s *schedule) close() {
	if s.ended != nil {
		s.end()
		<-s.ended
	}
}
