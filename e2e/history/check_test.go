package history_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/e2e/history"
)

// upTo returns from … to.
func upTo(from, to int) []int {
	var all []int
	for v := from; v <= to; v++ {
		all = append(all, v)
	}
	return all
}

func kinds(r history.Report) []history.Kind {
	var all []history.Kind
	for _, a := range r.Anomalies {
		if !slices.Contains(all, a.Kind) {
			all = append(all, a.Kind)
		}
	}
	slices.Sort(all)
	return all
}

func join(parts ...[]int) []int { return slices.Concat(parts...) }

// TestTopic injects each anomaly into a clean history of one partition.
func TestTopic(t *testing.T) {
	for _, c := range []struct {
		name    string
		seen    []int
		replays int
		want    []history.Kind
	}{
		{"clean", upTo(1, 9), 0, nil},
		{"replay", join(upTo(1, 7), upTo(3, 9)), 1, nil},
		{"replay that is replayed", join(upTo(1, 7), upTo(3, 5), upTo(2, 9)), 2, nil},
		{"replay of all", join(upTo(1, 9), upTo(1, 9)), 1, nil},
		{"any replays", join(upTo(1, 7), upTo(3, 5), upTo(2, 9)), history.AnyReplays, nil},
		{"replay without a cause", join(upTo(1, 7), upTo(3, 9)), 0, []history.Kind{history.Replayed}},
		{"lost in the middle", join(upTo(1, 3), upTo(5, 9)), 0, []history.Kind{history.Lost}},
		{"lost at the end", upTo(1, 8), 0, []history.Kind{history.Lost}},
		{"all lost", nil, 0, []history.Kind{history.Lost}},
		{"replay with a hole", join(upTo(1, 7), []int{3, 5}, upTo(6, 9)), 1, []history.Kind{history.Duplicate}},
		{"replay that breaks off", join(upTo(1, 7), upTo(3, 4), upTo(8, 9)), 1, []history.Kind{history.Duplicate}},
		{"swapped", join(upTo(1, 3), []int{5, 4}, upTo(6, 9)), 9, []history.Kind{history.Duplicate, history.Reordered}},
		{"phantom", join(upTo(1, 9), []int{10}), 0, []history.Kind{history.Phantom}},
		{"phantom 0", join([]int{0}, upTo(1, 9)), 0, []history.Kind{history.Phantom}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if have := kinds(history.Topic([][]int{c.seen}, 9, c.replays)); !slices.Equal(have, c.want) {
				t.Errorf("topic: %v, want %v", have, c.want)
			}
			if c.name == "lost in the middle" || c.name == "lost at the end" || c.name == "all lost" || len(c.want) == 0 {
				if have := kinds(history.File(c.seen, [][]int{upTo(1, 9)}, 9, c.replays)); !slices.Equal(have, c.want) {
					t.Errorf("file: %v, want %v", have, c.want)
				}
			}
		})
	}
}

func TestTopic_Empty(t *testing.T) {
	for name, partitions := range map[string][][]int{"no partition": nil, "no record": {nil}} {
		if have := kinds(history.Topic(partitions, 0, history.AnyReplays)); !slices.Equal(have, []history.Kind{history.Empty}) {
			t.Errorf("%s: %v", name, have)
		}
		if have := kinds(history.File(nil, partitions, 0, history.AnyReplays)); !slices.Equal(have, []history.Kind{history.Empty}) {
			t.Errorf("file, %s: %v", name, have)
		}
	}
}

// odd and even lines are in two partitions.
var odd, even = []int{1, 3, 5, 7, 9}, []int{2, 4, 6, 8}

func TestTopic_Partitions(t *testing.T) {
	if r := history.Topic([][]int{odd, even}, 9, 0); len(r.Anomalies) > 0 {
		t.Error(r.Anomalies)
	}
	if have := kinds(history.Topic([][]int{odd, {2, 3, 4, 6, 8}}, 9, 0)); !slices.Equal(have, []history.Kind{history.Misrouted}) {
		t.Error(have)
	}
	if have := kinds(history.Topic([][]int{odd, {2, 4, 8}}, 9, 0)); !slices.Equal(have, []history.Kind{history.Lost}) {
		t.Error(have)
	}
	if have := kinds(history.Topic([][]int{odd, {2, 6, 4, 8}}, 9, 9)); !slices.Contains(have, history.Reordered) {
		t.Error(have)
	}
}

