package schemas

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
)

func named(i int) *batch.Schema {
	return batch.NewSchema(batch.KindStruct).Name(fmt.Sprint("s", i)).Build()
}

// TestCache_AnswersOnce: what is within Max is worked out once, whatever the order.
func TestCache_AnswersOnce(t *testing.T) {
	var c Cache[string]
	calls := 0
	name := func(s *batch.Schema) string { calls++; return s.Name() }
	list := make([]*batch.Schema, Max)
	for i := range list {
		list[i] = named(i)
	}
	for range 3 {
		for i := range list {
			if got := c.Get(list[i], name); got != list[i].Name() {
				t.Fatalf("%q for %q", got, list[i].Name())
			}
		}
	}
	if calls != Max {
		t.Errorf("%d calls for %d schemas", calls, Max)
	}
}

// TestCache_EqualSchemasShare: a schema that is built anew finds what was worked out for its twin, and
// does not keep that one.
func TestCache_EqualSchemasShare(t *testing.T) {
	var c Cache[int]
	calls := 0
	for i := range 3 * Max {
		if c.Get(named(i%2), func(*batch.Schema) int { calls++; return i }) != i%2 {
			t.Fatal("another schema's value")
		}
	}
	if n := len(c.young) + len(c.old); calls != 2 || n != 2 {
		t.Errorf("%d calls, %d schemas", calls, n)
	}
}

// TestCache_IsBounded: however many schemas come, few stay.
func TestCache_IsBounded(t *testing.T) {
	var c Cache[int]
	for i := range 5 * Max {
		if got := c.Get(named(i), func(*batch.Schema) int { return i }); got != i {
			t.Fatalf("%d for %d", got, i)
		}
		if n := len(c.young) + len(c.old); n > 2*Max {
			t.Fatalf("%d schemas", n)
		}
	}
}

// TestCache_NoSchema: schemaless has a place too.
func TestCache_NoSchema(t *testing.T) {
	var c Cache[int]
	calls := 0
	for range 3 {
		c.Get(nil, func(*batch.Schema) int { calls++; return 7 })
	}
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}
