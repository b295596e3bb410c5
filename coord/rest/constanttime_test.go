package rest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecrets_AreComparedInConstantTime reads the sources of what checks passwords, tokens and signatures: two of these
// are never compared by what ends at the first difference.
func TestSecrets_AreComparedInConstantTime(t *testing.T) {
	secret := regexp.MustCompile(`(?i)(password|secret|passwd|mac|signature|digest|sum|hash)s?$`)
	hasty := map[string]bool{"bytes.Equal": true, "bytes.Compare": true, "strings.Compare": true, "strings.EqualFold": true, "slices.Equal": true, "reflect.DeepEqual": true}
	const good = `subtle.ConstantTimeCompare hmac.Equal`
	safe := 0
	for _, dir := range []string{".", "../group", "../distributed"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			at := func(n ast.Node) string {
				return string(text[set.Position(n.Pos()).Offset:set.Position(n.End()).Offset])
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BinaryExpr:
					_, plain := n.Y.(*ast.BasicLit)
					if (n.Op == token.EQL || n.Op == token.NEQ) && !plain && (secret.MatchString(at(n.X)) && at(n.Y) != "nil" || secret.MatchString(at(n.Y))) {
						t.Errorf("%s: %s", set.Position(n.Pos()), at(n))
					}
				case *ast.CallExpr:
					call := at(n.Fun)
					if strings.Contains(good, call) && strings.Contains(call, ".") {
						safe++
					}
					for _, arg := range n.Args {
						if hasty[call] && secret.MatchString(at(arg)) {
							t.Errorf("%s: %s", set.Position(n.Pos()), at(n))
						}
					}
				}
				return true
			})
		}
	}
	if safe < 2 {
		t.Errorf("%d comparisons in constant time: those of passwords and of signatures are two", safe)
	}
}
