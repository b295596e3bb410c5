package lint

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
)

// checkTests refuses sleeps and skips in test code. A sleep inside synctest.Test runs on a fake clock
// and is allowed.
func checkTests(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Go == nil || !f.Test {
			continue
		}
		bubbles := callsOf(f.Go, "testing/synctest", "Test")
		for _, call := range callsOf(f.Go, "time", "Sleep") {
			inBubble := slices.ContainsFunc(bubbles, func(b *ast.CallExpr) bool {
				return b.Pos() <= call.Pos() && call.End() <= b.End()
			})
			if !inBubble {
				found = append(found, Finding{Rule: RuleSleep, File: f.Path, Line: t.line(call.Pos()),
					Text: "no time.Sleep in tests: wait for the condition, or run on a fake clock (clock, testing/synctest)"})
			}
		}
		for _, call := range skips(f.Go) {
			found = append(found, Finding{Rule: RuleSkip, File: f.Path, Line: t.line(call.Pos()),
				Text: "no skipped tests: give what needs a system of its own a build tag, or list the file in lint.Exceptions with the reason"})
		}
	}
	return found
}

// callsOf returns the calls of a function of an imported package, under whatever name it is imported.
func callsOf(f *ast.File, imported, name string) []*ast.CallExpr {
	var calls []*ast.CallExpr
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
			if x, ok := sel.X.(*ast.Ident); ok && importedAs(f, x.Name) == imported {
				calls = append(calls, call)
			}
		}
		return true
	})
	return calls
}

// skips returns calls of Skip, Skipf and SkipNow on parameters whose type comes from package testing.
func skips(f *ast.File) []*ast.CallExpr {
	params := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		fn, ok := n.(*ast.FuncType)
		if !ok {
			return true
		}
		for _, p := range fn.Params.List {
			typ := p.Type
			if star, ok := typ.(*ast.StarExpr); ok {
				typ = star.X
			}
			sel, ok := typ.(*ast.SelectorExpr)
			if !ok {
				continue
			}
			if x, ok := sel.X.(*ast.Ident); ok && importedAs(f, x.Name) == "testing" {
				for _, name := range p.Names {
					params[name.Name] = true
				}
			}
		}
		return true
	})
	var calls []*ast.CallExpr
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
			if x, ok := sel.X.(*ast.Ident); ok && params[x.Name] {
				calls = append(calls, call)
			}
		}
		return true
	})
	return calls
}

// importedAs returns the import path that a file calls name, "" if none.
func importedAs(f *ast.File, name string) string {
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		as := path.Base(imported)
		if spec.Name != nil {
			as = spec.Name.Name
		}
		if as == name {
			return imported
		}
	}
	return ""
}
