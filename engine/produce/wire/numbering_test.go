package wire

import (
	"math/rand/v2"
	"testing"
)

// broker is what a broker knows of one partition: the sequence number that it takes next of each producer id and epoch,
// and which batches it has.
type broker struct {
	id    int64
	epoch int16
	next  int32
	known bool
}

// takes reports whether a batch is one that the broker takes as the next, or has.
func (l *broker) takes(id int64, epoch int16, sequence int32, rows int) bool {
	if !l.known || l.id != id || l.epoch != epoch {
		if l.known = sequence == 0; !l.known {
			return false
		}
		l.id, l.epoch, l.next = id, epoch, 0
	}
	if sequence != l.next {
		return false
	}
	l.next = int32((int64(l.next) + int64(rows)) & (sequences - 1))
	return true
}

// waiting is a batch as the client library has it.
type waiting struct {
	batch int64
	rows  int
	b     *Batch
}

// numbers runs a life of one partition: batches are begun, written in order, written again, acknowledged from the front
// on, given up all together, and the producer gets a new epoch; acknowledgements are told later than they happen. The
// broker must find every batch to be the next, with the first sequence number that it knew it by where it comes again.
func numbers(t *testing.T, rng *rand.Rand, steps int, start int64) {
	l := NewLane(0)
	l.numbers.next.rows = start
	var at broker
	epoch, first := int16(0), int32(0) // the number that the client gives the oldest batch
	var all []waiting
	var told []func() // that the lane is still to hear
	written := 0      // batches of all that the broker has
	for range steps {
		switch rng.IntN(8) {
		case 0, 1, 2:
			b := NewBatch(nil, 0, 0)
			l.Lock()
			l.End()
			l.Begin(b)
			b.rows = 1 + rng.IntN(5)
			l.Unlock()
			all = append(all, waiting{b.ordinal, b.rows, b})
		case 3, 4: // write the next one, or one of those before again
			if len(all) == 0 {
				continue
			}
			i := rng.IntN(written + 1)
			if i == len(all) {
				i--
			}
			s := stamp{id: 7, epoch: epoch, sequence: first + int32(i)}
			if err := l.seal(all[i].b, &s); err != nil {
				t.Fatal(err)
			}
			if i < written {
				if s.sequence != all[i].b.sequence {
					t.Fatalf("batch %d comes again with sequence %d, not %d", all[i].batch, s.sequence, all[i].b.sequence)
				}
				continue
			}
			if !at.takes(7, epoch, s.sequence, all[i].rows) {
				t.Fatalf("batch %d has sequence %d, the broker wants %d", all[i].batch, s.sequence, at.next)
			}
			written++
		case 5: // acknowledge the oldest
			if written == 0 {
				continue
			}
			b := all[0].b
			all, written, first = all[1:], written-1, first+1
			told = append(told, func() { l.Finished(b, true) })
		case 6: // give up, what the broker does not have
			if written > 0 {
				continue
			}
			for i := range all[:rng.IntN(len(all)+1)] { // sent, and refused
				if err := l.seal(all[i].b, &stamp{id: 7, epoch: epoch, sequence: first + int32(i)}); err != nil {
					t.Fatal(err)
				}
			}
			for _, x := range all {
				told = append(told, func() { l.Finished(x.b, false) })
			}
			all = nil
			if rng.IntN(4) == 0 { // the topic is made anew
				first, at = 0, broker{}
			}
		default: // a new epoch: what waits is written anew, from 0 on, to a broker that has none of it
			if rng.IntN(3) > 0 {
				continue
			}
			epoch, first, written = epoch+1, 0, 0
		}
		for len(told) > 0 && rng.IntN(3) > 0 {
			told[0]()
			told = told[1:]
		}
	}
}

// TestNumbering_BrokersAgree over many lives, of which some reach the last sequence number.
func TestNumbering_BrokersAgree(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 5))
		start := int64(0)
		if seed%3 == 0 {
			start = sequences - 20
		}
		numbers(t, rng, 300, start)
	}
}

// FuzzNumbering lets the fuzzer choose the life.
func FuzzNumbering(f *testing.F) {
	f.Add(uint64(1), uint16(100))
	f.Fuzz(func(t *testing.T, seed uint64, steps uint16) {
		numbers(t, rand.New(rand.NewPCG(seed, 6)), int(steps%1000), 0)
	})
}

// TestNumbering_Wraps: sequence numbers begin again at 0.
func TestNumbering_Wraps(t *testing.T) {
	l := NewLane(0)
	var got []int32
	for i, rows := range []int{sequences - 3, 2, 5, 1} {
		b := NewBatch(nil, 0, 0)
		l.Lock()
		l.Begin(b)
		b.rows = rows
		l.Unlock()
		s := stamp{id: 1, sequence: int32(i)}
		if err := l.seal(b, &s); err != nil {
			t.Fatal(err)
		}
		got = append(got, s.sequence)
	}
	if want := [4]int32{0, sequences - 3, sequences - 1, 4}; [4]int32(got) != want {
		t.Errorf("sequences %v, want %v", got, want)
	}
}

// TestNumbering_Refuses what no order of batches explains.
func TestNumbering_Refuses(t *testing.T) {
	l := NewLane(0)
	b := NewBatch(nil, 0, 0)
	l.Lock()
	l.Begin(b)
	l.Unlock()
	b.rows = 1
	if err := l.seal(b, &stamp{id: 1, sequence: 3}); err == nil {
		t.Error("a first batch that is the fourth")
	}
	if err := l.seal(b, &stamp{id: 1}); err != nil {
		t.Fatal(err)
	}
	if err := l.seal(b, &stamp{id: 1, sequence: 1}); err == nil {
		t.Error("a number that skips one")
	}
}
