package config

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}()
	f()
}

func TestDefine_PanicsWhereJavaThrows(t *testing.T) {
	mustPanic(t, "Configuration a is defined twice.", func() {
		NewDef().Define(Key{Name: "a", Type: Int, Default: 1}).Define(Key{Name: "a", Type: Int, Default: 1})
	})
	mustPanic(t, "Invalid value 0 for configuration a: Value must be at least 1", func() {
		NewDef().Define(Key{Name: "a", Type: Int, Default: 0, Validator: AtLeast(1)})
	})
	mustPanic(t, "Invalid value null for configuration a: Value must be non-null", func() {
		NewDef().Define(Key{Name: "a", Type: Int, Validator: AtLeast(1)})
	})
	mustPanic(t, "Invalid value x for configuration a: Not a number of type SHORT", func() {
		NewDef().Define(Key{Name: "a", Type: Short, Default: "x"})
	})
	mustPanic(t, "does not fit its type SHORT", func() {
		NewDef().Define(Key{Name: "a", Type: Short, Default: 1 << 20})
	})
	mustPanic(t, "does not fit its type INT", func() {
		NewDef().Define(Key{Name: "a", Type: Int, Default: 1.5})
	})
	mustPanic(t, "at least one valid string", func() { NonEmptyListIn() })
}

func TestDefine_ParsesDefaults(t *testing.T) {
	d := NewDef().
		Define(Key{Name: "b", Type: Boolean, Default: "TRUE"}).
		Define(Key{Name: "s", Type: Short, Default: -1}).
		Define(Key{Name: "l", Type: Long, Default: int32(7)}).
		Define(Key{Name: "d", Type: Double, Default: 2}).
		Define(Key{Name: "list", Type: List, Default: "a, b"}).
		Define(Key{Name: "empty", Type: List, Default: []string(nil)}).
		Define(Key{Name: "p", Type: Password, Default: NewSecret("x")}).
		Define(Key{Name: "null", Type: String})
	v, err := d.Parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !v.Bool("b") || v.Int16("s") != -1 || v.Int64("l") != 7 || v.Float64("d") != 2 || !slices.Equal(v.List("list"), []string{"a", "b"}) ||
		v.Password("p").Reveal() != "x" || !v.IsNull("null") || v.IsNull("empty") || v.String("null") != "" {
		t.Errorf("got %v", v)
	}
	k, _ := d.Key("null")
	if k.Order != -1 || k.DisplayName != "null" || k.Width.String() != "NONE" || !k.HasDefault() {
		t.Errorf("got %+v", k)
	}
}

func TestParse_FirstErrorInDeclarationOrder(t *testing.T) {
	d := NewDef().Define(Key{Name: "z", Type: Int, Default: 1}).Define(Key{Name: "a", Type: String, Required: true})
	_, err := d.Parse(map[string]string{"z": "x"})
	var ce *ConfigException
	if !errors.As(err, &ce) || ce.Key != "z" || ce.Error() != "Invalid value x for configuration z: Not a number of type INT" ||
		ce.JavaClass() != "org.apache.kafka.common.config.ConfigException" {
		t.Errorf("got %#v", err)
	}
	if _, err = d.Parse(map[string]string{"z": "2"}); err == nil || err.Error() != `Missing required configuration "a" which has no default value.` {
		t.Errorf("got %v", err)
	}
}

func TestParse_UndefinedDependents(t *testing.T) {
	_, err := NewDef().Define(Key{Name: "a", Type: String, Dependents: []string{"x", "y", "x"}}).Parse(nil)
	if err == nil || err.Error() != "Some configurations in are referred in the dependents, but not defined: x,y" {
		t.Errorf("got %v", err)
	}
}

func TestParse_DropsDuplicatesWithWarning(t *testing.T) {
	d := NewDef().Define(Key{Name: "l", Type: List, Default: "", Validator: AnyNonDuplicateValues(true, false)})
	v, err := d.Parse(map[string]string{"l": "a,b,a"})
	if err != nil || !slices.Equal(v.List("l"), []string{"a", "b"}) || len(v.Warnings()) != 1 {
		t.Fatalf("got %v, %v", v, err)
	}
	embedded := NewDef().Embed("p.", "G", 0, d)
	if _, err := embedded.Parse(map[string]string{"p.l": "a,a"}); err == nil || err.Error() != "Configuration 'l' values must not be duplicated." {
		t.Errorf("embedded: %v", err)
	}
}

