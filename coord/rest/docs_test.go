package rest

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
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

// TestDocs_SecurityNamesTestsThatAre looks for each test that docs/security.md names.
func TestDocs_SecurityNamesTestsThatAre(t *testing.T) {
	const root = "../.."
	text, err := os.ReadFile(root + "/docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, name := range regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllStringSubmatch(string(text), -1) {
		missing[name[1]] = true
	}
	if len(missing) < 40 {
		t.Errorf("%d tests are named", len(missing))
	}
	defined := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		for _, name := range defined.FindAllStringSubmatch(string(source), -1) {
			delete(missing, name[1])
		}
		return err
	})
	if err != nil || len(missing) > 0 {
		t.Errorf("%v; not there: %v", err, slices.Sorted(maps.Keys(missing)))
	}
}
