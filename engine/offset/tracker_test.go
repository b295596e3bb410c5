package offset

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// model is the plain twin of Tracker: every submitted row, in order. Source: SubmittedRecords.
type model struct {
	rows  []*modelRow
	taken map[int]int // partition -> rows of it that Take has returned
	acked int
}

type modelRow struct {
	partition, offset int
	acked             bool
}

func (m *model) take() (offsets map[string]int64, acked, pending int) {
	offsets = map[string]int64{}
	seen, stuck, last := map[int]int{}, map[int]bool{}, map[int]int{}
	for _, r := range m.rows {
		if !r.acked {
			pending++
			stuck[r.partition] = true
		}
		if !stuck[r.partition] {
			seen[r.partition]++
			last[r.partition] = r.offset
		}
	}
	for p, n := range seen {
		if n > m.taken[p] {
			m.taken[p] = n
			offsets[part(p).Map().Values[0].Str()] = int64(last[p])
		}
	}
	acked, m.acked = m.acked, 0
	return offsets, acked, pending
}

// entry is a submitted batch of a test.
type entry struct {
	e    *Entry
	open []int32 // rows not acknowledged
	rows []*modelRow
}

// run drives a tracker and the model with the same random events and compares every Take.
func run(t testing.TB, rng *rand.Rand, steps int) {
	pool := batch.NewPool(mem.Checked(t))
	tr, m := NewTracker(), &model{taken: map[int]int{}}
	var open []*entry
	shared := []batch.Value{part(0), part(1), part(2)} // a list that is handed out again and again
	offset := 0
	submit := func() {
		n := 1 + rng.IntN(6)
		b := pool.New(n)
		defer b.Release()
		src := &source{}
		switch rng.IntN(4) {
		case 0:
			src.list = shared
		case 1:
			src.list = []batch.Value{part(rng.IntN(4))}
		case 2:
			src.list = []batch.Value{part(3), part(rng.IntN(3))}
		}
		var rows batch.Selection
		if rng.IntN(2) == 0 {
			rows = batch.Selection{}
			for i := range int32(n) {
				if rng.IntN(3) > 0 {
					rows = append(rows, i)
				}
			}
		}
		for range n {
			offset++
			src.offsets = append(src.offsets, offset)
			src.of = append(src.of, int32(rng.IntN(max(len(src.list), 1))))
		}
		if src.list != nil {
			b.Source = src
		}
		en := &entry{rows: make([]*modelRow, n)}
		add := func(i int32) {
			r := &modelRow{partition: -1, offset: src.offsets[i]}
			if src.list != nil {
				for p := range 4 {
					if src.list[src.of[i]].Equal(part(p)) {
						r.partition = p
					}
				}
			}
			en.rows[i] = r
			en.open = append(en.open, i)
			m.rows = append(m.rows, r)
		}
		if rows == nil {
			for i := range int32(n) {
				add(i)
			}
		} else {
			for _, i := range rows {
				add(i)
			}
		}
		en.e = tr.Submit(b, rows)
		if len(en.open) > 0 {
			open = append(open, en)
		}
	}
	ack := func() {
		if len(open) == 0 {
			return
		}
		k := rng.IntN(len(open))
		en := open[k]
		rng.Shuffle(len(en.open), func(i, j int) { en.open[i], en.open[j] = en.open[j], en.open[i] })
		n := 1 + rng.IntN(len(en.open))
		for _, i := range en.open[:n] {
			en.rows[i].acked = true
		}
		if n == en.e.rows.Count(len(en.rows)) && rng.IntN(2) == 0 {
			tr.AckAll(en.e)
		} else {
			tr.Ack(en.e, en.open[:n])
		}
		m.acked += n
		if en.open = en.open[n:]; len(en.open) == 0 {
			open = slices.Delete(open, k, k+1)
		}
	}
	take := func() {
		c := tr.Take()
		want, acked, pending := m.take()
		delete(want, part(-1).Map().Values[0].Str()) // rows without a source position
		if got := read(t, c); !maps.Equal(got, want) || c.Acked != acked || c.Pending != pending || tr.Pending() != pending {
			t.Fatalf("got %v, acked %d, pending %d; want %v, %d, %d", got, c.Acked, c.Pending, want, acked, pending)
		}
		select {
		case <-tr.Idle():
			if pending > 0 {
				t.Fatal("idle with rows pending")
			}
		default:
			if pending == 0 {
				t.Fatal("not idle")
			}
		}
	}
	for range steps {
		switch rng.IntN(5) {
		case 0, 1:
			submit()
		case 2, 3:
			ack()
		default:
			take()
		}
	}
	if rng.IntN(2) == 0 {
		for len(open) > 0 {
			ack()
		}
		take()
	}
	tr.Close()
	for _, en := range open { // late acknowledgements, as from a producer that closes
		tr.Ack(en.e, en.open)
	}
	tr.Close()
	if tr.Pending() != 0 {
		t.Fatal("rows pending after Close")
	}
}

