package bench

import (
	"testing"

	"github.com/millrace/millrace/bench/records"
)

// Every case runs, on records that its transforms take.
func TestTransformCases_Run(t *testing.T) {
	names := map[string]bool{}
	for _, set := range records.Sets() {
		set.Rows = 2 * set.BatchRows
		cases, err := TransformCases(set)
		if err != nil {
			t.Fatal(err)
		}
		chains, err := ChainCases(set)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, chains...)
		for _, c := range cases {
			if names[c.Name] {
				t.Errorf("%s stands twice in the list", c.Name)
			}
			names[c.Name] = true
			if err := c.Pass(); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	}
	for _, name := range []string{"transform/five/schemaless", "json/chain-none/schemaless", "json/chain-five/envelope", "transform/five/envelope", "transform/flatten/nested/envelope", "transform/set-schema-metadata/envelope"} {
		if !names[name] {
			t.Errorf("no case %s", name)
		}
	}
}
