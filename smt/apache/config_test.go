package apache

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

// What the original classes declare, printed by their ConfigDefs.
//
//go:embed testdata/configs.jsonl
var declared []byte

func TestClasses_DeclareTheConfigsOfTheOriginal(t *testing.T) {
	set := smt.NewSet(Classes()...)
	lines := bufio.NewScanner(bytes.NewReader(declared))
	lines.Scan() // names the version
	seen := map[string]bool{}
	for lines.Scan() {
		var v struct {
			Class string
			Keys  []struct {
				Name, Type, Importance, Doc, Valid, Width, Display string
				Required                                           bool
				Default, Group                                     *string
				Order                                              int
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
		seen[v.Class] = true
		keys := c.Def.Keys()
		if len(keys) != len(v.Keys) {
			t.Errorf("%s: keys %v, want %d", v.Class, c.Def.Names(), len(v.Keys))
			continue
		}
		for i, want := range v.Keys {
			k := keys[i]
			valid := ""
			if k.Validator != nil {
				valid = k.Validator.String()
			}
			def, hasDefault := config.ConvertToString(k.Default)
			if k.Name != want.Name || k.Type.String() != want.Type || k.Importance.String() != want.Importance || k.Doc != want.Doc ||
				valid != want.Valid || k.Required != want.Required || k.Width.String() != want.Width || k.DisplayName != want.Display ||
				hasDefault != (want.Default != nil) || hasDefault && def != *want.Default || k.Group != "" || k.Order != want.Order {
				t.Errorf("%s: %+v, valid %q, want %+v", v.Class, k, valid, want)
			}
		}
	}
	for _, c := range Classes() {
		if !seen[strings.Replace(c.Name, "$Key", "$Value", 1)] || c.Version != "4.3.1" {
			t.Errorf("%s %s is unknown to the original", c.Name, c.Version)
		}
	}
}

//go:embed testdata/refused.jsonl
var refused []byte

func TestClasses_RefuseAsTheOriginal(t *testing.T) {
	set := smt.NewSet(Classes()...)
	lines := bufio.NewScanner(bytes.NewReader(refused))
	lines.Scan()
	for lines.Scan() {
		var v struct {
			Class  string
			Config map[string]string
			Error  *struct{ Type, Message string }
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		c, err := set.Find(classPrefix + v.Class)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.New(v.Config, smt.Context{})
		if v.Error == nil {
			if err != nil {
				t.Errorf("%s %v: %v, want it accepted", v.Class, v.Config, err)
			}
			continue
		}
		j, ok := err.(interface{ JavaClass() string })
		if !ok || !strings.HasSuffix(j.JavaClass(), "."+v.Error.Type) || err.Error() != v.Error.Message {
			t.Errorf("%s %v: %v, want %s: %s", v.Class, v.Config, err, v.Error.Type, v.Error.Message)
		}
	}
}
