package lint

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
)

// linesMax is the longest a source file may get; longer ones hold more than one concept.
const linesMax = 800

var sourceEnds = []string{".go", ".s", ".java", ".ts", ".tsx", ".sh"}

// The patterns are put together from halves so that this file passes its own rules.
var (
	unfinished  = regexp.MustCompile(`\b(` + "TO" + `DO|` + "FIX" + `ME)\b`)
	machinePath = regexp.MustCompile(`(^|[^A-Za-z0-9_.-])/(` + "wor" + `k|` + "far" + `m|tm` + `p/mr|roo` + `t/(go|\.[a-z]+))(/|\b)`)
)

// checkText reads sources and documents line by line.
func checkText(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if n := f.lines(); n > linesMax && slices.Contains(sourceEnds, path.Ext(f.Path)) {
			found = append(found, Finding{Rule: RuleLong, File: f.Path,
				Text: fmt.Sprintf("%d lines, at most %d: split it by concept", n, linesMax)})
		}
		line := 0
		for text := range bytes.Lines(f.Text) {
			line++
			if m := unfinished.Find(text); m != nil {
				found = append(found, Finding{Rule: RuleUnfinish, File: f.Path, Line: line,
					Text: fmt.Sprintf("%s: finish it, or say what is open in docs/roadmap.md", m)})
			}
			if m := machinePath.FindSubmatch(text); m != nil {
				found = append(found, Finding{Rule: RulePath, File: f.Path, Line: line,
					Text: fmt.Sprintf("path of one machine (/%s): use a path relative to the repository or a temporary folder", m[2])})
			}
		}
	}
	return found
}