func TestParse_ClassHookAndNulls(t *testing.T) {
	d := NewDef().Define(Key{Name: "c", Type: Class, Required: true})
	o := Options{ClassExists: func(name string) bool { return name == "org.A" }}
	if v, err := d.ParseWith(map[string]string{"c": " org.A "}, o); err != nil || v.Class("c") != "org.A" {
		t.Errorf("got %v, %v", v, err)
	}
	_, err := d.ParseWith(map[string]string{"c": "org.B"}, o)
	if err == nil || err.Error() != "Invalid value org.B for configuration c: Class org.B could not be found." {
		t.Errorf("got %v", err)
	}
	o.Nulls = []string{"c"}
	if v, err := d.ParseWith(map[string]string{"c": "org.B"}, o); err != nil || !v.IsNull("c") {
		t.Errorf("null: %v, %v", v, err)
	}
	if r := d.ValidateWith(nil, o); len(r[0].Errors) != 0 || r[0].Value != nil {
		t.Errorf("null: %+v", r)
	}
}

func TestValidate_TwoErrorsForOneBadValue(t *testing.T) {
	r := NewDef().Define(Key{Name: "tasks.max", Type: Int, Default: 1, Validator: AtLeast(1)}).Validate(map[string]string{"tasks.max": "x"})
	want := []string{
		"Invalid value x for configuration tasks.max: Not a number of type INT",
		"Invalid value null for configuration tasks.max: Value must be non-null",
	}
	if len(r) != 1 || !slices.Equal(r[0].Errors, want) || r[0].Value != nil || !r[0].Visible {
		t.Errorf("got %+v", r)
	}
	if text, ok := r[0].Text(); ok {
		t.Errorf("text %q of null", text)
	}
}

func TestConfigValueText_AsInAnswers(t *testing.T) {
	for _, c := range []struct {
		v    ConfigValue
		want string
	}{
		{ConfigValue{Name: "l", Value: []string{"a", "b"}}, "a,b"},
		{ConfigValue{Name: "d", Value: 1e7}, "1.0E7"},
		{ConfigValue{Name: "p", Value: NewSecret(canary)}, Hidden},
		{ConfigValue{Name: "my.token", Value: canary}, Hidden},
		{ConfigValue{Name: "my.token.ms", Value: int64(5)}, "5"},
		{ConfigValue{Name: "url", Value: "http://u:" + canary + "@h"}, "http://[hidden]@h"},
	} {
		if got, ok := c.v.Text(); !ok || got != c.want {
			t.Errorf("%s: %q, want %q", c.v.Name, got, c.want)
		}
	}
}

