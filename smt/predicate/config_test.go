package predicate

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/millrace/millrace/smt"
)

// What the original classes declare, printed by their ConfigDefs.
//
//go:embed testdata/configs.jsonl
var declared []byte

func TestClasses_DeclareTheConfigsOfTheOriginal(t *testing.T) {
	set := smt.NewPredicateSet(Classes()...)
	lines := bufio.NewScanner(bytes.NewReader(declared))
	lines.Scan() // names the version
	n := 0
	for ; lines.Scan(); n++ {
		var v struct {
			Class string
			Keys  []struct {
				Name, Type, Importance, Doc, Valid string
				Required                           bool
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		c, err := set.Find(v.Class)
		if err != nil {
			t.Error(err)
			continue
		}
		keys := c.Def.Keys()
		if len(keys) != len(v.Keys) {
			t.Errorf("%s: keys %v, want %d", v.Class, c.Def.Names(), len(v.Keys))
			continue
		}
		for i, want := range v.Keys {
			k := keys[i]
			if k.Name != want.Name || k.Type.String() != want.Type || k.Importance.String() != want.Importance || k.Doc != want.Doc ||
				k.Validator.String() != want.Valid || k.Required != want.Required {
				t.Errorf("%s: %+v, want %+v", v.Class, k, want)
			}
		}
	}
	if n != len(Classes()) {
		t.Errorf("%d classes, want %d", len(Classes()), n)
	}
}
