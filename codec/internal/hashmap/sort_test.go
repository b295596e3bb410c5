package hashmap

import (
	"cmp"
	"math/rand/v2"
	"testing"

	"github.com/millrace/millrace/internal/java"
)

// hashed is a key that is its own hash code.
type hashed int32

func (h hashed) HashCode() int32      { return int32(h) }
func (h hashed) Compare(o hashed) int { return cmp.Compare(h, o) }

// TestSort_AsHashOrder: few entries and many come in the order in which a HashMap iterates.
func TestSort_AsHashOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		list := make([]hashed, n)
		hashes := make([]int32, n)
		for i := range list {
			hashes[i] = int32(r.Uint32() >> r.IntN(32))
			list[i] = hashed(hashes[i])
		}
		want := java.HashOrder(hashes, 16, func(a, b int32) int { return cmp.Compare(hashes[a], hashes[b]) })
		Sort(list, 16)
		for i := range want {
			if int32(list[i]) != hashes[want[i]] {
				t.Fatalf("%d entries: %v, want %v of %v", n, list, want, hashes)
			}
		}
	}
}
