package schemaregistry

import (
	"testing"
	"time"
)

func TestPlans_FindWhatHolds(t *testing.T) {
	p := NewPlans[string]()
	number := func(n int32) ID { return ID{Number: n, HasNumber: true} }
	guid := ID{HasGUID: true, GUID: GUID{1}}
	ever, over := &Reading{}, &Reading{until: time.Now().Add(-time.Second)}
	p.Keep("t", number(1), ever, "t1")
	p.Keep("t", number(1+recentPlans), ever, "t257") // in the same place
	p.Keep("u", number(1), ever, "u1")               // there as well
	p.Keep("t", number(2), over, "old")
	p.Keep("t", guid, ever, "guid")
	for range 2 {
		for _, c := range []struct {
			topic string
			id    ID
			want  string
		}{
			{"t", number(1), "t1"}, {"t", number(1 + recentPlans), "t257"}, {"u", number(1), "u1"}, {"t", number(2), ""},
			{"u", number(2), ""}, {"t", guid, "guid"}, {"t", number(0), ""}, {"t", ID{Number: 1, HasNumber: true, indexes: "\x02"}, ""},
		} {
			if got, ok := p.Find(c.topic, c.id); got != c.want || ok != (c.want != "") {
				t.Errorf("%s %v: %q, %t, want %q", c.topic, c.id, got, ok, c.want)
			}
		}
	}
	p.Keep("t", number(2), ever, "new")
	if got, _ := p.Find("t", number(2)); got != "new" {
		t.Errorf("%q in place of an old one", got)
	}
	for n := range int32(PlansMax) {
		p.Keep("v", number(n), ever, "v")
	}
	if _, ok := p.Find("t", guid); ok || len(p.made) > PlansMax {
		t.Errorf("%d kept", len(p.made))
	}
}
