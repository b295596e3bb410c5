package exactlyonce

import "testing"

// TestOf_AsConfigsAreParsed: values are trimmed, and their case does not count.
func TestOf_AsConfigsAreParsed(t *testing.T) {
	for text, want := range map[string]Support{"": Disabled, "disabled": Disabled, "DISABLED": Disabled, " Preparing": Preparing, "enabled ": Enabled, "ENABLED": Enabled, "yes": Disabled} {
		have := Of(map[string]string{Key: text})
		if have != want || have.Enabled() != (want == Enabled) || have.Leads() != (want != Disabled) {
			t.Errorf("%q is %q, enabled %v, leads %v; want %q", text, have, have.Enabled(), have.Leads(), want)
		}
	}
}
