package plugin_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/smt"
)

func set() plugin.Set {
	conv := func(map[string]string, bool, codec.Context) (codec.Converter, error) { return nil, nil }
	head := func(map[string]string) (codec.HeaderConverter, error) { return nil, nil }
	return plugin.Set{
		Converters: codec.NewSet(
			&codec.Class{Name: "z.BothConverter", Version: "1", New: conv, NewHeader: head},
			&codec.Class{Name: "a.PlainConverter", New: conv},
			&codec.Class{Name: "b.OddHeaderConverter", NewHeader: head},
		),
		Transforms: smt.NewSet(&smt.Class{Name: "x.Edit$Value"}, &smt.Class{Name: "x.Edit$Key"}, &smt.Class{Name: "x.Move$Value"},
			&smt.Class{Name: "x.Drop", Def: config.NewDef()}),
		Predicates: smt.NewPredicateSet(&smt.Class{Name: "x.Is"}),
		Connectors: connectors.NewSet(
			&connectors.Class{Name: "c.ASourceConnector", Version: "2", NewSource: func() connectors.SourceConnector { return nil }},
			&connectors.Class{Name: "c.BSinkConnector", NewSink: func() connectors.SinkConnector { return nil }},
			&connectors.Class{Name: "c.ASinkConnector", NewSink: func() connectors.SinkConnector { return nil }},
		),
	}
}

func TestList_ByTypeThenClass(t *testing.T) {
	var got []string
	for _, p := range set().List() {
		got = append(got, fmt.Sprintf("%s %s %s", p.Type, p.Class, p.Version))
	}
	want := `sink c.ASinkConnector 
sink c.BSinkConnector 
source c.ASourceConnector 2
transformation x.Drop 
transformation x.Edit$Key 
transformation x.Edit$Value 
transformation x.Move$Value 
predicate x.Is 
converter a.PlainConverter 
converter z.BothConverter 1
header_converter b.OddHeaderConverter 
header_converter z.BothConverter 1`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("plugins are\n%s", text)
	}
}

func TestDef_FindsPluginsOfEveryKind(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"ASource", "c.ASourceConnector source 2"},
		{"c.BSinkConnector", "c.BSinkConnector sink "},
		{"Both", "z.BothConverter converter 1"},
		{"Odd", "b.OddHeaderConverter header_converter "},
		{"Drop", "x.Drop transformation "},
		{"Is", "x.Is predicate "},
	} {
		name, _, kind, version, err := set().Def(c.text)
		if got := name + " " + kind + " " + version; err != nil || got != c.want {
			t.Errorf("%s: %s, %v", c.text, got, err)
		}
	}
	for _, text := range []string{"", "Value", "NoSuch"} {
		if _, _, _, _, err := set().Def(text); err == nil {
			t.Errorf("%q names a plugin", text)
		}
	}
}

func TestFilled_LeavesNothingMissing(t *testing.T) {
	if list := (plugin.Set{}).Filled().List(); len(list) != 0 {
		t.Errorf("plugins are %v", list)
	}
	if n, want := len(set().Filled().List()), len(set().List()); n != want {
		t.Errorf("%d of %d plugins are left", n, want)
	}
}
