package group

import (
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Steps is a member as a step function, for simulations: what Member is without its goroutine, clock and
// network. Each method is one input at a time of its own, and returns what it leads to.
type Steps struct{ m *machine }

// Request is a request that a member wants sent. The answer goes to Steps.Answer.
type Request struct {
	ID     uint64
	Broker int32 // -1: any
	Req    kmsg.Request
}

// Outcome is what an input leads to, each in order.
type Outcome struct {
	Requests  []Request
	Cancelled []uint64 // requests whose answer nobody waits for any more
	Events    []Event
}

// NewSteps makes a member. jitter gives numbers in [0, 1).
func NewSteps(o Options, jitter func() float64, now time.Time) (*Steps, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Steps{newMachine(&o, jitter, now)}, nil
}

// Tick says that time has passed.
func (s *Steps) Tick(now time.Time) Outcome { return s.step(now, tick{}) }

// Answer brings the answer of a request, or why there is none.
func (s *Steps) Answer(now time.Time, id uint64, resp kmsg.Response, err error) Outcome {
	return s.step(now, answer{id, resp, err})
}

// Ready is Member.Ready.
func (s *Steps) Ready(now time.Time) Outcome { return s.step(now, ready{}) }

// Poll is Member.Poll.
func (s *Steps) Poll(now time.Time) Outcome { return s.step(now, poll{}) }

// Rejoin is Member.Rejoin.
func (s *Steps) Rejoin(now time.Time, reason string) Outcome { return s.step(now, rejoin{reason}) }

// Leave is Member.Leave.
func (s *Steps) Leave(now time.Time, reason string) Outcome { return s.step(now, leave{reason}) }

// Stop ends the membership, as the end of Run's context does.
func (s *Steps) Stop(now time.Time) Outcome { return s.step(now, stop{}) }

// Next returns when Tick is due if nothing else happens.
func (s *Steps) Next() (at time.Time, ok bool) { return s.m.next() }

// View is Member.View.
func (s *Steps) View() View { return s.m.view() }

func (s *Steps) step(now time.Time, in input) Outcome {
	var out Outcome
	for _, e := range s.m.step(now, in) {
		switch e := e.(type) {
		case request:
			r := Request{ID: e.id, Broker: -1, Req: e.req}
			if e.node != nil {
				r.Broker = e.node.id
			}
			out.Requests = append(out.Requests, r)
		case cancel:
			out.Cancelled = append(out.Cancelled, e.id)
		case notice:
			out.Events = append(out.Events, e.event)
		}
	}
	return out
}
