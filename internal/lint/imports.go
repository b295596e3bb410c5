package lint

import (
	"fmt"
	"strconv"
	"strings"
)

// checkImports holds every import of one of our packages against Rows.
func checkImports(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Go == nil || f.Dir == "" || strings.HasPrefix(f.Dir, ".") {
			continue
		}
		row := rowOf(f.Dir)
		if row == nil {
			found = append(found, Finding{Rule: RuleImport, File: f.Path, Line: t.line(f.Go.Package),
				Text: fmt.Sprintf("no row of the import table speaks of package %s: put it where the design has a place for it", f.Dir)})
			continue
		}
		for _, spec := range f.Go.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			pkg, ours := strings.CutPrefix(imported, t.Module+"/")
			if imported == t.Module {
				pkg, ours = ".", true
			}
			if !ours || row.allows(f, pkg) {
				continue
			}
			found = append(found, Finding{Rule: RuleImport, File: f.Path, Line: t.line(spec.Pos()),
				Text: fmt.Sprintf("%s imports %s, but %s", f.Dir, pkg, row.Why)})
		}
	}
	return found
}

func (r *Row) allows(f *File, pkg string) bool {
	if pkg == f.Dir { // package foo_test imports foo
		return !matchAny(r.Not, pkg, f.Dir)
	}
	if f.Test && matchAny(r.Tests, pkg, f.Dir) {
		return true
	}
	if matchAny(r.Not, pkg, f.Dir) {
		return false
	}
	return matchAny(r.May, pkg, f.Dir) || matchAny(anyRow, pkg, f.Dir)
}

// checkModules holds imports of libraries, C and unsafe against Modules and its neighbours.
func checkModules(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		for _, spec := range f.Go.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			at := Finding{Rule: RuleModule, File: f.Path, Line: t.line(spec.Pos())}
			switch {
			case imported == "unsafe":
				if !matchAny(unsafeFrom, f.Dir, f.Dir) {
					at.Rule = RuleUnsafe
					at.Text = "unsafe belongs to batch and codec alone: use what batch offers"
					found = append(found, at)
				}
			case thirdParty(imported, t.Module) && !f.Test && matchAny(thirdPartyFree, f.Dir, f.Dir):
				at.Text = fmt.Sprintf("%s imports %s, but %s", f.Dir, imported, thirdPartyFreeWhy)
				found = append(found, at)
			default:
				if m := moduleOf(imported); m != nil && !(m.Tests && f.Test) && !matchAny(m.From, f.Dir, f.Dir) {
					at.Text = fmt.Sprintf("%s imports %s, but %s", f.Dir, imported, m.Why)
					found = append(found, at)
				}
			}
		}
	}
	return found
}

func moduleOf(imported string) *Module {
	for i := range Modules {
		p := Modules[i].Path
		if imported == p || strings.HasPrefix(imported, p+"/") {
			return &Modules[i]
		}
	}
	return nil
}

// thirdParty: the first path element of anything but the standard library has a dot in it.
func thirdParty(imported, module string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".") &&
		imported != module && !strings.HasPrefix(imported, module+"/") && !strings.HasPrefix(imported, "golang.org/x/")
}
