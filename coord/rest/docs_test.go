package rest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocs_ListWhatIsServed compares the table of docs/rest.md with the resources.
func TestDocs_ListWhatIsServed(t *testing.T) {
	text, err := os.ReadFile("../../docs/rest.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| ([A-Z]+) \\| `(/[^`]*)` \\|").FindAllStringSubmatch(string(text), -1) {
		documented = append(documented, m[1]+" "+m[2])
	}
	served := []string{"GET /metrics"} // the handler of the engine's numbers, in front of the table
	a := &api{}
	for _, r := range slices.Concat(a.mainResources(), a.adminResources()) {
		for method := range r.methods {
			served = append(served, method+" /"+strings.Join(r.path, "/"))
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	if !slices.Equal(documented, served) {
		t.Errorf("docs/rest.md has\n%s\nand served is\n%s", strings.Join(documented, "\n"), strings.Join(served, "\n"))
	}
}
