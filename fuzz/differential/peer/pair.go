package peer

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/fuzz/differential/trial"
)

// inFlightMax is how many trials wait for answers at once: enough that neither process ever waits for the other.
const inFlightMax = 64

// ErrStuck says that a process did not answer in time.
var ErrStuck = errors.New("no answer in time")

// Pair runs the same trials on the original and on the subject.
//
// Not for concurrent use.
type Pair struct {
	Oracle, Subject *Peer
	Patience        time.Duration // longest wait for the answers to one trial

	nextID int64
}

// Result is a trial with both outcomes. Equal says that the answers were the same bytes; the outcomes are then read only where asked for.
type Result struct {
	Trial     *trial.Trial
	Equal     bool
	want, got answerLines
}

type answerLines struct {
	lines [][]byte
	id    int64
}

// Outcomes reads both answers.
func (r *Result) Outcomes() (want, got trial.Outcome, err error) {
	if want, err = r.Trial.ReadOutcome(r.want.lines, r.want.id); err != nil {
		return want, got, fmt.Errorf("oracle: %w", err)
	}
	if got, err = r.Trial.ReadOutcome(r.got.lines, r.got.id); err != nil {
		return want, got, fmt.Errorf("subject: %w", err)
	}
	return want, got, nil
}

// Lost is the error of a trial that a process did not answer.
type Lost struct {
	Trial *trial.Trial
	Peer  string
	Err   error
}

func (e *Lost) Error() string { return e.Peer + ": " + e.Err.Error() }
func (e *Lost) Unwrap() error { return e.Err }

// Ask runs one trial.
func (p *Pair) Ask(t *trial.Trial) (want, got trial.Outcome, err error) {
	asked := false
	err = p.Stream(func() *trial.Trial {
		if asked {
			return nil
		}
		asked = true
		return t
	}, func(r *Result) (bool, error) {
		want, got, err = r.Outcomes()
		return true, err
	})
	return want, got, err
}

// Stream runs the trials that next gives, until it gives nil, and hands each result to each, in order, on the calling goroutine.
// It ends early when each returns false.
//
// Errors: *Lost when a process ends or gets stuck, after which the pair is dead; whatever each returns.
func (p *Pair) Stream(next func() *trial.Trial, each func(*Result) (bool, error)) error {
	type sent struct {
		t  *trial.Trial
		id int64
	}
	type answered struct {
		lines [][]byte
		err   error
	}
	flights := make(chan sent, inFlightMax)
	quit := make(chan struct{})
	peers := [2]*Peer{p.Oracle, p.Subject}
	var requests [2]chan []byte
	var expected [2]chan int
	var answers [2]chan answered
	for i, pr := range peers {
		requests[i] = make(chan []byte, inFlightMax)
		expected[i] = make(chan int, inFlightMax)
		answers[i] = make(chan answered, inFlightMax)
		go func() {
			broken := false
			for lines := range requests[i] {
				// A write that fails shows as the answer that never comes; the channel is drained so that the sender goes on.
				if !broken && pr.Write(lines) != nil {
					broken = true
				}
			}
		}()
		go func() {
			defer close(answers[i])
			for n := range expected[i] {
				lines, err := pr.ReadLines(n)
				answers[i] <- answered{lines, err}
				if err != nil {
					for range expected[i] { // the sender must not wait for a dead peer
					}
					return
				}
			}
		}()
	}
	go func() {
		defer func() {
			close(flights)
			for i := range peers {
				close(requests[i])
				close(expected[i])
			}
		}()
		for {
			t := next()
			if t == nil {
				return
			}
			id := p.nextID
			p.nextID += int64(t.Responses())
			lines := t.AppendRequests(nil, id)
			select {
			case flights <- sent{t, id}:
			case <-quit:
				return
			}
			for i := range peers {
				expected[i] <- t.Responses()
				requests[i] <- lines
			}
		}
	}()
	patience := time.NewTimer(p.Patience)
	defer patience.Stop()
	going := true
	var lost *Lost
	var refused error
	for f := range flights {
		if lost != nil {
			continue
		}
		r := Result{Trial: f.t}
		for i, into := range []*answerLines{&r.want, &r.got} {
			patience.Reset(p.Patience)
			select {
			case a := <-answers[i]:
				if a.err != nil {
					lost = &Lost{f.t, peers[i].Name, a.err}
				}
				into.lines, into.id = a.lines, f.id
			case <-patience.C:
				lost = &Lost{f.t, peers[i].Name, fmt.Errorf("%w (%v)", ErrStuck, p.Patience)}
			}
			if lost != nil {
				break
			}
		}
		if lost == nil && going {
			r.Equal = equalLines(r.want.lines, r.got.lines)
			going, refused = each(&r)
			going = going && refused == nil
			if !going {
				close(quit) // what is in flight is still read, so that the pair stays in step
			}
		}
		if lost != nil {
			if going {
				close(quit)
			}
			for i := range answers {
				go func() {
					for range answers[i] {
					}
				}()
			}
			p.Kill()
		}
	}
	if lost != nil {
		return lost
	}
	return refused
}

func equalLines(a, b [][]byte) bool {
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

// Close ends both processes.
func (p *Pair) Close() error { return errors.Join(p.Oracle.Close(), p.Subject.Close()) }

// Kill ends both processes at once.
func (p *Pair) Kill() {
	p.Oracle.Kill()
	p.Subject.Kill()
}
