package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// checkNames refuses package names that say nothing, and Go packages at the root.
func checkNames(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		at := Finding{Rule: RuleName, File: f.Path, Line: t.line(f.Go.Package)}
		if f.Dir == "" {
			at.Text = "no Go package at the root: a program lives in cmd, a contract at the root of its folder"
			found = append(found, at)
			continue
		}
		name := strings.TrimSuffix(f.Go.Name.Name, "_test")
		for _, n := range []string{name, path.Base(f.Dir)} {
			if slices.Contains(bannedNames, n) {
				at.Text = fmt.Sprintf("a package is named by what it gives, never %q", n)
				found = append(found, at)
				break
			}
		}
	}
	return found
}

// checkTopLevel refuses entries at the root that the design does not have.
func checkTopLevel(t *Tree) []Finding {
	var found []Finding
	for _, name := range t.Top {
		if !slices.Contains(topLevel, name) {
			found = append(found, Finding{Rule: RuleTopLevel, File: name,
				Text: "the root has no place for it: see docs/ARCHITECTURE.md for where things go"})
		}
	}
	return found
}
