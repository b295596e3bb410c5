package connectjson

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestPrefixes_FindWhatTheyKnow compares the tree with a map.
func TestPrefixes_FindWhatTheyKnow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := newPrefixes(100)
	known := map[string]*prefix{}
	for range 2000 {
		text := fmt.Sprintf(`{"schema":{"name":"%0*b"},"payload":`, 1+r.IntN(3), r.IntN(64))
		if len(known) == 100 && known[text] == nil {
			clear(known)
		}
		e := p.add([]byte(text), nil)
		if k := known[text]; k != nil && k != e || e.text != text {
			t.Fatalf("%q: added as %q", text, e.text)
		}
		known[text] = e
		for text, e := range known {
			if got := p.exact([]byte(text)); got != e {
				t.Fatalf("%q: found %v", text, got)
			}
			if got := p.find([]byte(text + "1")); got == nil || !got.starts([]byte(text+"1")) {
				t.Fatalf("%q: found %v", text, got)
			}
		}
		if other := `{"schema":{"name":"x"},"payload":1`; p.find([]byte(other)) != nil || p.exact([]byte(other)) != nil {
			t.Fatal("found a text that is not known")
		}
	}
}

// TestSingle_SeesEverySecondSchema puts the name at all positions of texts of several lengths.
func TestSingle_SeesEverySecondSchema(t *testing.T) {
	for _, n := range []int{12, 13, 20, 30, 31, 64, 65, 300, 307} {
		for _, name := range []string{`"schema"`, `"sche\u006da"`, `"\u0073chema"`} {
			for at := 0; at+len(name) <= n; at++ {
				text := make([]byte, n)
				for i := range text {
					text[i] = `a"\hm`[i%5]
				}
				copy(text[at:], name)
				if single(text) {
					t.Fatalf("%q was not seen at %d of %d", name, at, n)
				}
			}
		}
		for _, word := range []string{"a", `x\u1234`, `" a`, `\\a`, `ema" `} {
			var text []byte
			for len(text) < n {
				text = append(text, word...)
			}
			if !single(text) {
				t.Fatalf("%q is taken for a second schema", word)
			}
		}
	}
}
