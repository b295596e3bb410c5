package lint

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "example.org/m"

// check runs the rules over a small tree: each argument is a path, a newline, the text. A text that
// starts with "imports" becomes a Go file with those imports of ours.
func check(t *testing.T, exceptions []Exception, files ...string) []string {
	t.Helper()
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module " + module + "\n")}}
	for _, f := range files {
		name, text, _ := strings.Cut(f, "\n")
		if list, ok := strings.CutPrefix(text, "imports "); ok {
			text = "package p\n"
			for pkg := range strings.FieldsSeq(list) {
				text += `import _ "` + module + "/" + pkg + "\"\n"
			}
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range Check(tree, exceptions) {
		got = append(got, f.String())
	}
	return got
}

func TestImports_RowDecides(t *testing.T) {
	for _, c := range []struct {
		file, imports string
		refused       string // packages refused, in order of the imports
	}{
		{"batch/batch.go", "internal/java batch/mem config internal/kafka", "config internal/kafka"},
		{"batch/mem/pool.go", "batch batch/bits codec", "codec"},
		{"config/def.go", "internal/java batch", "batch"},
		{"codec/codec.go", "batch config smt connectors engine coord batch/mem codec/avro", "smt connectors engine coord batch/mem codec/avro"},
		{"smt/chain.go", "batch config codec", "codec"},
		{"connectors/sink.go", "batch config engine internal/kafka", "engine internal/kafka"},
		{"codec/avro/decode.go", "codec batch/bits config codec/schemaregistry codec/internal/jsonscan codec/avro/plan codec/protobuf smt engine", "codec/protobuf smt engine"},
		{"codec/internal/jsonscan/scan.go", "batch codec/connectjson", "codec/connectjson"},
		{"smt/apache/cast.go", "smt smt/plan smt/internal/columnar batch/kernel config smt/debezium codec coord", "smt/debezium codec coord"},
		{"smt/plan/plan.go", "smt batch/kernel smt/apache", "smt/apache"},
		{"connectors/s3/sink.go", "connectors connectors/storage internal/kafka connectors/s3/multipart connectors/gcs codec/avro codec engine", "connectors/gcs codec/avro codec engine"},
		{"connectors/storage/avro.go", "codec/avro codec/protobuf connectors/s3", "codec/protobuf connectors/s3"},
		{"connectors/storage/roll/roll.go", "connectors/storage codec/avro", ""},
		{"connectors/cdc/postgres/slot.go", "connectors/cdc connectors/cdc/snapshot connectors/cdc/mysql", "connectors/cdc/mysql"},
		{"connectors/cdc/mysql/binlog.go", "connectors/cdc connectors/cdc/postgres", "connectors/cdc/postgres"},
		{"connectors/cdc/cdc.go", "connectors connectors/cdc/snapshot connectors/cdc/postgres", "connectors/cdc/postgres"},
		{"engine/worker.go", "codec smt smt/plan connectors batch/mem engine/queue internal/logs coord codec/avro smt/apache connectors/file", "coord codec/avro smt/apache connectors/file"},
		{"engine/queue/spsc.go", "internal/java coord/commit", "coord/commit"},
		{"coord/herder.go", "connectors config internal/kafka coord/assign batch engine batch/mem codec smt connectors/file", "batch engine batch/mem codec smt connectors/file"},
		{"cmd/worker.go", "engine coord/rest config internal/kafka ui cmd/bundled codec/avro connectors/file", "cmd/bundled codec/avro connectors/file"},
		{"cmd/bundled/bundled.go", "engine/plugin codec/avro smt/apache connectors/cdc/postgres cmd", "cmd"},
		{"cmd/millrace/main.go", "cmd cmd/bundled engine", "engine"},
		{"internal/kafka/client.go", "internal/logs config", "config"},
		{"e2e/sink_test.go", "e2e/broker internal/java cmd", "internal/java cmd"},
		{"ui/embed.go", "cmd", "cmd"},
		{"docs/generate.go", "cmd", "cmd"},
		{"bench/pipeline.go", "engine coord codec/avro cmd", ""},
		{"fuzz/json_test.go", "engine coord codec/avro cmd", ""},

		{"smt/apache/cast_test.go", "batch/batchtest smt/smttest connectors/connectortest smt/debezium engine", "smt/debezium engine"},
		{"connectors/connectortest/run.go", "connectors batch/batchtest batch/mem connectors/file", "connectors/file"},
		{"engine/stage/stage_test.go", "codec/connectjson smt/apache connectors/datagen coord", "coord"},
		{"coord/store/config_test.go", "coord/coordtest connectors/connectortest batch engine", "engine"},
		{"cmd/worker_test.go", "cmd/bundled codec/avro", "codec/avro"},
	} {
		t.Run(c.file, func(t *testing.T) {
			var refused []string
			for _, f := range check(t, nil, c.file+"\nimports "+c.imports) {
				_, text, ok := strings.Cut(f, ": "+RuleImport+": ")
				if !ok {
					t.Fatalf("other finding: %s", f)
				}
				_, pkg, _ := strings.Cut(text, " imports ")
				pkg, why, _ := strings.Cut(pkg, ", but ")
				if why == "" {
					t.Errorf("finding %q does not say which sentence is broken", f)
				}
				refused = append(refused, pkg)
			}
			if got := strings.Join(refused, " "); got != c.refused {
				t.Errorf("refused %q, want %q", got, c.refused)
			}
		})
	}
}

func TestCheck_NamesPlaceAndSentence(t *testing.T) {
	got := check(t, nil, "engine/worker.go\npackage engine\n\nimport (\n\t\"fmt\"\n\n\t\""+module+"/coord\"\n)\n")
	want := "engine/worker.go:6: import table: engine imports coord, but engine/** imports the roots of codec, smt and connectors, " +
		"smt/plan, batch/**, config and internal/*; never an implementation (its tests may), and never coord"
	if len(got) != 1 || got[0] != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Each case breaks one rule; want is "place: rule" of every finding.
func TestRules_OneBrokenAtATime(t *testing.T) {
	for _, c := range []struct {
		name string
		file string
		want []string
	}{
		{"row missing", "engines/a.go\npackage engines\n", []string{"engines/a.go:1: import table", "engines: top level"}},
		{"root package", "main.go\npackage main\n", []string{"main.go:1: package name", "main.go: top level"}},
		{"root package import", "cmd/a.go\npackage cmd\nimport _ \"" + module + "\"\n", []string{"cmd/a.go:2: import table"}},
		{"folder name", "engine/common/a.go\npackage shared\n", []string{"engine/common/a.go:1: package name"}},
		{"package name", "engine/queue/a.go\npackage utils\n", []string{"engine/queue/a.go:1: package name"}},
		{"test of package name", "engine/queue/a_test.go\npackage types_test\n", []string{"engine/queue/a_test.go:1: package name"}},
		{"top level", "scripts/x.sh\ntrue\n", []string{"scripts: top level"}},
		{"does not parse", "engine/a.go\npackage engine\nfunc {\n", []string{"engine/a.go: parse"}},

		{"cgo", "engine/a.go\npackage engine\nimport \"C\"\n", []string{"engine/a.go:2: module"}},
		{"hamba", "codec/avro/a.go\npackage avro\nimport _ \"github.com/hamba/avro/v2\"\n", []string{"codec/avro/a.go:2: module"}},
		{"hamba in a test", "codec/avro/a_test.go\npackage avro\nimport _ \"github.com/hamba/avro/v2\"\n", nil},
		{"arrow compute", "engine/a.go\npackage engine\nimport _ \"github.com/apache/arrow-go/v18/arrow/compute/exec\"\n", []string{"engine/a.go:2: module"}},
		{"arrow array", "engine/a.go\npackage engine\nimport _ \"github.com/apache/arrow-go/v18/arrow/array\"\n", nil},
		{"kfake", "cmd/dev.go\npackage cmd\nimport _ \"github.com/twmb/franz-go/pkg/kfake\"\n", []string{"cmd/dev.go:2: module"}},
		{"kfake wrapped", "internal/kafka/broker/a.go\npackage broker\nimport _ \"github.com/twmb/franz-go/pkg/kfake\"\n", nil},
		{"library in a contract", "smt/a.go\npackage smt\nimport _ \"github.com/spf13/cobra\"\n", []string{"smt/a.go:2: module"}},
		{"x in batch", "batch/a.go\npackage batch\nimport _ \"golang.org/x/sys/cpu\"\n", nil},
		{"library in a test of batch", "batch/a_test.go\npackage batch\nimport _ \"pgregory.net/rapid\"\n", nil},
		{"unsafe", "engine/a.go\npackage engine\nimport \"unsafe\"\n", []string{"engine/a.go:2: unsafe"}},
		{"unsafe in batch", "batch/bits/a.go\npackage bits\nimport \"unsafe\"\n", nil},

		{"init", "engine/a.go\npackage engine\nfunc init() {}\n", []string{"engine/a.go:2: init"}},
		{"init method", "engine/a.go\npackage engine\ntype T int\nfunc (T) init() {}\n", nil},
		{"init in a test", "engine/a_test.go\npackage engine\nfunc init() {}\n", nil},

		{"registry", "codec/a.go\npackage codec\nvar all = map[string]int{}\nfunc Register(s string) { all[s] = 1 }\n", []string{"codec/a.go:3: global state"}},
		{"delete", "codec/a.go\npackage codec\nvar all = map[string]int{}\nfunc Forget(s string) { delete(all, s) }\n", []string{"codec/a.go:3: global state"}},
		{"append", "codec/a.go\npackage codec\nvar all []int\nfunc Add(i int) { all = append(all, i) }\n", []string{"codec/a.go:3: global state"}},
		{"counter", "codec/a.go\npackage codec\nvar n int\nfunc Next() int { n++; return n }\n", []string{"codec/a.go:3: global state"}},
		{"field", "codec/a.go\npackage codec\nvar o struct{ n int }\nfunc Set() { (o).n = 2 }\n", []string{"codec/a.go:3: global state"}},
		{"range", "codec/a.go\npackage codec\nvar i int\nfunc Set(s []int) { for i = range s {} }\n", []string{"codec/a.go:3: global state"}},
		{"sync.Map", "codec/a.go\npackage codec\nimport \"sync\"\nvar all sync.Map\n", []string{"codec/a.go:3: global state"}},
		{"pointer to pool", "codec/a.go\npackage codec\nimport \"sync\"\nvar p = &sync.Pool{}\n", []string{"codec/a.go:3: global state"}},
		{"atomic", "codec/a.go\npackage codec\nimport \"sync/atomic\"\nvar p atomic.Pointer[int]\n", []string{"codec/a.go:3: global state"}},
		{"table", "codec/a.go\npackage codec\nvar names = map[string]int{\"a\": 1}\nfunc Get(s string) int { return names[s] }\n", nil},
		{"local hides", "codec/a.go\npackage codec\nvar n int\nfunc Count() int { n := 1; n++; return n }\n", nil},

		{"sleep", "engine/a_test.go\npackage engine\nimport \"time\"\nfunc f() { time.Sleep(1) }\n", []string{"engine/a_test.go:3: sleep in test"}},
		{"sleep renamed", "engine/a_test.go\npackage engine\nimport tm \"time\"\nfunc f() { tm.Sleep(1) }\n", []string{"engine/a_test.go:3: sleep in test"}},
		{"sleep in a bubble", "engine/a_test.go\npackage engine\nimport (\"testing\";\"testing/synctest\";\"time\")\nfunc TestA(t *testing.T) {\nsynctest.Test(t, func(t *testing.T) { time.Sleep(1) })\n}\n", nil},
		{"sleep in test support", "coord/coordtest/a.go\npackage coordtest\nimport \"time\"\nfunc f() { time.Sleep(1) }\n", []string{"coord/coordtest/a.go:3: sleep in test"}},
		{"skip", "engine/a_test.go\npackage engine\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Skip() }\n", []string{"engine/a_test.go:3: skip in test"}},
		{"skip under another name", "engine/a_test.go\npackage engine\nimport \"testing\"\nfunc f(x testing.TB) { x.Skipf(\"\") }\n", []string{"engine/a_test.go:3: skip in test"}},
		{"skip of a decoder", "engine/a_test.go\npackage engine\nimport \"testing\"\nfunc TestA(t *testing.T) { d.Skip() }\n", nil},

		{"unfinished", "docs/a.md\nfine\nTO" + "DO later\n", []string{"docs/a.md:2: unfinished"}},
		{"unfinished in Go", "engine/a.go\npackage engine\n// FIX" + "ME\n", []string{"engine/a.go:2: unfinished"}},
		{"part of a word", "docs/a.md\nTO" + "DOs and MASTO" + "DON\n", nil},
		{"long", "engine/a.go\npackage engine\n" + strings.Repeat("//\n", 800), []string{"engine/a.go: long file"}},
		{"as long as may be", "engine/a.go\npackage engine\n" + strings.Repeat("//\n", 799), nil},
		{"machine path", "docs/a.md\nsee /wor" + "k/x\n", []string{"docs/a.md:1: machine path"}},
		{"machine path in a script", ".ci/run\ncd /tm" + "p/mr/x\n", []string{".ci/run:1: machine path"}},
		{"home of root", "Makefile\na: /roo" + "t/go/bin\n", []string{"Makefile:1: machine path"}},
		{"part of a path", "docs/a.md\n/net" + "/wor" + "k/x https://e.org/wor" + "k/\n", nil},
		{"data", "engine/testdata/a.go\npackage pkg // TO" + "DO\n", nil},
		{"workspace", "bin/a.go\npackage pkg\n", nil},
		{"fetched", "e2e/java/target/a.md\nTO" + "DO\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := check(t, nil, c.file)
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for _, w := range c.want {
				if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, w+": ") }) {
					t.Errorf("got %q, want %q", got, w)
				}
			}
		})
	}
}

