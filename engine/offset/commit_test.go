package offset

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
)

// fickle is a store that fails now and then: before it has written, or after.
type fickle struct {
	rng  *rand.Rand
	well bool
	at   map[string]int
	back string // a partition whose offset went back
}

var errFickle = errors.New("not now")

func (f *fickle) Set(_ context.Context, _ string, offsets []connectors.PartitionOffset) error {
	mood := f.rng.IntN(4)
	if f.well {
		mood = 3
	}
	if mood == 0 {
		return errFickle
	}
	for _, o := range offsets {
		k, n := o.Partition.Map().Values[0].Str(), int(o.Offset.Map().Values[0].Int())
		if was, ok := f.at[k]; ok && n < was {
			f.back = k
		}
		f.at[k] = n
	}
	if mood == 1 {
		return errFickle
	}
	return nil
}

// fate is a row of a source partition: sent, and maybe acknowledged. Partitions have theirs in order.
type fate struct {
	e     *Entry
	row   int32
	acked bool
}

// commits runs a life of a source's offsets: rows are submitted and acknowledged in any order, some never, offsets
// are flushed to a store that fails, and at the end the task stops or is killed.
//
// Invariants: what is stored of a partition is never past its longest acknowledged prefix, and never goes back; behind
// a clean stop it is exactly there.
func commits(t testing.TB, rng *rand.Rand, steps int) {
	pool := batch.NewPool(mem.Checked(t))
	tr := NewTracker()
	store := &fickle{rng: rng, at: map[string]int{}}
	fl := &Flusher{Store: store, Connector: "c"}
	const partitions = 3
	names := []string{"0", "1", "2"}
	var rows [partitions][]*fate
	var open []*fate

	submit := func() {
		n := 1 + rng.IntN(6)
		src := &source{}
		for p := range partitions {
			src.list = append(src.list, part(p))
		}
		var all []*fate
		for row := range n {
			p := rng.IntN(partitions)
			src.of, src.offsets = append(src.of, int32(p)), append(src.offsets, len(rows[p]))
			f := &fate{row: int32(row)}
			rows[p], all = append(rows[p], f), append(all, f)
		}
		b := pool.New(n)
		b.Source = src
		e := tr.Submit(b, nil)
		b.Release()
		for _, f := range all {
			f.e = e
		}
		open = append(open, all...)
	}
	ack := func(n int) {
		for ; n > 0 && len(open) > 0; n-- {
			i := rng.IntN(len(open))
			f := open[i]
			open[i] = open[len(open)-1]
			open = open[:len(open)-1]
			f.acked = true
			tr.Ack(f.e, []int32{f.row})
		}
	}
	prefix := func(p int) int {
		n := 0
		for n < len(rows[p]) && rows[p][n].acked {
			n++
		}
		return n - 1
	}
	check := func(clean bool) {
		t.Helper()
		if store.back != "" {
			t.Fatalf("the offset of partition %s went back", store.back)
		}
		for p, name := range names {
			at, ok := store.at[name]
			if !ok {
				at = -1
			}
			if want := prefix(p); at > want || clean && at != want {
				t.Fatalf("partition %s: offset %d is stored, rows are acknowledged up to %d", name, at, want)
			}
		}
	}
	flush := func() error {
		fl.Add(tr.Take().Offsets)
		_, err := fl.Flush(t.Context())
		return err
	}

	for range steps {
		switch rng.IntN(4) {
		case 0:
			submit()
		case 1, 2:
			ack(1 + rng.IntN(4))
		default:
			_ = flush() // that it fails is what is tested
			check(false)
		}
	}
	switch rng.IntN(3) {
	case 0: // killed
	case 1: // stopped, with a row that Kafka never took
		store.well = true
		ack(len(open) - 1)
		if err := flush(); err != nil {
			t.Fatal(err)
		}
		check(true)
	default: // stopped cleanly
		store.well = true
		ack(len(open))
		<-tr.Idle()
		if err := flush(); err != nil {
			t.Fatal(err)
		}
		check(true)
	}
	tr.Close()
	check(false)
}

// TestCommits_AreOfPrefixes over many lives.
func TestCommits_AreOfPrefixes(t *testing.T) {
	for seed := range uint64(500) {
		commits(t, rand.New(rand.NewPCG(seed, 3)), 80)
	}
}

// FuzzCommits lets the fuzzer choose the life.
func FuzzCommits(f *testing.F) {
	f.Add(uint64(1), uint16(60))
	f.Fuzz(func(t *testing.T, seed uint64, steps uint16) {
		commits(t, rand.New(rand.NewPCG(seed, 4)), int(steps%300))
	})
}
