package assign_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/millrace/millrace/coord/assign"
)

// drawForeign draws connectors that ours cannot run, with their tasks.
func drawForeign(t *rapid.T, all assign.Work) assign.Work {
	var w assign.Work
	for _, c := range all.Connectors {
		if !rapid.Bool().Draw(t, "foreign "+c) {
			continue
		}
		w.Connectors = append(w.Connectors, c)
		for _, id := range all.Tasks {
			if id.Connector == c {
				w.Tasks = append(w.Tasks, id)
			}
		}
	}
	return w
}

// TestIncremental_ForeignWork: as members of both kinds come and go, nobody of ours is given foreign work while there
// is a Java worker, and what one has is taken back. When things stay as they are, everything runs and rests.
func TestIncremental_ForeignWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work := drawWork(t)
		foreign := drawForeign(t, work)
		now := time.UnixMilli(1_000_000)
		maxDelay := time.Duration(rapid.SampledFrom([]int{0, 1000, 300000}).Draw(t, "delay")) * time.Millisecond
		var state assign.State
		var members []assign.Member
		generation := int32(0)
		round := func() (revoked int) {
			r := assign.Round{Members: members, Configured: work, Foreign: foreign, Generation: generation + 1, LastGeneration: generation, Now: now, MaxDelay: maxDelay}
			java := false
			for _, m := range members {
				java = java || !m.Ours
			}
			var plan assign.Plan
			state, plan = assign.Incremental(state, r)
			generation++
			var given assign.Work
			for i, m := range members {
				share := plan.Shares[m.ID]
				if bad := share.Owned.And(foreign); m.Ours && java && !bad.Empty() {
					t.Fatalf("%s of ours has %v", m.ID, bad)
				}
				if twice := given.And(share.Owned); !twice.Empty() {
					t.Fatalf("given twice: %v", twice)
				}
				given = given.Plus(share.Owned)
				revoked += share.Revoked.Len()
				members[i].Held = share.Owned
			}
			now = now.Add(plan.Delay)
			return revoked
		}
		for i := range rapid.IntRange(1, 10).Draw(t, "rounds") {
			if len(members) > 1 && rapid.IntRange(0, 2).Draw(t, "event") == 0 {
				at := rapid.IntRange(0, len(members)-1).Draw(t, "gone")
				members = append(members[:at:at], members[at+1:]...)
			} else {
				members = append(members, assign.Member{ID: fmt.Sprintf("m%d", i), Ours: rapid.Bool().Draw(t, "ours")})
			}
			round()
		}
		last := 0
		for range 20 {
			last = round()
		}
		var all assign.Work
		for _, m := range members {
			all = all.Plus(m.Held)
		}
		if last != 0 || !work.Minus(all).Empty() {
			t.Fatalf("the last of 20 rounds revoked %d, and runs %v of %v", last, all, work)
		}
	})
}

// TestEager_ForeignWork: it passes by members of ours, unless there is nobody else.
func TestEager_ForeignWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := assign.Round{Configured: drawWork(t)}
		r.Foreign = drawForeign(t, r.Configured)
		java := false
		for i := range rapid.IntRange(1, 5).Draw(t, "members") {
			ours := rapid.Bool().Draw(t, "ours")
			java = java || !ours
			r.Members = append(r.Members, assign.Member{ID: fmt.Sprintf("m%d", i), Ours: ours})
		}
		var all assign.Work
		shares := assign.Eager(r)
		for _, m := range r.Members {
			share := shares[m.ID]
			if m.Ours && java && !share.And(r.Foreign).Empty() {
				t.Fatalf("%s of ours has %v", m.ID, share.And(r.Foreign))
			}
			all = assign.Work{Connectors: append(all.Connectors, share.Connectors...), Tasks: append(all.Tasks, share.Tasks...)}
		}
		if all.Len() != r.Configured.Len() || !r.Configured.Minus(all).Empty() {
			t.Fatalf("assigned %v of %v", all, r.Configured)
		}
	})
}
