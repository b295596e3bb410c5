package mirror

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// The bytes that 4.3.1 writes of topic "orders", partition 3, 258 at the source, 7 at the target.
func TestOffsetSync_Bytes(t *testing.T) {
	s := offsetSync{258, 7}
	key, value := appendSyncKey(nil, "orders", 3), s.appendValue(nil)
	if string(key) != "\x00\x06orders\x00\x00\x00\x03" || string(value) != "\x00\x00\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x00\x00\x00\x07" {
		t.Errorf("%q %q", key, value)
	}
}

// sent is a writer that keeps what it sends, and how much is on its way.
func sent(parts []*partition) (w *syncWriter, out *[]string) {
	w, out = newSyncWriter(parts), new([]string)
	w.send = func(p *partition, s offsetSync) {
		*out = append(*out, fmt.Sprintf("%s %d=%d", p.Topic, s.upstream, s.downstream))
	}
	return w, out
}

func syncPartitions(lagMax int64, topics ...string) (parts []*partition) {
	for _, topic := range topics {
		parts = append(parts, &partition{TopicPartition: connectors.TopicPartition{Topic: topic}, syncs: newSyncState(lagMax)})
	}
	return parts
}

// Source: OffsetSyncWriterTest, and the rules of OffsetSyncWriter.PartitionState.
func TestSyncWriter_WhenOneIsDue(t *testing.T) {
	parts := syncPartitions(5, "a", "b")
	w, out := sent(parts)
	take := func(p, up, down int64) { w.copied(parts[p], offsetSync{up, down}) }
	take(0, 100, 100) // the first
	take(0, 101, 101)
	take(0, 105, 102) // records are missing
	take(0, 106, 103)
	take(0, 107, 104)
	take(0, 108, 105)
	take(0, 109, 106)
	take(0, 110, 107)
	take(0, 111, 108) // 102+1+5
	take(0, 112, 50)  // the copy began anew
	take(1, 0, 0)
	take(1, 1, 1)
	take(0, 113, 51)
	for range len(w.slots) {
		w.done()
	}
	w.commit()
	w.commit()
	want := []string{"a 100=100", "a 105=102", "a 111=108", "a 112=50", "b 0=0", "b 1=1", "a 113=51"}
	if !slices.Equal(*out, want) {
		t.Errorf("sent %q, want %q", *out, want)
	}
}

// No more than ten are on their way, the latest of each partition waits, and nothing is forgotten.
func TestSyncWriter_FewOnTheirWay(t *testing.T) {
	var topics []string
	for i := range 40 {
		topics = append(topics, fmt.Sprint("t", i))
	}
	random := rand.New(rand.NewPCG(3, 4))
	parts := syncPartitions(3, topics...)
	w := newSyncWriter(parts)
	last, due := map[*partition]offsetSync{}, map[*partition]offsetSync{}
	on := 0
	w.send = func(p *partition, s offsetSync) {
		if on++; on > syncsMax {
			t.Fatalf("%d on their way", on)
		}
		last[p] = s
	}
	at := map[*partition]int64{}
	for range 5000 {
		p := parts[random.IntN(len(parts))]
		at[p] += 1 + int64(random.IntN(2))
		due[p] = offsetSync{at[p], at[p]}
		w.copied(p, due[p])
		if on > 0 && random.IntN(3) == 0 {
			on--
			w.done()
			w.fire()
		}
	}
	w.commit()
	for on > 0 {
		on--
		w.done()
		w.fire()
	}
	for p, s := range due {
		if last[p] != s {
			t.Errorf("%s: the last sync is %v, want %v", p.Topic, last[p], s)
		}
	}
}

// syncDue is update in plain words, over all records so far.
func syncDue(all []offsetSync, synced int, lagMax int64) bool {
	i := len(all) - 1
	return synced < 0 || all[i].downstream-(all[synced].downstream+1) >= lagMax ||
		all[i].upstream != all[i-1].upstream+1 || all[i].downstream < all[i-1].downstream
}

func FuzzSyncState(f *testing.F) {
	f.Add([]byte{0, 1, 1, 1, 9, 1, 1}, uint8(3))
	f.Fuzz(func(t *testing.T, steps []byte, lagMax uint8) {
		s := newSyncState(int64(lagMax))
		var all []offsetSync
		synced := -1
		r := offsetSync{10, 10}
		for _, step := range steps {
			r.upstream += int64(step&3) + 1
			r.downstream += int64(step>>2&7) - 2
			if r.downstream < 0 {
				r.downstream = 0
			}
			all = append(all, r)
			want := syncDue(all, synced, int64(lagMax))
			if got := s.update(r); got != want {
				t.Fatalf("%v: due is %t", all, got)
			}
			if want {
				synced = len(all) - 1
			}
		}
	})
}
