package coordtest

import (
	"strings"
	"testing"
)

// Each safeguard is missed when it is not there: some history of a few shows it.
func TestCluster_BrokenIsNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		broken Broken
		says   string
		first  uint64 // seed
	}{
		"deaf":        {Broken{Deaf: true}, " works on ", 0},
		"unstoppable": {Broken{Unstoppable: true}, " works on ", 0},
		"partial":     {Broken{Partial: true}, "tasks", 0},
		"mute":        {Broken{Mute: true}, "has no status", 0},
		"restless":    {Broken{Restless: true}, "no rest", 0},
		"blind":       {Broken{Blind: true}, "after 5m0s", 0},
		"unfenced":    {Broken{Unfenced: true}, "is not fenced", 0},
		"unverified":  {Broken{Unverified: true}, " behind one of generation ", 700},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := c.first; seed < c.first+500; seed++ {
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
