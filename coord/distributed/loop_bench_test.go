package distributed

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/coord/group"
)

// TestRound_CostsWhatChanged: a round that changes nothing allocates as little beside 100 connectors as beside two.
func TestRound_CostsWhatChanged(t *testing.T) {
	cost := func(names int) float64 {
		s := newStepped(t, names)
		configs := s.member.ties.Configs()
		a := &group.Assignment{Leader: "me", LeaderURL: "http://me/", Offset: configs.Offset, Assigned: configs.Work}
		settled := s.GroupSaid(group.Joined{Assignment: a, Generation: s.member.generation, MemberID: "me", Protocol: group.Compatible})
		return testing.AllocsPerRun(20, func() {
			if effects := s.Step(settled); len(effects) > 0 || !s.Idle() || !s.m.settled {
				t.Fatalf("%d effects, idle: %t, settled: %t", len(effects), s.Idle(), s.m.settled)
			}
		})
	}
	if few, many := cost(2), cost(100); many > few+1 {
		t.Errorf("%.0f allocations beside 100 connectors, %.0f beside 2", many, few)
	}
}

// BenchmarkLoop is what the herder's loop has to do for one change of a connector with two tasks, and at a heartbeat,
// beside how many others: loop-ns/op of it together, longest-step-ns for its dearest event, the median, which a busy
// machine changes least. A change of a config starts three instances again and takes a round, a rebirth (a deletion and
// a creation) two.
func BenchmarkLoop(b *testing.B) {
	for _, c := range []struct {
		name string
		do   func(s *stepped, i, round int)
	}{
		{"change", (*stepped).put},
		{"rebirth", func(s *stepped, i, round int) {
			s.remove(i)
			s.put(i, round)
		}},
		{"heartbeat", func(s *stepped, _, _ int) {
			s.post(Event{func(m *machine) {
				m.keepStatuses()
				m.forgetDeleted()
				m.spawn((*proc).emptyStopped)
			}})
			s.settle()
		}},
	} {
		for _, names := range []int{1, 200, 1000} {
			b.Run(fmt.Sprintf("what=%s/connectors=%d", c.name, names), func(b *testing.B) {
				s := newStepped(b, names)
				round := 0
				var longest []time.Duration
				for b.Loop() {
					round++
					from := len(s.took)
					c.do(s, round%names, round)
					longest = append(longest, slices.Max(s.took[from:]))
				}
				var sum time.Duration
				for _, d := range s.took {
					sum += d
				}
				slices.Sort(longest)
				b.ReportMetric(float64(len(s.took))/float64(round), "steps/op")
				b.ReportMetric(float64(sum.Nanoseconds())/float64(round), "loop-ns/op")
				b.ReportMetric(float64(longest[len(longest)/2].Nanoseconds()), "longest-step-ns")
			})
		}
	}
}