func TestExceptions_ExcuseOneRuleAndMustBeNeeded(t *testing.T) {
	file := "engine/a_test.go\npackage engine\nimport (\"testing\";\"time\")\nfunc TestA(t *testing.T) { t.Skip(); time.Sleep(1) }\n"
	got := check(t, []Exception{{RuleSkip, "engine/a_test.go", "test"}}, file)
	if len(got) != 1 || !strings.Contains(got[0], RuleSleep) {
		t.Errorf("one rule of one file excused: got %q", got)
	}
	got = check(t, []Exception{{RuleSkip, "engine/", "test"}, {RuleSleep, "engine/", "test"}}, file)
	if len(got) != 0 {
		t.Errorf("folder excused: got %q", got)
	}
	got = check(t, []Exception{{RuleSkip, "coord/", "test"}})
	if len(got) != 1 || !strings.Contains(got[0], "no longer needed") {
		t.Errorf("exception without need: got %q", got)
	}
}

func TestLoad_WithoutModuleIsAnError(t *testing.T) {
	if _, err := Load(fstest.MapFS{"a.go": {Data: []byte("package a\n")}}); err == nil {
		t.Error("a tree without go.mod was accepted")
	}
}

// Every row speaks for at least the package it is written for, and says why.
func TestRows_AreReached(t *testing.T) {
	for i, r := range Rows {
		for _, from := range r.From {
			pkg := strings.TrimSuffix(strings.TrimSuffix(from, "/**"), "/*")
			if strings.HasSuffix(from, "/*") {
				pkg += "/x"
			}
			if got := rowOf(pkg); got != &Rows[i] {
				t.Errorf("row %d: %s is answered by another row", i, from)
			}
		}
		if r.Why == "" {
			t.Errorf("row %d has no sentence", i)
		}
	}
}
