package peer

import (
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Each runs trials on one peer and hands out their outcomes in order, on the calling goroutine.
//
// Errors: a process that ends, an answer that is not of the protocol; each's own. The peer is then of no further use.
func (p *Peer) Each(trials []*trial.Trial, each func(i int, out trial.Outcome) error) error {
	ids := make([]int64, len(trials)+1)
	for i, t := range trials {
		ids[i+1] = ids[i] + int64(t.Responses())
	}
	quit := make(chan struct{})
	defer close(quit)
	window := make(chan struct{}, inFlightMax)
	go func() {
		for i, t := range trials {
			select {
			case window <- struct{}{}:
			case <-quit:
				return
			}
			if p.Write(t.AppendRequests(nil, ids[i])) != nil {
				return // the reader sees the same end
			}
		}
	}()
	for i, t := range trials {
		lines, err := p.ReadLines(t.Responses())
		if err != nil {
			return err
		}
		<-window
		out, err := t.ReadOutcome(lines, ids[i])
		if err != nil {
			return err
		}
		if err := each(i, out); err != nil {
			return err
		}
	}
	return nil
}
