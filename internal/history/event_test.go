package history_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/history"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, err string }{
		{"none", "", ""},
		{"an event", `{"type":"emit","time":1,"conn":"c","sp":"p","seq":3}` + "\n", ""},
		{"cut off", `{"type":"end","time":2}` + "\n" + `{"type":"em`, ""},
		{"no JSON", "emit\n", "line 1:"},
		{"unknown type", "\n" + `{"type":"emmit"}` + "\n", `line 2: no event has the type "emmit"`},
		{"unknown field", `{"type":"end","sequence":1}` + "\n", "sequence"},
		{"no stream", `{"type":"offset","conn":"c","pos":1}` + "\n", "sp or tp"},
		{"isolation", `{"type":"read","tp":"t-0","isolation":"dirty"}` + "\n", "isolation"},
		{"op", `{"type":"own","process":"a","op":"begin"}` + "\n", "op"},
		{"class", `{"type":"guarantee","class":"most"}` + "\n", "class"},
	} {
		_, err := history.Parse(strings.NewReader(c.text))
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
	}
}

func TestParse_SortsByTime(t *testing.T) {
	all, err := history.Parse(strings.NewReader(`{"type":"end","time":2}` + "\n" + `{"type":"goal","time":1,"conn":"c","sp":"p","pos":1}` + "\n" + `{"type":"fault","kind":"x","op":"start","time":1}` + "\n"))
	if err != nil || len(all) != 3 || all[0].Type != history.Goal || all[1].Type != history.Fault || all[2].Type != history.End {
		t.Errorf("%v, %v", all, err)
	}
}

// FuzzParse checks that no history ends the program, whatever it says.
func FuzzParse(f *testing.F) {
	f.Add(`{"type":"guarantee","class":"eos"}` + "\n" + `{"type":"emit","conn":"c","sp":"p","seq":1,"unit":"u"}` + "\n" + `{"type":"read","tp":"t-0","conn":"c","sp":"p","seq":1,"isolation":"read_committed","pid":1}` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := history.Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		r, err := history.Check(all, history.ExactlyOnce)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Write(&strings.Builder{}); err != nil {
			t.Fatal(err)
		}
	})
}
