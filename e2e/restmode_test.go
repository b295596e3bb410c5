//go:build e2e || soak

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

// restMode is how a worker runs that the scripts are sent to.
type restMode struct {
	name        string
	distributed bool
}

var restModes = []restMode{{name: "standalone"}, {name: "distributed", distributed: true}}

// restWorker is the same on both sides: in a cluster, its only member.
func (m restMode) restWorker(t *testing.T, side harness.Side, bootstrap string) restscript.Target {
	t.Helper()
	dir, run := t.TempDir(), harness.Unique(t, "run")
	props := harness.Properties{
		"bootstrap.servers":        bootstrap,
		"key.converter":            "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":          "org.apache.kafka.connect.json.JsonConverter",
		"offset.flush.interval.ms": "500",
	}
	if m.distributed {
		props["group.id"] = "cluster-" + run
		for _, topic := range []string{"config", "offset", "status"} {
			props[topic+".storage.topic"] = run + "-" + topic
			props[topic+".storage.replication.factor"] = "1"
		}
	} else {
		props["offset.storage.file.filename"] = filepath.Join(dir, "offsets")
	}
	w := suite.NewWorker(t, side, harness.WorkerConfig{Distributed: m.distributed, Properties: props})
	w.StartReady(t)
	return restscript.Target{Address: w.Address, Dir: dir, Bootstrap: bootstrap, Token: run, Patient: m.distributed}
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

func restRules(t *testing.T, names ...string) restscript.Rules {
	t.Helper()
	var all restscript.Rules
	for _, name := range names {
		rules, err := restscript.ReadRules(filepath.Join("testdata", "rest", name+".rules"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rules...)
	}
	return all
}

// unstable names the rules for what differs between two runs of the original itself.
func (m restMode) unstable() []string {
	if m.distributed {
		return []string{"unstable", "unstable-distributed"}
	}
	return []string{"unstable"}
}

// goldenFile holds the original's answers in a mode: for a cluster only those that differ from a standalone
// worker's.
func (m restMode) goldenFile(script string) string {
	if m.distributed {
		script += ".distributed"
	}
	return filepath.Join("testdata", "rest", script+goldenEnd)
}

// golden reads the original's answers to a script.
func (m restMode) golden(t *testing.T, script string) restscript.Golden {
	t.Helper()
	read := func(m restMode) restscript.Golden {
		g, err := restscript.ReadGolden(m.goldenFile(script))
		if err != nil {
			t.Fatalf("%v: record it with go test -tags soak ./e2e -run TestREST_Original -rewrite", err)
		}
		return g
	}
	base := read(restModes[0])
	if !m.distributed {
		return base
	}
	return base.With(read(m))
}

// record writes a golden file.
func (m restMode) record(t *testing.T, script string, g restscript.Golden, rules restscript.Rules) {
	t.Helper()
	if m.distributed {
		g = g.Without(script, restModes[0].golden(t, script), rules)
	}
	if err := g.WriteFile(m.goldenFile(script)); err != nil {
		t.Fatal(err)
	}
}

// original sends the lists to the Java worker: the golden files are its answers.
func (m restMode) original(t *testing.T) {
	t.Helper()
	broker := suite.SharedBroker(t, "that the recorded REST answers are the original's")
	target := m.restWorker(t, harness.Java, broker.Bootstrap)
	rules := restRules(t, m.unstable()...)
	for _, s := range restScripts(t) {
		have, err := target.Answers(context.Background(), s)
		if err != nil {
			t.Fatal(err)
		}
		if *rewrite {
			m.record(t, s.Name, have, rules)
		} else {
			m.compare(t, s, have, rules)
		}
	}
}

// compare compares the answers that there are with those of the golden files.
func (m restMode) compare(t *testing.T, s restscript.Script, have restscript.Golden, rules restscript.Rules) {
	t.Helper()
	byCase := map[string]restscript.Expected{}
	for _, e := range m.golden(t, s.Name) {
		byCase[e.Case] = e
	}
	bad := 0
	for _, h := range have {
		w, ok := byCase[h.Case]
		if !ok {
			t.Errorf("%s/%s: not in the golden file: record it with -rewrite", s.Name, h.Case)
			continue
		}
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
