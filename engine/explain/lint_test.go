package explain

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/blackhole"
	"github.com/millrace/millrace/connectors/datagen"
	"github.com/millrace/millrace/connectors/file"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/apache"
	"github.com/millrace/millrace/smt/debezium"
	"github.com/millrace/millrace/smt/predicate"
)

var rewrite = flag.Bool("rewrite", false, "write expectations anew")

func testPlugins() plugin.Set {
	return plugin.Set{
		Converters: codec.NewSet(append(append(connectjson.Classes(), primitive.Classes()...), header.Classes()...)...),
		Transforms: smt.NewSet(append(append(apache.Classes(), debezium.Classes()...), remembering)...),
		Predicates: smt.NewPredicateSet(predicate.Classes()...),
		Connectors: connectors.NewSet(append(append(file.Classes(), datagen.Classes()...), blackhole.Classes()...)...),
	}
}

// remembering is a transform that is not known to treat each record by itself.
var remembering = &smt.Class{Name: "test.Remembering", Version: "1", Def: config.NewDef(), New: func(map[string]string, smt.Context) (smt.Transform, error) {
	return smt.Rows(func(r smt.Record) (smt.Record, bool, error) { return r, true, nil }, nil), nil
}}

// testSubject is a config for the worker of testdata/worker.properties, or, without a file, for one with JSON
// converters.
func testSubject(t *testing.T, f *File, withWorker bool) *Subject {
	t.Helper()
	s := &Subject{File: f, Plugins: testPlugins(), Settings: map[string]string{
		"bootstrap.servers": "localhost:9092",
		"key.converter":     "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":   "org.apache.kafka.connect.json.JsonConverter",
	}}
	tr := config.NewTransformer(nil)
	if withWorker {
		var err error
		if s.WorkerFile, err = config.LoadProperties("testdata/worker.properties"); err != nil {
			t.Fatal(err)
		}
		s.WorkerName, s.Settings = "worker.properties", s.WorkerFile.Map()
		providers, err := config.Providers(s.Settings, config.ProviderOptions{Env: []string{"TOPIC=orders", "MAX=2"}})
		if err != nil {
			t.Fatal(err)
		}
		tr = config.NewTransformer(providers)
	}
	var err error
	s.Worker, err = engine.NewWorker(engine.Options{Config: s.Settings, Plugins: s.Plugins, Transformer: tr, Pool: batch.NewPool(mem.Checked(t)),
		NewClient: func(map[string]string, ...kgo.Opt) (*kgo.Client, error) { return kgo.NewClient() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Worker.Close(t.Context()) })
	return s
}

// lintCase is a config in a data file: "=== name.json" or "=== name.properties", behind it "worker" where the
// config is for a worker file, then the config, "----", and the findings.
type lintCase struct {
	name, config, want string
	worker             bool
}

func readLintCases(t *testing.T, path string) (out []lintCase) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split("\n"+string(text), "\n=== ")[1:] {
		head, rest, _ := strings.Cut(block, "\n")
		c := lintCase{}
		c.name, c.worker = strings.CutSuffix(head, " worker")
		config, want, found := strings.Cut(rest, "\n----\n")
		if !found {
			config, found = strings.CutSuffix(rest, "\n----")
		}
		if !found {
			config = strings.TrimSuffix(rest, "\n")
		}
		c.config, c.want = config+"\n", strings.TrimSuffix(want, "\n")
		if c.want != "" {
			c.want += "\n"
		}
		out = append(out, c)
	}
	return out
}

func writeLintCases(t *testing.T, path string, cases []lintCase) {
	t.Helper()
	var b strings.Builder
	for _, c := range cases {
		b.WriteString("=== " + c.name)
		if c.worker {
			b.WriteString(" worker")
		}
		b.WriteString("\n" + c.config + "----\n" + c.want)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every mistake of testdata/lint is found in its place, and only that.
func TestLint_Findings(t *testing.T) {
	files, _ := filepath.Glob("testdata/lint/*.txt")
	n := 0
	for _, path := range files {
		cases := readLintCases(t, path)
		n += len(cases)
		for i := range cases {
			c := &cases[i]
			t.Run(filepath.Base(path)+"/"+c.name, func(t *testing.T) {
				got := lintText(t, c)
				if got == "" {
					t.Error("nothing is found")
				}
				if *rewrite {
					c.want = got
				} else if got != c.want {
					t.Errorf("got\n%swant\n%s", got, c.want)
				}
			})
		}
		if *rewrite {
			writeLintCases(t, path, cases)
		}
	}
	if n < 60 {
		t.Errorf("%d cases, want 60", n)
	}
}

// Nothing is found in the configs of testdata/good.
func TestLint_NoFalseAlarm(t *testing.T) {
	files, _ := filepath.Glob("testdata/good/*.txt")
	n := 0
	for _, path := range files {
		for _, c := range readLintCases(t, path) {
			n++
			t.Run(filepath.Base(path)+"/"+c.name, func(t *testing.T) {
				if got := lintText(t, &c); got != "" {
					t.Error(got)
				}
			})
		}
	}
	if n < 60 {
		t.Errorf("%d cases, want 60", n)
	}
}

func lintText(t *testing.T, c *lintCase) string {
	t.Helper()
	s := testSubject(t, ParseFile(c.name, []byte(c.config)), c.worker)
	list, err := s.Lint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteFindings(&b, c.name, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