func TestInvalidValue_HidesTextOfSecretKeys(t *testing.T) {
	for want, err := range map[string]error{
		"Invalid value [hidden] for configuration a.secret: no":        InvalidValue("a.secret", canary, "no"),
		"Invalid value http://[hidden]@h for configuration url: no":    InvalidValue("url", "http://u:p@h", "no"),
		"Invalid value [a, b] for configuration l":                     InvalidValue("l", []string{"a", "b"}, ""),
		"Invalid value [hidden] for configuration p: no":               InvalidValue("p", NewSecret(canary), "no"),
		"Invalid value 1.0 for configuration token.share: Value wrong": InvalidValue("token.share", 1.0, "Value wrong"),
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

type fakeRecommender struct{ seen map[string]any }

func (f *fakeRecommender) ValidValues(name string, parsed map[string]any) ([]any, error) {
	f.seen = parsed
	if parsed["mode"] == "bad" {
		return nil, NewException(name, "no values for "+name)
	}
	return []any{"x", int32(2)}, nil
}

func (f *fakeRecommender) Visible(_ string, parsed map[string]any) bool {
	return parsed["mode"] == "on"
}

func TestEmbed_PrefixesNamesGroupsAndRecommenders(t *testing.T) {
	rec := &fakeRecommender{}
	child := NewDef().
		Define(Key{Name: "opt", Type: Int, Default: 1, Validator: AtLeast(1), Recommender: rec}).
		Define(Key{Name: "mode", Type: String, Default: "on", Group: "G", Order: 3, Dependents: []string{"opt"}}).
		Define(Key{Name: "type", Type: Class, Required: true})
	d := NewDef().Define(Key{Name: "own", Type: Int, Default: 1, Group: "Own"}).Embed("t.a.", "T: a", 5, child)
	if got := d.Names(); !slices.Equal(got, []string{"own", "t.a.type", "t.a.opt", "t.a.mode"}) {
		t.Errorf("names %v", got)
	}
	if got := d.Groups(); !slices.Equal(got, []string{"Own", "T: a", "T: a: G"}) {
		t.Errorf("groups %v", got)
	}
	k, _ := d.Key("t.a.mode")
	if k.Order != 7 || !slices.Equal(k.Dependents, []string{"t.a.opt"}) {
		t.Errorf("got %+v", k)
	}
	find := func(props map[string]string, name string) ConfigValue {
		for _, v := range d.Validate(props) {
			if v.Name == name {
				return v
			}
		}
		t.Fatalf("no %s", name)
		return ConfigValue{}
	}
	v := find(map[string]string{"t.a.type": "c", "t.a.opt": "0"}, "t.a.opt")
	if !slices.Equal(v.Errors, []string{"Invalid value 0 for configuration opt: Value must be at least 1"}) || !v.Visible ||
		!slices.Equal(v.RecommendedTexts(), []string{"x", "2"}) {
		t.Errorf("got %+v", v)
	}
	if _, other := rec.seen["own"]; other || rec.seen["type"] != "c" {
		t.Errorf("recommender saw %v", rec.seen)
	}
	if v = find(map[string]string{"t.a.mode": "off"}, "t.a.opt"); v.Visible {
		t.Error("still visible")
	}
	if v = find(map[string]string{"t.a.mode": "bad"}, "t.a.opt"); !slices.Equal(v.Errors, []string{"no values for opt"}) {
		t.Errorf("got %+v", v)
	}
	if err := d.TryEmbed("t.a.", "T", 0, child); err == nil || err.Error() != "Configuration t.a.type is defined twice." {
		t.Errorf("got %v", err)
	}
}

func TestValidate_RingBelowARootEnds(t *testing.T) {
	d := NewDef().
		Define(Key{Name: "root", Type: Int, Default: 1, Dependents: []string{"a"}}).
		Define(Key{Name: "a", Type: Int, Default: 1, Dependents: []string{"b"}}).
		Define(Key{Name: "b", Type: Int, Default: 1, Dependents: []string{"a"}})
	for _, v := range d.Validate(nil) {
		if v.Value != int32(1) {
			t.Errorf("%s: %+v", v.Name, v)
		}
	}
}

func TestClone_IsExtendedAlone(t *testing.T) {
	d := NewDef().Define(Key{Name: "a", Type: Int, Default: 1, Group: "g"})
	c := d.Clone().Define(Key{Name: "b", Type: Int, Default: 1, Group: "h"})
	if len(d.Names()) != 1 || len(d.Groups()) != 1 || len(c.Names()) != 2 || len(c.Groups()) != 2 {
		t.Errorf("%v %v, %v %v", d.Names(), d.Groups(), c.Names(), c.Groups())
	}
}

func TestValues_OriginalsPrefixAndUnused(t *testing.T) {
	d := NewDef().Define(Key{Name: "a", Type: Int, Default: 1}).Define(Key{Name: "b", Type: Int})
	props := map[string]string{"a": " 2 ", "b": "3", "x.y": "1", "x.": "2", "other": "o"}
	v, err := d.Parse(props)
	if err != nil {
		t.Fatal(err)
	}
	props["a"] = "changed"
	if v.Originals()["a"] != " 2 " || v.Int32("a") != 2 || !v.IsSet("other") || v.Has("other") || !v.Has("b") {
		t.Errorf("got %v", v)
	}
	if got := v.WithPrefix("x."); len(got) != 1 || got["y"] != "1" {
		t.Errorf("prefix: %v", got)
	}
	if got := v.Unused(); !slices.Equal(got, []string{"b", "other", "x."}) {
		t.Errorf("unused: %v", got)
	}
	if n, ok := v.OptInt32("b"); n != 3 || !ok {
		t.Errorf("b: %d, %v", n, ok)
	}
	mustPanic(t, "Unknown configuration 'zz'", func() { v.Int32("zz") })
	mustPanic(t, "is a int32", func() { v.Int64("a") })
}

func TestValues_PrintNoSecrets(t *testing.T) {
	d := NewDef().Define(Key{Name: "p", Type: Password}).Define(Key{Name: "s.token", Type: String}).Define(Key{Name: "n", Type: Int})
	v, err := d.Parse(map[string]string{"p": canary, "s.token": canary, "unknown.password": canary})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("config", "values", v)
	out := fmt.Sprintf("%v %+v %#v %s %v", v, v, v, v, struct{ v any }{v}) + log.String()
	if strings.Contains(out, canary) || !strings.Contains(out, "n=null p=[hidden] s.token=[hidden]") || !strings.Contains(log.String(), "values.p=[hidden]") {
		t.Errorf("got %s", out)
	}
}

func TestMarkdown_ListsKeysInDocumentationOrder(t *testing.T) {
	d := NewDef().
		Define(Key{Name: "b.ms", Type: Long, Default: 60000, Validator: AtLeast(0), Importance: Low, Doc: "Waits.\nTwo | lines.", Group: "G", Order: 2}).
		Define(Key{Name: "a", Type: List, Default: "", Importance: Medium, Doc: "A.", Group: "G", Order: 1}).
		Define(Key{Name: "hidden", Type: Int, Default: 1, Internal: true}).
		Define(Key{Name: "n", Type: String, Doc: "N."}).
		Define(Key{Name: "r", Type: Password, Required: true, Doc: "R."})
	want := `| key | type | default | valid values | importance | meaning |
|---|---|---|---|---|---|
| ` + "`r`" + ` | password |  |  | high | R. |
| ` + "`n`" + ` | string | null |  | high | N. |
| ` + "`a`" + ` | list | "" |  | medium | A. |
| ` + "`b.ms`" + ` | long | 60000 (1 minute) | [0,...] | low | Waits.<br>Two \| lines. |
`
	if got := d.Reference(); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestNearest_FindsTypos(t *testing.T) {
	names := []string{"tasks.max", "topics", "topics.regex", "connector.class", "errors.tolerance"}
	for in, want := range map[string]string{
		"task.max": "tasks.max", "tasks.mx": "tasks.max", "topic": "topics", "conector.class": "connector.class",
		"errors.tolerence": "errors.tolerance", "TASKS.MAX": "tasks.max", "tpoics": "topics", "batch.size": "", "": "", "x": "",
	} {
		if got := Nearest(in, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClasses_AnAliasOfStockConnectStaysGood(t *testing.T) {
	c := NewClasses[int]("Transformation")
	c.Add("io.debezium.transforms.Filter", nil, 1)
	c.Add("org.apache.kafka.connect.transforms.Filter", nil, 2)
	c.Add("org.apache.kafka.connect.transforms.Cast$Key", nil, 3)
	c.Add("org.apache.kafka.connect.transforms.MaskField$Key", nil, 4)
	if got, err := c.Find("Filter"); err != nil || got != 2 {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := c.Find("Key"); err == nil || !strings.Contains(err.Error(), "more than one Transformation matches alias Key") {
		t.Errorf("%v", err)
	}
}

func TestClasses_FindsByNameSimpleNameAndAlias(t *testing.T) {
	c := NewClasses[int]("Converter", "Converter")
	c.Add("org.a.JsonConverter", []string{"json"}, 1)
	c.Add("org.b.AvroConverter", nil, 2)
	c.Add("org.c.AvroConverter", nil, 3)
	for name, want := range map[string]int{"org.a.JsonConverter": 1, "JsonConverter": 1, "Json": 1, "json": 1, "org.c.AvroConverter": 3} {
		if got, err := c.Find(name); err != nil || got != want {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	if _, err := c.Find("Avro"); err == nil || !strings.Contains(err.Error(), "org.b.AvroConverter, org.c.AvroConverter") {
		t.Errorf("got %v", err)
	}
	if _, err := c.Find("Xml"); err == nil {
		t.Error("found")
	}
	if got := c.All(); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("All: %v", got)
	}
}
