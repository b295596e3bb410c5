package coroutine

import (
	"sync"
	"time"
)

// Stages knows what effects are under way, for clients whose request takes too long. The zero value is
// usable. Source: Stage.
type Stages struct {
	mu  sync.Mutex
	now map[*stage]struct{}
}

type stage struct {
	what  string
	began time.Time
}

// Begin notes that something begins and returns how to note its end.
func (s *Stages) Begin(what string) (end func()) {
	st := &stage{what, time.Now()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil {
		s.now = map[*stage]struct{}{}
	}
	s.now[st] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.now, st)
	}
}

// Summary says what has been under way longest, "" = nothing. Source: Stage.summarize.
func (s *Stages) Summary() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest *stage
	for st := range s.now {
		if oldest == nil || st.began.Before(oldest.began) || st.began.Equal(oldest.began) && st.what < oldest.what {
			oldest = st
		}
	}
	if oldest == nil {
		return ""
	}
	return "The worker is currently " + oldest.what + ", which began at " + oldest.began.UTC().Format("2006-01-02T15:04:05.999Z07:00") + "."
}
