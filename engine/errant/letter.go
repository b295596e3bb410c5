package errant

import (
	"context"
	"sync"

	"github.com/millrace/millrace/connectors"
)

// Letter is a dead letter on its way. Safe for concurrent use.
type Letter struct {
	done chan struct{} // closed by end
	err  error         // written before done is closed

	mu   sync.Mutex
	then []func(error) // called by end
}

var _ connectors.Report = (*Letter)(nil)

// Wait returns when Kafka acknowledged the letter, or why it did not.
func (s *Letter) Wait(ctx context.Context) error {
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Then calls f once with the letter's end, nil when Kafka has it: at once where that is known, else on a goroutine
// of the client, which f must not hold.
func (s *Letter) Then(f func(err error)) {
	s.mu.Lock()
	if !s.ended() {
		s.then = append(s.then, f)
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	f(s.err)
}

// end says what became of the letter, once.
func (s *Letter) end(err error) {
	s.mu.Lock()
	then := s.then
	s.err, s.then = err, nil
	close(s.done)
	s.mu.Unlock()
	for _, f := range then {
		f(err)
	}
}

func (s *Letter) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// arrived reports whether Kafka acknowledged the letter; one that failed has not.
func (s *Letter) arrived() bool { return s.ended() && s.err == nil }
