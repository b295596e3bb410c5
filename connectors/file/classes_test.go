package file

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/connectors"
)

// The answers of a 4.3.1 worker list the keys that its classes have.
func TestClasses_KeysAreThoseOfTheOriginal(t *testing.T) {
	for _, c := range Classes() {
		answer := "keys of the " + string(c.Kind())
		if c.Kind() == connectors.KindSource {
			answer += " by class"
		}
		golden := recorded(t, answer)
		if len(golden) == 0 {
			t.Fatalf("%s: no answer recorded under %q", c.Name, answer)
		}
		for i, k := range c.Def.Keys() {
			def := "null"
			if k.Default != nil {
				def = fmt.Sprintf("%q", fmt.Sprint(k.Default))
			}
			want := fmt.Sprintf(`{"default_value": %s, "dependents": [], "display_name": %q, "documentation": %q, `, def, k.Name, k.Doc)
			rest := fmt.Sprintf(`, "importance": %q, "name": %q, "order_in_group": -1, "required": %t, "type": %q, "width": "NONE"}`,
				k.Importance, k.Name, k.Required, k.Type)
			if got := golden[i]; !sameStart(got, want) || !strings.Contains(got, rest) {
				t.Errorf("%s: key %q:\nrecorded %s\nhere     %s…%s", c.Name, k.Name, got, want, rest)
			}
		}
	}
}

// sameStart compares with a recorded text in which long documentation is cut to "Begin… (n bytes, SHA-256)".
func sameStart(recorded, want string) bool {
	cut := strings.Index(recorded, "… (")
	if cut < 0 {
		return strings.HasPrefix(recorded, want)
	}
	doc := want[strings.Index(want, `"documentation": "`)+len(`"documentation": "`) : len(want)-3]
	sum := sha256.Sum256([]byte(doc))
	return strings.HasPrefix(want, recorded[:cut]) && strings.HasPrefix(recorded[cut:], fmt.Sprintf("… (%d bytes, %x)", len(doc), sum[:6]))
}

// recorded returns the keys under a heading of the recorded answers.
func recorded(t *testing.T, heading string) []string {
	f, err := os.Open("../../e2e/testdata/rest/10-plugins.java-4.3.1.golden")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var keys []string
	here := false
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if strings.HasPrefix(line, "== ") {
			here = line == "== "+heading
		}
		if here && strings.Contains(line, `"default_value"`) {
			keys = append(keys, strings.Trim(line, "| ,"))
		}
	}
	return keys
}
