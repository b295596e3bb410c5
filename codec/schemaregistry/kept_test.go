package schemaregistry

import (
	"errors"
	"testing"
)

func TestKept_MakesOnceWhileGood(t *testing.T) {
	made := 0
	k := NewKept[string, int](2)
	get := func(key string, good bool) int {
		v, err := k.Get(key, func(int) bool { return good }, func() (int, error) { made++; return made, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if a, b, c := get("a", true), get("a", true), get("a", false); a != 1 || b != 1 || c != 2 {
		t.Errorf("made %d, %d, %d", a, b, c)
	}
	get("b", true)
	get("c", true) // the third: the others are forgotten
	n := 0
	for key := range k.All() {
		n++
		if key == "a" || key == "b" {
			t.Errorf("%s is kept", key)
		}
	}
	if n != 1 || get("a", true) != 5 {
		t.Errorf("%d kept, %d made", n, made)
	}
}

func TestKept_KeepsNoError(t *testing.T) {
	k := NewKept[string, int](2)
	for range 2 {
		if _, err := k.Get("a", Always, func() (int, error) { return 1, errors.New("not now") }); err == nil {
			t.Error("an error is kept as an answer")
		}
	}
	if v, err := k.Get("a", Always, func() (int, error) { return 2, nil }); v != 2 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
}
