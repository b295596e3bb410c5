package assign_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
)

func task(c string, n int) connectors.TaskID { return connectors.TaskID{Connector: c, Task: n} }

func drawWork(t *rapid.T) assign.Work {
	var w assign.Work
	for i := range rapid.IntRange(0, 6).Draw(t, "connectors") {
		name := fmt.Sprintf("c%d", i)
		w.Connectors = append(w.Connectors, name)
		for n := range rapid.IntRange(0, 5).Draw(t, "tasks") {
			w.Tasks = append(w.Tasks, task(name, n))
		}
	}
	return w
}

// balanced reports whether no two shares differ by more than one, in connectors and in tasks.
func balanced(shares []assign.Work) bool {
	for _, count := range []func(assign.Work) int{
		func(w assign.Work) int { return len(w.Connectors) },
		func(w assign.Work) int { return len(w.Tasks) },
	} {
		var n []int
		for _, w := range shares {
			n = append(n, count(w))
		}
		if slices.Max(n)-slices.Min(n) > 1 {
			return false
		}
	}
	return true
}

func TestEager_EveryItemOnceAndEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work := drawWork(t)
		var members []assign.Member
		for i := range rapid.IntRange(1, 7).Draw(t, "members") {
			members = append(members, assign.Member{ID: fmt.Sprintf("m%d", i)})
		}
		var all assign.Work
		total := []int{}
		for _, w := range assign.Eager(assign.Round{Members: members, Configured: work}) {
			all = assign.Work{Connectors: append(all.Connectors, w.Connectors...), Tasks: append(all.Tasks, w.Tasks...)}
			total = append(total, w.Len())
		}
		if all.Len() != work.Len() || !work.Minus(all).Empty() {
			t.Fatalf("assigned %v of %v", all, work)
		}
		if slices.Max(total)-slices.Min(total) > 1 {
			t.Fatalf("shares %v", total)
		}
	})
}

// TestIncremental_Properties: members come and go and obey. No item is given to two or to one while
// another still has it, none is taken from one who has it not while another has, and when things stay as
// they are the work ends up spread evenly, whole.
func TestIncremental_Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxDelay := time.Duration(rapid.SampledFrom([]int{0, 1000, 300000}).Draw(t, "delay")) * time.Millisecond
		now := time.UnixMilli(1_000_000)
		var state assign.State
		held := map[string]assign.Work{}
		var order []string
		joined, generation := 0, int32(0)
		work := drawWork(t)
		round := func() assign.Plan {
			r := assign.Round{Configured: work, Generation: generation + 1, LastGeneration: generation, Now: now, MaxDelay: maxDelay}
			for _, id := range order {
				r.Members = append(r.Members, assign.Member{ID: id, Held: held[id]})
			}
			var plan assign.Plan
			state, plan = assign.Incremental(state, r)
			generation++
			var running assign.Work
			for _, id := range order {
				share, before := plan.Shares[id], held[id]
				// Lost work may be given and taken back within one round, as Java does: then nobody has it.
				foreign := share.Revoked.Minus(before)
				for _, other := range order {
					if !foreign.And(held[other]).Empty() {
						t.Fatalf("%s shall stop %v, which %s has", id, foreign, other)
					}
				}
				after := before.Minus(share.Revoked).Plus(share.Assigned)
				if !after.Minus(share.Owned).Empty() || !share.Owned.Minus(after).Empty() {
					t.Fatalf("%s owns %v and has %v", id, share.Owned, after)
				}
				for _, other := range order {
					if other != id && !share.Assigned.And(held[other]).Empty() {
						t.Fatalf("%s gets what %s has: %v of %v", id, other, share.Assigned, held[other])
					}
				}
				if !running.And(after).Empty() {
					t.Fatalf("given twice: %v", running.And(after))
				}
				running = running.Plus(after)
			}
			if !running.And(plan.Waiting).Empty() {
				t.Fatalf("%v waits and runs", plan.Waiting)
			}
			for _, id := range order {
				held[id] = plan.Shares[id].Owned
			}
			return plan
		}
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			switch rapid.IntRange(0, 3).Draw(t, "event") {
			case 0:
				joined++
				order = append(order, fmt.Sprintf("m%d", joined))
			case 1:
				if len(order) > 1 {
					i := rapid.IntRange(0, len(order)-1).Draw(t, "gone")
					delete(held, order[i])
					order = slices.Delete(order, i, i+1)
				}
			case 2:
				work = drawWork(t)
			case 3:
				now = now.Add(time.Duration(rapid.IntRange(0, 400000).Draw(t, "pass")) * time.Millisecond)
			}
			if len(order) > 0 {
				round()
			}
		}
		if len(order) == 0 {
			return
		}
		for range 20 {
			now = now.Add(round().Delay)
		}
		var all assign.Work
		var shares []assign.Work
		for _, id := range order {
			all = all.Plus(held[id])
			shares = append(shares, held[id])
		}
		if all.Len() != work.Len() || !work.Minus(all).Empty() || !balanced(shares) {
			t.Fatalf("ended with %v of %v", held, work)
		}
	})
}

