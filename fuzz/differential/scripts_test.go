package differential_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/debezium"
)

// Expressions of the generator are in the language that is accepted, so that a refusal is no difference that
// known-scripts explains away.
func TestGeneratedScripts_AreAccepted(t *testing.T) {
	flows, err := generate.Flows("script")
	if err != nil {
		t.Fatal(err)
	}
	set := smt.NewSet(debezium.Classes()...)
	for i := range uint64(3000) {
		p := flows[0].Trial(7, i).Plugins[0]
		class, err := set.Find(p.Class)
		if err != nil {
			t.Fatal(err)
		}
		props := map[string]string{}
		for _, c := range p.Config {
			props[c.Key] = c.Text
		}
		if _, err := class.New(props, smt.Context{}); err != nil && strings.Contains(err.Error(), "parse") {
			t.Errorf("%v: %v", props, err)
		}
	}
}
