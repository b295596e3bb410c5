package corpus

import (
	"fmt"

	"github.com/millrace/millrace/fuzz/differential/judge"
	"github.com/millrace/millrace/fuzz/differential/peer"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Miss is a stored trial that a process answers otherwise than the original did.
type Miss struct {
	Entry
	Got trial.Outcome
	judge.Difference
}

func (m Miss) String() string { return fmt.Sprintf("%s: %s", m.File, m.Difference) }

// Replay asks a process for every stored trial and returns what differs from the original's answers, known differences left out.
func Replay(entries []Entry, subject *peer.Peer) ([]Miss, error) {
	var misses []Miss
	err := subject.Each(trials(entries), func(i int, got trial.Outcome) error {
		for _, d := range judge.Compare(entries[i].Trial, entries[i].Want, got).Differences {
			if judge.NameOf(entries[i].Trial, d) == "" {
				misses = append(misses, Miss{entries[i], got, d})
			}
		}
		return nil
	})
	return misses, err
}

// Answer fills in the answers of entries by asking the original. Items that it refuses as no valid request are taken out.
func Answer(entries []Entry, oracle *peer.Peer) error {
	return oracle.Each(trials(entries), func(i int, out trial.Outcome) error {
		e := &entries[i]
		if out.Setup == nil {
			var items []trial.Item
			var answers []trial.Answer
			for at, a := range out.Items {
				if a.Failure == nil || a.Failure.Type != trial.InvalidRequest {
					items, answers = append(items, e.Items[at]), append(answers, a)
				}
			}
			e.Items, out.Items = items, answers
		}
		e.Want = out
		return nil
	})
}

func trials(entries []Entry) []*trial.Trial {
	ts := make([]*trial.Trial, len(entries))
	for i := range entries {
		ts[i] = entries[i].Trial
	}
	return ts
}
