package restart_test

import (
	"errors"
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/restart"
)

func TestPolicy_WaitsDoubleUpToTheMost(t *testing.T) {
	p := restart.Policy{First: time.Second, Most: 10 * time.Second}
	for _, c := range []struct {
		n      int
		open   bool
		chance float64
		want   time.Duration
	}{
		{1, false, 0.5, time.Second},
		{2, false, 0.5, 2 * time.Second},
		{4, false, 0.5, 8 * time.Second},
		{5, false, 0.5, 10 * time.Second},
		{1 << 30, false, 0.5, 10 * time.Second},
		{1, true, 0.5, 10 * time.Second},
		{1, false, 0, 800 * time.Millisecond},
		{5, true, 0.75, 11 * time.Second},
	} {
		if got := p.Wait(c.n, c.open, c.chance); (got - c.want).Abs() > time.Microsecond {
			t.Errorf("restart %d, open %t, chance %v: wait %v, want %v", c.n, c.open, c.chance, got, c.want)
		}
	}
}

func TestPolicy_RestartsWhatMayPassUntilTheLimit(t *testing.T) {
	passing, lasting := connectors.Retriable(errors.New("gone")), errors.New("null pointer")
	on := restart.Policy{Enabled: true, Max: 2}
	for _, c := range []struct {
		name   string
		policy restart.Policy
		n      int
		err    error
		want   string
	}{
		{"off", restart.Policy{Max: 2}, 0, passing, "restarts are off"},
		{"lasting", on, 0, lasting, "the failure would come again"},
		{"first", on, 0, passing, ""},
		{"last", on, 1, passing, ""},
		{"too often", on, 2, passing, "it was restarted too often"},
		{"without limit", restart.Policy{Enabled: true, Max: restart.Unlimited}, 1 << 30, passing, ""},
	} {
		if got := c.policy.Refuses(c.n, c.err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
