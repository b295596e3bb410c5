package cdc

import (
	"strings"
	"testing"
)

func TestNaming_Topic(t *testing.T) {
	n := Naming{Prefix: "relay", Delimiter: "."}
	for _, c := range []struct{ schema, table, want string }{
		{"public", "orders", "relay.public.orders"},
		{"public", "my table", "relay.public.my_table"},
		{"été", "t\U0001F600", "relay._t_.t__"},
		{"s", strings.Repeat("x", 300), "relay.s." + strings.Repeat("x", 241)},
	} {
		if got := n.Topic(c.schema, c.table); got != c.want {
			t.Errorf("%s.%s: %s, want %s", c.schema, c.table, got, c.want)
		}
	}
}

func TestAdjustment(t *testing.T) {
	for _, c := range []struct {
		a          Adjustment
		name, want string
	}{
		{AdjustNone, "a-b.1c", "a-b.1c"},
		{AdjustAvro, "a-b.1c.d1", "a_b._c.d1"},
		{AdjustAvroUnicode, "a-b_c", "a_u002db_u005fc"},
		{AdjustAvro, "x\U0001F600", "x__"},
		{AdjustAvroUnicode, "x\U0001F600", "x_ud83d_ude00"},
	} {
		if got := c.a.Apply(c.name); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.a, c.name, got, c.want)
		}
	}
	if got := AdjustAvro.ApplyField("a.b"); got != "a_b" {
		t.Errorf("field: %q", got)
	}
}
