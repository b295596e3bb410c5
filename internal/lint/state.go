package lint

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// checkInit refuses init functions outside tests: plugins are values, start-up does no work.
func checkInit(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Go == nil || f.Test {
			continue
		}
		for _, d := range f.Go.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				found = append(found, Finding{Rule: RuleInit, File: f.Path, Line: t.line(fn.Pos()),
					Text: "no init functions: return a value from a constructor and pass it on"})
			}
		}
	}
	return found
}

// stateful types of package variables are state whatever is done with them.
var stateful = map[string][]string{
	"sync":        {"Map", "Pool", "Mutex", "RWMutex", "Once"},
	"sync/atomic": {"Bool", "Int32", "Int64", "Uint32", "Uint64", "Uintptr", "Pointer", "Value"},
}

// checkGlobals refuses package variables that are written after their declaration, or whose type is
// state by nature. It resolves names with go/types one package at a time, without loading imports:
// enough to tell a package variable from a local one that hides it.
func checkGlobals(t *Tree) []Finding {
	dirs := map[string][]*File{}
	for _, f := range t.Files {
		if f.Go != nil && !f.Test && f.Dir != "" {
			dirs[f.Dir] = append(dirs[f.Dir], f)
		}
	}
	var found []Finding
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		found = append(found, checkGlobalsOf(t, dir, dirs[dir])...)
	}
	return found
}

func checkGlobalsOf(t *Tree, dir string, files []*File) []Finding {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: noImports{}, Error: func(error) {}}
	var parsed []*ast.File
	for _, f := range files {
		parsed = append(parsed, f.Go)
	}
	pkg, _ := conf.Check(dir, t.fset, parsed, info) // missing imports are errors of no interest

	var found []Finding
	for _, f := range files {
		report := func(pos token.Pos, text string) {
			found = append(found, Finding{Rule: RuleGlobal, File: f.Path, Line: t.line(pos), Text: text})
		}
		for _, d := range f.Go.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, s := range g.Specs {
					if what := statefulType(f.Go, s.(*ast.ValueSpec)); what != "" {
						report(s.Pos(), fmt.Sprintf("package variable of type %s: make it a field of a value that its users are given", what))
					}
				}
			}
		}
		written := func(e ast.Expr) {
			id := rootIdent(e)
			if id == nil {
				return
			}
			if v, ok := info.Uses[id].(*types.Var); ok && pkg != nil && v.Parent() == pkg.Scope() {
				report(e.Pos(), fmt.Sprintf("package variable %s is written after its declaration: make it a field of a value that its users are given", id.Name))
			}
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						written(e)
					}
				}
			case *ast.IncDecStmt:
				written(n.X)
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					written(n.Key)
					if n.Value != nil {
						written(n.Value)
					}
				}
			case *ast.CallExpr:
				if b, ok := n.Fun.(*ast.Ident); ok && (b.Name == "delete" || b.Name == "clear") && len(n.Args) > 0 {
					written(n.Args[0])
				}
			}
			return true
		})
	}
	return found
}

// rootIdent returns x of x, x.f, x[i], (x) and their mixtures; nil for anything else, as a call's result.
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// statefulType names the type of a variable when it is in the list of stateful ones, "" if not. It
// sees declared types and composite literals: var a sync.Map, var b = sync.Pool{…}, var c = &sync.Pool{…}.
func statefulType(f *ast.File, s *ast.ValueSpec) string {
	exprs := []ast.Expr{s.Type}
	for _, v := range s.Values {
		if u, ok := v.(*ast.UnaryExpr); ok {
			v = u.X
		}
		if lit, ok := v.(*ast.CompositeLit); ok {
			exprs = append(exprs, lit.Type)
		}
	}
	for _, e := range exprs {
		if g, ok := e.(*ast.IndexExpr); ok { // atomic.Pointer[T]
			e = g.X
		}
		sel, ok := e.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		x, ok := sel.X.(*ast.Ident)
		if ok && slices.Contains(stateful[importedAs(f, x.Name)], sel.Sel.Name) {
			return x.Name + "." + sel.Sel.Name
		}
	}
	return ""
}

type noImports struct{}

var errNoImports = errors.New("imports are not loaded")

func (noImports) Import(string) (*types.Package, error) { return nil, errNoImports }
