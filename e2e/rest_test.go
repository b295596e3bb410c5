//go:build e2e

package e2e

import (
	"context"
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/restscript"
)

var rewrite = flag.Bool("rewrite", false, "record the answers of the original anew")

// goldenEnd names the release whose answers a golden file holds.
const goldenEnd = ".java-4.3.1.golden"

// restWorker is the same on both sides.
func restWorker(t *testing.T, side harness.Side, bootstrap string) (*harness.Worker, restscript.Target) {
	t.Helper()
	dir := t.TempDir()
	w := suite.NewWorker(t, side, harness.WorkerConfig{Properties: harness.Properties{
		"bootstrap.servers":            bootstrap,
		"key.converter":                "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":              "org.apache.kafka.connect.json.JsonConverter",
		"offset.storage.file.filename": filepath.Join(dir, "offsets"),
		"offset.flush.interval.ms":     "500",
	}})
	w.StartReady(t)
	return w, restscript.Target{Address: w.Address, Dir: dir, Bootstrap: bootstrap, Token: harness.Unique(t, "run")}
}

func restScripts(t *testing.T) []restscript.Script {
	t.Helper()
	files, err := filepath.Glob("testdata/rest/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata/rest: %v", err)
	}
	var scripts []restscript.Script
	for _, file := range files {
		s, err := restscript.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, s)
	}
	return scripts
}

func restRules(t *testing.T, name string) restscript.Rules {
	t.Helper()
	rules, err := restscript.ReadRules(filepath.Join("testdata", "rest", name+".rules"))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func goldenFile(s restscript.Script) string {
	return filepath.Join("testdata", "rest", s.Name+goldenEnd)
}

// TestREST_OriginalAnswersAsRecorded runs the lists on the Java worker: the golden files are its answers.
func TestREST_OriginalAnswersAsRecorded(t *testing.T) {
	broker := suite.SharedBroker(t, "that the recorded REST answers are the original's")
	_, target := restWorker(t, harness.Java, broker.Bootstrap)
	rules := restRules(t, "unstable")
	for _, s := range restScripts(t) {
		var have restscript.Golden
		err := target.Run(context.Background(), s, func(c restscript.Case, a restscript.Answer) error {
			have = append(have, target.Normalise(c, a))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if *rewrite {
			if err := have.WriteFile(goldenFile(s)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		compareGolden(t, s, have, rules)
	}
}

// TestREST_AnswersAsTheOriginal runs the same lists on our worker, also where no Java is.
func TestREST_AnswersAsTheOriginal(t *testing.T) {
	bootstrap, rules := brokerOrStandIn(t)
	_, target := restWorker(t, harness.Millrace, bootstrap)
	rules = append(rules, restRules(t, "ours")...)
	rules = append(rules, restRules(t, "unstable")...)
	scripts := restScripts(t)
	for _, r := range rules.Without(scripts) {
		t.Errorf("rule of line %d: no case is named %q", r.Line, r.Case)
	}
	for _, s := range scripts {
		t.Run(s.Name, func(t *testing.T) {
			var have restscript.Golden
			err := target.Run(context.Background(), s, func(c restscript.Case, a restscript.Answer) error {
				have = append(have, target.Normalise(c, a))
				return nil
			})
			compareGolden(t, s, have, rules)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	if needed, others := rules.Needed(); !t.Failed() {
		t.Logf("%d rules were needed, %d were not: the latter can go if that stays so", len(needed), len(others))
	}
}

// compareGolden compares the answers that there are with those of the golden file.
func compareGolden(t *testing.T, s restscript.Script, have restscript.Golden, rules restscript.Rules) {
	t.Helper()
	want, err := restscript.ReadGolden(goldenFile(s))
	if err != nil {
		t.Fatalf("%v: record it with go test -tags e2e ./e2e -run TestREST_Original -rewrite", err)
	}
	byCase := map[string]restscript.Expected{}
	for _, e := range want {
		byCase[e.Case] = e
	}
	bad := 0
	for _, h := range have {
		w, ok := byCase[h.Case]
		if !ok {
			t.Errorf("%s/%s: not in the golden file: record it with -rewrite", s.Name, h.Case)
			continue
		}
		delete(byCase, h.Case)
		if d := restscript.Compare(s.Name, w, h, rules); len(d) > 0 {
			bad++
			var b strings.Builder
			for _, one := range d {
				b.WriteString("\n  " + one.String())
			}
			t.Errorf("%s/%s:%s", s.Name, h.Case, b.String())
		}
	}
	t.Logf("%s: %d of %d answers as recorded", s.Name, len(have)-bad, len(have))
}
