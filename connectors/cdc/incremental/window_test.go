package incremental

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
)

// TestWindow compares windows with a plain list of keys.
func TestWindow(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	var w Window
	for range 200 {
		w.Reset()
		var keys []string
		gone := map[int]bool{}
		for range r.Intn(300) {
			key := string(AppendPart(AppendPart(nil, fmt.Append(nil, r.Intn(200))), nil))
			if r.Intn(4) == 0 {
				w.Drop([]byte(key))
				for i, k := range keys {
					gone[i] = gone[i] || k == key
				}
				continue
			}
			keys = append(keys, key)
			w.Add([]byte(key))
		}
		var want []int32
		for i := range keys {
			if !gone[i] {
				want = append(want, int32(i))
			}
		}
		if got := w.AppendRows(nil); !slices.Equal(got, want) || w.Live() != len(want) {
			t.Fatalf("left %v, %d live, want %v", got, w.Live(), want)
		}
	}
}

// TestAppendPart_TellsValuesApart checks that keys of several values are equal only where all values are.
func TestAppendPart_TellsValuesApart(t *testing.T) {
	seen := map[string]string{}
	for _, values := range [][][]byte{{nil, nil}, {{}, nil}, {nil, {}}, {[]byte("a"), []byte("b")}, {[]byte("ab"), {}}, {{}, []byte("ab")}, {make([]byte, 300), nil}} {
		var key []byte
		for _, v := range values {
			key = AppendPart(key, v)
		}
		if before, ok := seen[string(key)]; ok {
			t.Errorf("%q and %s have one key", values, before)
		}
		seen[string(key)] = fmt.Sprintf("%q", values)
	}
}

func TestWindow_AllocatesNothingOnceGrown(t *testing.T) {
	var w Window
	keys := make([][]byte, 1000)
	for i := range keys {
		keys[i] = AppendPart(nil, fmt.Append(nil, i))
	}
	fill := func() {
		w.Reset()
		for _, k := range keys {
			w.Add(k)
		}
		w.Drop(keys[7])
	}
	fill()
	if n := testing.AllocsPerRun(10, fill); n > 0 {
		t.Errorf("%v allocations a chunk", n)
	}
}
