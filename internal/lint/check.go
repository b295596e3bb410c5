package lint

import "strings"

// Check applies every rule to t and returns what is broken, sorted by place. Findings that exceptions
// name are left out; an exception that nothing needs is a finding.
func Check(t *Tree, exceptions []Exception) []Finding {
	found := append([]Finding(nil), t.broken...)
	for _, rule := range []func(*Tree) []Finding{
		checkImports, checkModules, checkNames, checkTopLevel, checkInit, checkGlobals, checkTests, checkText,
	} {
		found = append(found, rule(t)...)
	}
	found = except(found, exceptions)
	sortFindings(found)
	return found
}

func except(found []Finding, exceptions []Exception) []Finding {
	used := make([]bool, len(exceptions))
	var kept []Finding
	for _, f := range found {
		excused := false
		for i, e := range exceptions {
			if e.Rule == f.Rule && (e.Path == f.File || strings.HasSuffix(e.Path, "/") && strings.HasPrefix(f.File, e.Path)) {
				used[i], excused = true, true
			}
		}
		if !excused {
			kept = append(kept, f)
		}
	}
	for i, e := range exceptions {
		if !used[i] {
			kept = append(kept, Finding{Rule: e.Rule, File: e.Path, Text: "the exception is no longer needed: remove it from lint.Exceptions"})
		}
	}
	return kept
}
