package explain

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine"
)

// runCases runs the cases below dir and returns what differs, by case.
func runCases(t *testing.T, dir string) map[string]string {
	t.Helper()
	cases, err := FindCases(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range cases {
		diff, err := c.Run(t.Context(), openCase(t, c))
		if err != nil {
			t.Fatal(err)
		}
		out[c.Name] = diff
	}
	return out
}

func openCase(t *testing.T, c *Case) func(context.Context) (*Runner, error) {
	t.Helper()
	f, err := ReadFile(c.Connector)
	if err != nil {
		t.Fatal(err)
	}
	s := testSubject(t, f, false)
	if c.Worker != "" {
		text, err := os.ReadFile(c.Worker)
		if err != nil {
			t.Fatal(err)
		}
		s.Settings = ParseFile(c.Worker, text).Map()
		if s.Worker, err = engine.NewWorker(engine.Options{Config: s.Settings, Plugins: s.Plugins, Pool: batch.NewPool(mem.Checked(t))}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Worker.Close(t.Context()) })
	}
	return func(ctx context.Context) (*Runner, error) {
		return NewRunner(ctx, s.Worker, batch.NewPool(mem.Checked(t)), f.Map())
	}
}

func TestCases_Pass(t *testing.T) {
	got := runCases(t, "testdata/cases/pass")
	if len(got) != 7 {
		t.Errorf("%d cases, want 7", len(got))
	}
	for name, diff := range got {
		if diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
	}
}

// The cases of testdata/cases/fail differ, and say how in want.txt.
func TestCases_Fail(t *testing.T) {
	for name, diff := range runCases(t, "testdata/cases/fail") {
		if diff == "" {
			t.Errorf("%s passes", name)
		}
		golden(t, filepath.Join("testdata/cases/fail", name, "want.txt"), []byte(diff))
	}
}

// What Rewrite writes passes.
func TestCases_Rewrite(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/cases/fail")); err != nil {
		t.Fatal(err)
	}
	cases, err := FindCases(dir)
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	for _, c := range cases {
		ok, err := c.Rewrite(t.Context(), openCase(t, c))
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			written++
		}
	}
	if written != 4 {
		t.Errorf("%d written, want those of 4 cases without an error", written)
	}
	for name, diff := range runCases(t, dir) {
		if expects, err := os.Stat(filepath.Join(dir, name, "expected.error")); err == nil && expects != nil {
			continue
		}
		if diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
	}
}

func TestFindCases_Errors(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no connector":      {map[string]string{"a/input.jsonl": "{}"}, "no connector file is in the folder or above it"},
		"two connectors":    {map[string]string{"a/input.jsonl": "{}", "x.json": "{}", "y.json": "{}"}, "several connector files"},
		"bad input":         {map[string]string{"a/input.jsonl": "{", "x.json": "{}"}, "input.jsonl:1: not a JSON object"},
		"bad expectation":   {map[string]string{"a/input.jsonl": "{}", "a/expected.jsonl": "\n[]", "x.json": "{}"}, "expected.jsonl:2: an expected record is a JSON object"},
		"unknown member":    {map[string]string{"a/input.jsonl": "{}", "a/expected.jsonl": `{"vlaue":1}`, "x.json": "{}"}, `no member "vlaue"`},
		"no JSON":           {map[string]string{"a.test.json": "{", "a.json": "{}"}, "not JSON"},
		"nothing beside":    {map[string]string{"a.test.json": "{}"}, "neither a.json nor a.properties"},
		"unknown in case":   {map[string]string{"a.test.json": `{"inputs":[]}`, "a.json": "{}"}, `no member "inputs"`},
		"bad record":        {map[string]string{"a.test.json": `{"input":[1]}`, "a.json": "{}"}, "case 1: input 1: a record is a JSON object"},
		"bad expected":      {map[string]string{"a.test.json": `{"cases":[{},{"expected":[1]}]}`, "a.json": "{}"}, "case 2: expected 1: "},
		"connector in case": {map[string]string{"a.test.json": `{"cases":[{"connector":"b"},{}]}`, "a.json": "{}"}, "connector stands outside of cases"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for path, text := range c.files {
				path = filepath.Join(dir, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := FindCases(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestSameNumber(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"1", "1.0", true}, {"1e1", "10", true}, {"0.10", "0.1", true}, {"1", "2", false}, {"1e999999999", "1", false}, {"1e999999999", "1e999999999", true}, {"-0", "0", true}} {
		if got := sameNumber(c.a, c.b); got != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
