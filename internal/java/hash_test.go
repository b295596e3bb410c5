package java

import (
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	if s == "-" {
		return nil
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHashMapOrder_Vectors(t *testing.T) {
	readVectors(t, "testdata/hashmap.txt", 4, func(f []string) {
		keys := strings.Split(f[2], ",")
		capacity, _ := strconv.Atoi(f[1])
		var order []int32
		switch f[0] {
		case "default":
			order = HashMapOrder(keys)
		case "capacity":
			order = HashMapOrderSized(keys, TableSize(capacity))
		case "copy":
			order = HashMapOrderSized(keys, CopyTableSize(len(keys)))
		}
		got := make([]string, len(order))
		for i, o := range order {
			got[i] = keys[o]
		}
		if text := strings.Join(got, ","); text != f[3] {
			t.Errorf("%s %s %s\ngot  %s\nwant %s", f[0], f[1], f[2], text, f[3])
		}
	})
}

func TestHashOrder_Numbers(t *testing.T) {
	readVectors(t, "testdata/hash_numbers.txt", 4, func(f []string) {
		var hashes []int32
		for v := range strings.SplitSeq(f[1], ",") {
			bits, err := strconv.ParseUint(v, 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			switch f[0] {
			case "Integer", "Byte":
				hashes = append(hashes, HashInt(int32(bits)))
			case "Long":
				hashes = append(hashes, HashLong(int64(bits)))
			case "Double":
				hashes = append(hashes, HashDouble(math.Float64frombits(bits)))
			case "Float":
				hashes = append(hashes, HashFloat(math.Float32frombits(uint32(bits))))
			case "Boolean":
				hashes = append(hashes, HashBool(bits == 1))
			}
		}
		join := func(v []int32) string {
			var b []byte
			for i, x := range v {
				if i > 0 {
					b = append(b, ',')
				}
				b = AppendInt(b, int64(x))
			}
			return string(b)
		}
		if got := join(hashes); got != f[2] {
			t.Errorf("%s %s: hashes %s, want %s", f[0], f[1], got, f[2])
		}
		if got := join(HashOrder(hashes, 16, nil)); got != f[3] {
			t.Errorf("%s %s: order %s, want %s", f[0], f[1], got, f[3])
		}
	})
}

func TestHashMapOrder_ReplayAgreesWithSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		hashes := make([]int32, rng.IntN(200))
		for i := range hashes {
			hashes[i] = int32(rng.Uint32())
		}
		table := 1 << rng.IntN(8)
		replayed := newTreeMap(hashes, table, nil).order()
		if got := HashOrder(hashes, table, nil); !slices.Equal(got, replayed) {
			t.Fatalf("table %d: got %v, want %v", table, got, replayed)
		}
	}
}

func TestUTF8_Vectors(t *testing.T) {
	readVectors(t, "testdata/utf8.txt", 4, func(f []string) {
		in := unhex(t, f[0])
		if got := hex.EncodeToString(AppendUTF8(nil, in)); got != f[1] {
			t.Errorf("%s: got %s, want %s", f[0], got, f[1])
		}
		if got := strconv.Itoa(UTF16Len(in)); got != f[2] {
			t.Errorf("%s: length %s, want %s", f[0], got, f[2])
		}
		if got := strconv.Itoa(int(HashString(in))); got != f[3] {
			t.Errorf("%s: hash %s, want %s", f[0], got, f[3])
		}
	})
}

func FuzzUTF16(f *testing.F) {
	f.Add("a😀é", "a\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, a, b string) {
		ua := utf16.Encode([]rune(string(AppendUTF8(nil, []byte(a)))))
		ub := utf16.Encode([]rune(string(AppendUTF8(nil, []byte(b)))))
		if got, want := sign(CompareUTF16(a, b)), slices.Compare(ua, ub); got != want {
			t.Fatalf("compare %q %q: got %d, want %d", a, b, got, want)
		}
		if got := UTF16Len(a); got != len(ua) {
			t.Fatalf("length of %q: got %d, want %d", a, got, len(ua))
		}
		var h int32
		for _, u := range ua {
			h = 31*h + int32(u)
		}
		if got := HashString(a); got != h {
			t.Fatalf("hash of %q: got %d, want %d", a, got, h)
		}
		if pos, inside := UTF16Index(a, len(ua)); pos != len(a) || inside {
			t.Fatalf("%q: end at %d", a, pos)
		}
	})
}

func sign(v int) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}

func BenchmarkHashMapOrder(b *testing.B) {
	keys := strings.Fields("id name zip city street country amount currency created updated")
	b.ReportAllocs()
	for b.Loop() {
		HashMapOrder(keys)
	}
}

func BenchmarkHashString(b *testing.B) {
	b.SetBytes(16)
	for b.Loop() {
		HashString("customer_address")
	}
}

// TestInHashOrder_AsHashOrder: hashes are in order where the map leaves them so, and only where it has no trees.
func TestInHashOrder_AsHashOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	yes := 0
	for range 20_000 {
		hashes := make([]int32, r.IntN(40))
		for i := range hashes {
			hashes[i] = int32(r.Uint32() >> r.IntN(32))
		}
		order := HashOrder(hashes, 0, func(a, b int32) int { return int(a - b) })
		same := true
		for k, o := range order {
			same = same && int(o) == k
		}
		if InHashOrder(hashes) && !same {
			t.Fatalf("%v is not in order: %v", hashes, order)
		}
		sorted := make([]int32, len(hashes))
		for k, o := range order {
			sorted[k] = hashes[o]
		}
		if InHashOrder(sorted) {
			yes++
		}
	}
	if yes < 15_000 {
		t.Errorf("%d of 20,000 are in order", yes)
	}
}