// TestTracker_AgreesWithModel over many histories.
func TestTracker_AgreesWithModel(t *testing.T) {
	for seed := range uint64(300) {
		run(t, rand.New(rand.NewPCG(seed, 1)), 60)
	}
}

// FuzzTracker lets the fuzzer choose the history.
func FuzzTracker(f *testing.F) {
	f.Add(uint64(1), uint16(50))
	f.Fuzz(func(t *testing.T, seed uint64, steps uint16) {
		run(t, rand.New(rand.NewPCG(seed, 2)), int(steps%200))
	})
}

// TestTracker_PartitionsDoNotWaitForOthers: a row that Kafka does not take holds back its own source
// partition alone, also inside the batch that it came with and for batches behind it.
func TestTracker_PartitionsDoNotWaitForOthers(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	tr := NewTracker()
	defer tr.Close()
	submit := func(of []int32, offsets ...int) *Entry {
		b := pool.New(len(of))
		defer b.Release()
		b.Source = &source{list: []batch.Value{part(0), part(1)}, of: of, offsets: offsets}
		return tr.Submit(b, nil)
	}
	first := submit([]int32{0, 1, 0}, 1, 2, 3)
	second := submit([]int32{1, 0}, 4, 5)
	tr.Ack(first, []int32{0, 2})
	tr.Ack(second, []int32{0, 1})
	if got, want := read(t, tr.Take()), map[string]int64{"0": 5}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := read(t, tr.Take()); len(got) != 0 {
		t.Errorf("given twice: %v", got)
	}
	tr.Ack(first, []int32{1})
	if got, want := read(t, tr.Take()), map[string]int64{"1": 4}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestTracker_ForgetsIdlePartitions: a source that meets ever new partitions does not grow it.
func TestTracker_ForgetsIdlePartitions(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	tr := NewTracker()
	for n := range 20 * sweepMin {
		b := pool.New(1)
		b.Source = &source{list: []batch.Value{part(n)}, of: []int32{0}, offsets: []int{n}}
		tr.Ack(tr.Submit(b, nil), []int32{0})
		b.Release()
		if n%100 == 0 {
			tr.Take()
		}
	}
	if n := len(tr.parts); n > 4*sweepMin {
		t.Errorf("%d partitions are kept", n)
	}
	tr.Close()
}

// TestTracker_ReleasesBehindAnOpenRow: a batch whose rows are acknowledged is let go although an older
// one of another partition is not.
func TestTracker_ReleasesBehindAnOpenRow(t *testing.T) {
	mp := mem.Checked(t)
	pool := batch.NewPool(mp)
	tr := NewTracker()
	defer tr.Close()
	make1 := func(p int) *Entry {
		b := pool.New(1)
		defer b.Release()
		mem.Alloc[int64](&b.Arena, 8)
		b.Source = &source{list: []batch.Value{part(p)}, of: []int32{0}, offsets: []int{p}}
		return tr.Submit(b, nil)
	}
	make1(0)
	e := make1(1)
	tr.Ack(e, []int32{0})
	if e.b != nil {
		t.Error("the batch is still held")
	}
	if got := read(t, tr.Take()); !maps.Equal(got, map[string]int64{"1": 1}) {
		t.Errorf("%v", got)
	}
}

// BenchmarkTracker is what a batch of 1,024 rows of one partition costs from Submit to Ack.
func BenchmarkTracker(b *testing.B) {
	pool := batch.NewPool(mem.NewPool())
	tr := NewTracker()
	list := []batch.Value{part(0)}
	rows := make([]int32, 1024)
	for i := range rows {
		rows[i] = int32(i)
	}
	src := &source{list: list, of: make([]int32, 1024), offsets: make([]int, 1024)}
	b.ReportAllocs()
	for b.Loop() {
		x := pool.New(1024)
		x.Source = src
		e := tr.Submit(x, nil)
		x.Release()
		tr.Ack(e, rows[:500])
		tr.Ack(e, rows[500:])
	}
}
