package jsonschema

import (
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
)

// TestMapping goes through the table in testdata/mapping.txt: a text, what it becomes, and what that is registered as. Paragraphs are
//
//	# name [option …]
//	the text
//	---- the schema of Connect, or error
//	---- the text under which it is registered (left out for errors)
func TestMapping(t *testing.T) {
	raw, err := os.ReadFile("testdata/mapping.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, p := range strings.Split(strings.TrimSpace(string(raw)), "\n\n") {
		head, rest, _ := strings.Cut(p, "\n")
		name := strings.TrimPrefix(head, "# ")
		parts := strings.Split(rest, "\n---- ")
		t.Run(name, func(t *testing.T) {
			d := data{flattenSingletons: true}
			for _, o := range strings.Fields(name) {
				switch o {
				case "[optional]":
					d.optionalNonRequired = true
				case "[generalized]":
					d.generalized = true
				case "[nested]":
					d.flattenSingletons = false
				case "[draft7]":
					d.ignoreModern = true
				}
			}
			s, err := mapped(t, &d, parts[0])
			got := short(err)
			if err == nil {
				got = string(batch.AppendSchema(nil, s))
			}
			if got != parts[1] {
				t.Errorf("%s\nbecame %s\n  want %s", parts[0], got, parts[1])
			}
			if err != nil || len(parts) < 3 {
				return
			}
			back, err := d.fromConnect(s)
			if err != nil || back != parts[2] {
				t.Errorf("%s\nis registered as %s, %v\n          want %s", parts[1], back, err, parts[2])
			}
		})
		cases++
	}
	if cases < 30 {
		t.Errorf("%d cases", cases)
	}
}
