package clientkeys_test

import (
	"testing"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/clientkeys"
)

func TestKeys_AreThoseOfTheOriginal(t *testing.T) {
	for _, c := range []struct {
		what     string
		keys     clientkeys.Keys
		n        int
		name     string
		kind     config.Type
		def      any
		required bool
	}{
		{"producer", clientkeys.Producer(), 113, "delivery.timeout.ms", config.Int, int32(120000), false},
		{"consumer", clientkeys.Consumer(), 116, "max.poll.records", config.Int, int32(500), false},
		{"admin", clientkeys.Admin(), 91, "retries", config.Int, int32(2147483647), false},
		{"producer", clientkeys.Producer(), 113, "key.serializer", config.Class, nil, true},
		{"consumer", clientkeys.Consumer(), 116, "sasl.jaas.config", config.Password, nil, false},
	} {
		if len(c.keys) != c.n {
			t.Errorf("%s has %d keys, want %d", c.what, len(c.keys), c.n)
		}
		k := c.keys[c.name]
		if k.Type != c.kind || k.Default != c.def || k.Required != c.required || k.Doc == "" {
			t.Errorf("%s %s is %+v", c.what, c.name, k)
		}
	}
}