// TestIncremental_CleanLeave: what is known to have stopped is dealt out at once, the rest waits.
func TestIncremental_CleanLeave(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	work := assign.Work{Connectors: []string{"a", "b"}, Tasks: []connectors.TaskID{task("a", 0), task("b", 0)}}
	mine := assign.Work{Connectors: []string{"a"}, Tasks: []connectors.TaskID{task("a", 0)}}
	r := assign.Round{Configured: work, Generation: 1, LastGeneration: -1, Now: now, MaxDelay: time.Minute,
		Members: []assign.Member{{ID: "m1"}, {ID: "m2"}}}
	state, plan := assign.Incremental(assign.State{}, r)
	if got := plan.Shares["m1"].Owned; !got.Minus(mine).Empty() || got.Len() != 2 {
		t.Fatalf("m1 has %v", got)
	}
	r.Generation, r.LastGeneration, r.Members = 2, 1, []assign.Member{{ID: "m1", Held: mine}}
	if _, plan := assign.Incremental(state, r); plan.Delay != time.Minute || plan.Waiting.Len() != 2 || !plan.Shares["m1"].Assigned.Empty() {
		t.Errorf("without the option: %+v", plan)
	}
	r.Stopped = assign.Work{Connectors: []string{"b"}, Tasks: []connectors.TaskID{task("b", 0)}}
	if _, plan := assign.Incremental(state, r); plan.Delay != 0 || !plan.Waiting.Empty() || plan.Shares["m1"].Assigned.Len() != 2 {
		t.Errorf("all stopped: %+v", plan)
	}
	r.Stopped = assign.Work{Connectors: []string{"b"}}
	if _, plan := assign.Incremental(state, r); plan.Delay != time.Minute || plan.Waiting.Len() != 1 || plan.Shares["m1"].Assigned.Len() != 1 {
		t.Errorf("one stopped: %+v", plan)
	}
}

// TestIncremental_GivenAndTakenBack: a worker that waited gets the lost work, more than its even share
// once a third worker has come, so the same round takes part of it back before it ever ran. The next
// rounds deal that out.
func TestIncremental_GivenAndTakenBack(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	work := assign.Work{Connectors: []string{"c1", "c2", "c3", "c4"}}
	var state assign.State
	held := map[string]assign.Work{}
	generation := int32(0)
	round := func(members ...string) assign.Plan {
		r := assign.Round{Configured: work, Generation: generation + 1, LastGeneration: generation, Now: now, MaxDelay: time.Minute}
		for _, id := range members {
			r.Members = append(r.Members, assign.Member{ID: id, Held: held[id]})
		}
		var plan assign.Plan
		state, plan = assign.Incremental(state, r)
		generation++
		for _, id := range members {
			held[id] = plan.Shares[id].Owned
		}
		return plan
	}
	round("m1", "m2")
	if plan := round("m1", "m3"); plan.Waiting.Len() != 2 || held["m3"].Len() != 0 {
		t.Fatalf("what m2 had does not wait: %+v", plan)
	}
	now = now.Add(time.Minute)
	plan := round("m1", "m3", "m4")
	if share := plan.Shares["m3"]; share.Revoked.Len() != 1 || share.Owned.Len() != 1 {
		t.Fatalf("m3 is told %+v", share)
	}
	for range 4 {
		now = now.Add(round("m1", "m3", "m4").Delay)
	}
	if !balanced([]assign.Work{held["m1"], held["m3"], held["m4"]}) || held["m1"].Plus(held["m3"]).Plus(held["m4"]).Len() != 4 {
		t.Errorf("ended with %v", held)
	}
}
