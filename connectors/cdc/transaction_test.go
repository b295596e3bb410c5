package cdc

import (
	"fmt"
	"strings"
	"testing"
)

// TestTransactionTopic_Order gives the tables of transactions as java.util.HashMap has them: two in one bucket in the
// order in which they came, and in another one once there were more tables than the map's first buckets take.
func TestTransactionTopic_Order(t *testing.T) {
	topic := NewTransactionTopic(&Naming{Prefix: "p", Delimiter: "."}, "transaction")
	order := func(names ...string) string {
		var c Counts
		c.Begin("1")
		for _, n := range names {
			c.Event(n)
		}
		var out []string
		r := topic.End(&c, 0)
		for _, v := range r.Value.Struct().Fields[3].Array() {
			out = append(out, v.Struct().Fields[0].Str())
		}
		return strings.Join(out, " ")
	}
	// Two of each share a bucket of 16; Aa and BB even have one hash code.
	for _, names := range [][]string{{"Aa", "BB"}, {"BB", "Aa"}, {"public.keyless", "public.born4"}, {"public.born4", "public.keyless"}} {
		if have := order(names...); have != strings.Join(names, " ") {
			t.Errorf("%v came as %s", names, have)
		}
	}
	before := order("q", "a") // hash codes 113 and 97: one bucket of 16, two of 32
	var many []string
	for i := range 13 {
		many = append(many, fmt.Sprint("t", i))
	}
	order(many...)
	if after := order("q", "a"); before != "q a" || after != "a q" {
		t.Errorf("q and a came as %s, and behind many tables as %s", before, after)
	}
}
