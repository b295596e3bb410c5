package produce

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The client's own limit of delivery counts from the timestamps of records, which are data: an old one would be given up
// at the first error that passes, and all of them when the clock of the machine jumps. So records come with contexts that
// end by the monotonic clock. The client asks a context when it may give a record up; nothing waits for its end.

// Within returns the context of a record that may be given up after limit, with kgo.ErrRecordTimeout; 0 is never.
func Within(limit time.Duration) context.Context {
	if limit == 0 {
		return context.Background()
	}
	return newPatience(limit)
}

// patience never changes.
type patience struct{ until time.Time }

func newPatience(limit time.Duration) *patience { return &patience{until: time.Now().Add(limit)} }

var _ context.Context = (*patience)(nil)

func (p *patience) over() bool { return !time.Now().Before(p.until) }

func (*patience) Deadline() (time.Time, bool) { return time.Time{}, false }
func (p *patience) Done() <-chan struct{}     { return ended(p.over()) }
func (p *patience) Err() error                { return timedOut(p.over()) }
func (*patience) Value(any) any               { return nil }

// ended is the channel of a context that is over or not, timedOut its error.
func ended(over bool) <-chan struct{} {
	if !over {
		return nil
	}
	c := make(chan struct{})
	close(c)
	return c
}

func timedOut(over bool) error {
	if !over {
		return nil
	}
	return kgo.ErrRecordTimeout
}