func TestFile_OrderIsThatOfEachPartition(t *testing.T) {
	partitions := [][]int{odd, even}
	for _, c := range []struct {
		name string
		seen []int
		want history.Kind
	}{
		{"as it went in", upTo(1, 9), ""},
		{"one partition after the other", join(even, odd), ""},
		{"replay of one", join(even, odd, []int{5, 7, 9}), ""},
		{"swapped", join(even, []int{1, 5, 3, 7, 9}), history.Reordered},
		{"lost", join(even, []int{1, 3, 5, 7}), history.Lost},
		{"replay with a hole", join(even, odd, []int{5, 9}), history.Duplicate},
		{"not in the topic", join(upTo(1, 9), []int{10}), history.Phantom},
	} {
		have := kinds(history.File(c.seen, partitions, 10, 1))
		have = slices.DeleteFunc(have, func(k history.Kind) bool { return c.want != history.Lost && k == history.Lost }) // line 10
		switch {
		case c.want == "" && len(have) > 0, c.want != "" && !slices.Contains(have, c.want):
			t.Errorf("%s: %v, want %q", c.name, have, c.want)
		}
	}
}

// TestFile_ReplaysFollowTheTopic: a sink goes back in the topic, which itself has lines again.
func TestFile_ReplaysFollowTheTopic(t *testing.T) {
	topic := [][]int{join(upTo(1, 6), upTo(3, 9))}
	for _, c := range []struct {
		name    string
		seen    []int
		replays int
		want    []history.Kind
	}{
		{"as the topic", topic[0], 0, nil},
		{"back into what came again", join(upTo(1, 6), upTo(3, 5), upTo(4, 9)), 1, nil},
		{"back before what came again", join(upTo(1, 6), upTo(3, 4), upTo(5, 6), upTo(3, 9)), 1, nil},
		{"records are missing whose lines came before", join(upTo(1, 6), upTo(5, 9)), 1, []history.Kind{history.Reordered}},
		{"with a hole", join(upTo(1, 6), upTo(3, 4), upTo(6, 9)), 1, []history.Kind{history.Reordered}},
		{"lost after it", join(upTo(1, 6), upTo(3, 8)), 0, []history.Kind{history.Lost}},
	} {
		if have := kinds(history.File(c.seen, topic, 9, c.replays)); !slices.Equal(have, c.want) {
			t.Errorf("%s: %v, want %v", c.name, have, c.want)
		}
	}
}

// TestTopic_RandomReplaysAreClean replays from random earlier places; dropping any record that came once is reported.
func TestTopic_RandomReplaysAreClean(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		const n = 60
		var seen []int
		replays := 0
		for next := 1; next <= n; {
			to := next + random.IntN(n-next+1)
			seen = append(seen, upTo(next, to)...)
			if next = to + 1; next <= n && random.IntN(3) == 0 {
				next = 1 + random.IntN(to)
				replays++
			}
		}
		r := history.Topic([][]int{seen}, n, replays)
		if len(r.Anomalies) > 0 || r.Replays != replays || r.Repeats != len(seen)-n {
			t.Fatalf("seed %d: %+v, want %d replays of %v", seed, r, replays, seen)
		}
		at := random.IntN(len(seen))
		if less := slices.Delete(slices.Clone(seen), at, at+1); len(history.Topic([][]int{less}, n, replays).Anomalies) == 0 && !replayStarts(seen, at) {
			t.Fatalf("seed %d: nothing is wrong without place %d of %v", seed, at+1, seen)
		}
	}
}

// replayStarts reports whether a replay that begins or ends at this place is whole without it.
func replayStarts(seen []int, at int) bool {
	first := at > 0 && seen[at] <= seen[at-1]
	last := at+1 < len(seen) && seen[at+1] <= seen[at] || at+1 == len(seen)
	return (first || last) && slices.Contains(slices.Delete(slices.Clone(seen), at, at+1), seen[at])
}
