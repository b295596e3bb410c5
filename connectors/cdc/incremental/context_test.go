package incremental

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
)

// vectors are the offsets that Debezium's own class has stored: name, member, text, a line each.
func vectors(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/offsets.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if out[part[0]] == nil {
			out[part[0]] = map[string]string{}
		}
		out[part[0]][part[1]] = part[2]
	}
	return out
}

// TestState_Debezium writes the offsets of Debezium, and reads them.
func TestState_Debezium(t *testing.T) {
	made := map[string]func() *Context{
		"new": func() *Context {
			c := &Context{}
			c.Add("ad-hoc-1", []Collection{{ID: "public.a"}, {ID: "public.b"}})
			return c
		},
		"keys": func() *Context {
			c := &Context{}
			c.Add("ad-hoc-1", []Collection{{ID: "public.a"}})
			c.SetMaximum(Key{int32(2000)})
			c.Sent(Key{int32(1024)})
			return c
		},
		"condition": func() *Context {
			c := &Context{}
			c.Add("ad-hoc-1", []Collection{{ID: "public.b", Condition: Condition(`name <> 'a"bé'`), SurrogateKey: "code"}})
			c.SetMaximum(Key{"z", int64(1)})
			c.Sent(Key{"a", int64(5)})
			return c
		},
	}
	all := vectors(t)
	if len(all) != len(made) {
		t.Fatalf("%d vectors", len(all))
	}
	for name, members := range all {
		s, err := made[name]().State()
		if err != nil {
			t.Fatal(err)
		}
		m := &batch.MapValue{}
		s.Put(m)
		if len(m.Keys) != len(members) {
			t.Errorf("%s: %d members, want %d", name, len(m.Keys), len(members))
		}
		var read *State
		for i, k := range m.Keys {
			if got := m.Values[i].Str(); got != members[k.Str()] {
				t.Errorf("%s: %s is\n%s, want\n%s", name, k.Str(), got, members[k.Str()])
			}
			if known, ok := Take(&read, k.Str(), batch.StringValue(members[k.Str()])); !known || !ok {
				t.Errorf("%s: %s is not read", name, k.Str())
			}
		}
		c, err := Load(read)
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.State()
		if err != nil {
			t.Fatal(err)
		}
		if *again != *s {
			t.Errorf("%s: %+v became %+v", name, s, again)
		}
		if got, want := len(c.End()), len(made[name]().sent); got != want {
			t.Errorf("%s: goes on behind a key of %d values, want %d", name, got, want)
		}
	}
}

func TestTake(t *testing.T) {
	var s *State
	if known, _ := Take(&s, "lsn", batch.Int64Value(1)); known {
		t.Error("lsn is taken")
	}
	if known, ok := Take(&s, memberCorrelation, batch.Null()); !known || !ok || s != nil {
		t.Errorf("null: %v, %v, %v", known, ok, s)
	}
	if _, ok := Take(&s, memberMaximum, batch.Int64Value(1)); ok {
		t.Error("a number passes for a text")
	}
}

func TestLoad_Refused(t *testing.T) {
	for _, s := range []*State{
		{Collections: "["},
		{Collections: "[]", Sent: "zz"},
		{Collections: "[]", Maximum: "aced0005"},
	} {
		if _, err := Load(s); err == nil {
			t.Errorf("%+v is loaded", s)
		}
	}
	if c, err := Load(nil); err != nil || c.Running() {
		t.Errorf("nothing is loaded as %+v, %v", c, err)
	}
}

