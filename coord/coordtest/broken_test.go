package coordtest

import (
	"strings"
	"testing"
)

// Each safeguard is missed when it is not there: some history of the first few shows it.
func TestCluster_BrokenIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		broken Broken
		says   string
	}{
		"deaf":        {Broken{Deaf: true}, " works on "},
		"unstoppable": {Broken{Unstoppable: true}, " works on "},
		"partial":     {Broken{Partial: true}, "tasks"},
		"mute":        {Broken{Mute: true}, "has no status"},
		"restless":    {Broken{Restless: true}, "no rest"},
		"blind":       {Broken{Blind: true}, "after 5m0s"},
		"unfenced":    {Broken{Unfenced: true}, "is not fenced"},
		"unverified":  {Broken{Unverified: true}, " behind one of generation "},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(500) {
				o := optionsOf(seed)
				o.Broken = c.broken
				o.ExactlyOnce = o.ExactlyOnce || c.broken.Unfenced || c.broken.Unverified
				for _, fault := range play(o).Faults() {
					if strings.Contains(fault, c.says) {
						return
					}
				}
			}
			t.Errorf("no history says %q", c.says)
		})
	}
}
