package connectjson

import (
	"hash/maphash"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// TestPairs_KeysOfBothKinds: a table that grew when keys that are compared by identity had come before was of
// a size that its search never left.
func TestPairs_KeysOfBothKinds(t *testing.T) {
	for before := range 70 {
		p := pairs{seed: maphash.MakeSeed()}
		for range before {
			p.add(batch.BytesValue([]byte("k")), jsonscan.Ref{}, jsonscan.Ref{})
		}
		p.grow()
		if n := len(p.table); n&(n-1) != 0 || n < 2*before || n < 16 {
			t.Errorf("%d keys: a table of %d", before, n)
		}
	}
}