func TestContext(t *testing.T) {
	c := &Context{}
	if c.Pause() || c.Resume() || c.Expects("") || c.Remove([]string{"a"}) != nil {
		t.Error("nothing runs, and is paused, resumed or stopped")
	}
	c.Stop(nil)
	if c.TakeStops() != nil {
		t.Error("nothing runs, and is to be stopped")
	}
	c.Add("1", []Collection{{ID: "a"}, {ID: "b"}, {ID: "c"}})
	id := c.Begin()
	if !c.Expects(id+"-open") || c.Expects(c.Begin()+"x") == false || c.Expects(id) {
		t.Error("watermarks of other chunks are expected")
	}
	c.Read(Key{int32(1)})
	c.Sent(Key{int32(1)})
	c.Read(Key{int32(2)})
	c.Revert()
	if c.End()[0] != int32(1) || c.Expects(id) {
		t.Errorf("goes on behind %v", c.End())
	}
	if !c.Pause() || c.Pause() || !c.Paused() || !c.Resume() || c.Resume() || c.Paused() {
		t.Error("pauses and resumes are not told apart")
	}
	c.Stop([]string{"b"})
	c.Stop(nil)
	if got := c.TakeStops(); !slices.Equal(got, []string{"b", ".*"}) || c.TakeStops() != nil {
		t.Errorf("to be stopped: %q", got)
	}
	if got := c.Remove([]string{"a", "b", "x"}); !slices.Equal(got, []string{"b", "a"}) || c.Current().ID != "c" || c.End() != nil {
		t.Errorf("removed %q, left %q", got, c.Tables())
	}
	c.Next()
	if c.Running() || c.Left() != 0 {
		t.Error("still running")
	}
	if s, err := c.State(); s != nil || err != nil {
		t.Errorf("a state of nothing: %+v, %v", s, err)
	}
}

func TestCondition(t *testing.T) {
	for filter, want := range map[string]string{
		"": "", "a = 1": "(a = 1)", "(a = 1)": "(a = 1)", "(a = 1) or (b = 2)": "((a = 1) or (b = 2))",
		"(a = ')') or (b)": "((a = ')') or (b))", `(a = ' )')`: `(a = ' )')`, "(": "(()",
	} {
		if got := Condition(filter); got != want {
			t.Errorf("%s: %s, want %s", filter, got, want)
		}
	}
}

func TestBounds(t *testing.T) {
	a, b, c := Column{Name: `"a"`}, Column{Name: `"b"`}, Column{Name: `"c"`, Optional: true}
	for _, test := range []struct {
		columns   []Column
		literals  []string
		rows      bool
		nullsLast bool
		after, to string
	}{
		{[]Column{a}, []string{"1"}, true, true, `"a" > 1`, `"a" <= 1`},
		{[]Column{a, b}, []string{"1", "'x'"}, true, true, `ROW("a", "b") > ROW(1, 'x')`, `ROW("a", "b") <= ROW(1, 'x')`},
		{[]Column{a, b}, []string{"1", "2"}, false, false, `(("a" > 1) OR ("a" = 1 AND "b" > 2))`, `NOT (("a" > 1) OR ("a" = 1 AND "b" > 2))`},
		{[]Column{a, c}, []string{"1", "2"}, true, true, `(("a" > 1) OR ("a" = 1 AND ("c" > 2 OR "c" IS NULL)))`, `NOT (("a" > 1) OR ("a" = 1 AND ("c" > 2 OR "c" IS NULL)))`},
		{[]Column{c, a}, []string{"NULL", "2"}, true, true, `((1 = 0) OR ("c" IS NULL AND "a" > 2))`, `NOT ((1 = 0) OR ("c" IS NULL AND "a" > 2))`},
		{[]Column{c, a}, []string{"NULL", "2"}, false, false, `(("c" IS NOT NULL) OR ("c" IS NULL AND "a" > 2))`, `NOT (("c" IS NOT NULL) OR ("c" IS NULL AND "a" > 2))`},
	} {
		if got := After(test.columns, test.literals, test.rows, test.nullsLast); got != test.after {
			t.Errorf("after: %s, want %s", got, test.after)
		}
		if got := UpTo(test.columns, test.literals, test.rows, test.nullsLast); got != test.to {
			t.Errorf("up to: %s, want %s", got, test.to)
		}
	}
}
