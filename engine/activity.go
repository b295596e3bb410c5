package engine

import (
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/steady"
)

// call is what a task is in. All but idle end by themselves when all is well.
type call uint8

// The calls.
const (
	idle call = iota // waits for rows from Kafka, or for a user
	inStart
	inOpen
	inPoll
	inTransform
	inSend
	inAck // waits for Kafka to take what it was given
	inPut
	inCommit
	inStop
)

var callNames = [...]string{"", "start", "open", "poll", "transform", "send", "acknowledge", "put", "commit", "stop"}

// activity is what a task does and since when. The task's goroutine writes it, once per batch and call; anyone
// may read. The zero value is idle.
type activity struct {
	// now is the milliseconds, of the steady clock, at which the call began, and the call in the lowest byte, so that both are
	// read together.
	now atomic.Int64
	// refused is when a sink first refused the rows that it is given again and again, as now has it; 0: it does not.
	refused atomic.Int64
}

// enter notes that a call begins, or that the task waits.
func (a *activity) enter(c call) { a.now.Store(steady.Now().UnixMilli()<<8 | int64(c)) }

// refuses notes whether the sink refuses its rows.
func (a *activity) refuses(yes bool) {
	if !yes {
		a.refused.Store(0)
	} else {
		a.refused.CompareAndSwap(0, steady.Now().UnixMilli())
	}
}

// stall returns since when the task has made no progress and in which call, if that is as long as limit at now, which is
// of the steady clock.
func (a *activity) stall(now time.Time, limit time.Duration) (s connectors.Stall, ok bool) {
	if limit <= 0 {
		return s, false
	}
	v := a.now.Load()
	began, in := time.UnixMilli(v>>8), call(v&0xff)
	if refused := a.refused.Load(); refused > 0 {
		began, in = time.UnixMilli(refused), inPut
	}
	lasted := now.Sub(began)
	if in == idle || lasted < limit {
		return s, false
	}
	return connectors.Stall{Since: time.Now().Add(-lasted), In: callNames[in]}, true
}
