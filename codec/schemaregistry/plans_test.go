package schemaregistry

import (
	"errors"
	"testing"
	"time"
)

func TestPlans_FindWhatHolds(t *testing.T) {
	p := NewPlans[string](nil)
	number := func(n int32) ID { return ID{Number: n, HasNumber: true} }
	guid := ID{HasGUID: true, GUID: GUID{1}}
	ever, over := &Reading{}, &Reading{until: time.Now().Add(-time.Second)}
	p.keep("t", number(1), ever, "t1")
	p.keep("t", number(1+recentPlans), ever, "t257") // in the same place
	p.keep("u", number(1), ever, "u1")               // there as well
	p.keep("t", number(2), over, "old")
	p.keep("t", guid, ever, "guid")
	for range 2 {
		for _, c := range []struct {
			topic string
			id    ID
			want  string
		}{
			{"t", number(1), "t1"}, {"t", number(1 + recentPlans), "t257"}, {"u", number(1), "u1"}, {"t", number(2), ""},
			{"u", number(2), ""}, {"t", guid, "guid"}, {"t", number(0), ""}, {"t", ID{Number: 1, HasNumber: true, indexes: "\x02"}, ""},
		} {
			if got, ok := p.find(c.topic, c.id); got != c.want || ok != (c.want != "") {
				t.Errorf("%s %v: %q, %t, want %q", c.topic, c.id, got, ok, c.want)
			}
		}
	}
	p.keep("t", number(2), ever, "new")
	if got, _ := p.find("t", number(2)); got != "new" {
		t.Errorf("%q in place of an old one", got)
	}
	for n := range int32(PlansMax) {
		p.keep("v", number(n), ever, "v")
	}
	if _, ok := p.find("t", guid); ok || len(p.made) > PlansMax {
		t.Errorf("%d kept", len(p.made))
	}
}

func TestPlans_MadeOnce(t *testing.T) {
	made := 0
	p := NewPlans(func(topic string, id ID) (*Reading, string, error) {
		if made++; id.Number == 0 {
			return nil, "", errNone
		}
		return &Reading{}, topic, nil
	})
	for range 2 {
		if got, err := p.Of("t", ID{Number: 1, HasNumber: true}); got != "t" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if _, err := p.Of("t", ID{HasNumber: true}); !errors.Is(err, errNone) {
			t.Errorf("%v", err)
		}
	}
	if made != 3 {
		t.Errorf("made %d times, want once and, with its error, each time", made)
	}
}

var errNone = errors.New("there is none")
