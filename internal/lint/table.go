package lint

import "strings"

// Row is one line of the import table. The first row whose From matches a package speaks for it;
// what anyRow allows is allowed beside it.
//
// Patterns are slash paths below the module: "a" is that package alone, "a/*" every package below it,
// "a/**" both, "**" every package. "self" is the importer's own folder: the first two elements of its path.
type Row struct {
	From  []string
	May   []string
	Not   []string // refused although May has it
	Tests []string // what test code may import besides
	Why   string   // the sentence a reader sees when the row is broken
}

// anyRow is what every package may import, except where its row has it under Not.
var anyRow = []string{"internal/java/**"}

// testSupport is what the tests of plugins may import besides: leaves, and packages made for tests.
var testSupport = []string{"batch/**", "config", "internal/**", "codec/codectest", "smt/smttest", "connectors/connectortest"}

// Rows is the import table.
var Rows = []Row{
	{
		From:  []string{"batch/**"},
		May:   []string{"batch/**"},
		Tests: testSupport,
		Why:   "batch/** imports nothing of ours outside batch",
	},
	{
		From:  []string{"config"},
		Tests: testSupport,
		Why:   "config imports nothing of ours",
	},
	{
		From:  []string{"codec", "smt", "connectors"},
		May:   []string{"batch", "config"},
		Tests: testSupport,
		Why:   "the roots of codec, smt and connectors import batch and config; never each other, engine or coord",
	},
	{
		From:  []string{"codec/schemaregistry/**"},
		May:   []string{"codec", "batch/**", "config", "codec/internal/**", "codec/schemaregistry/**", "internal/kafka/**", "internal/registry/**"},
		Tests: testSupport,
		Why:   "codec/schemaregistry imports codec, batch/**, config, codec/internal/**, internal/kafka (keys, certificates, JAAS) and internal/registry; never a converter, smt, connectors, engine or coord",
	},
	{
		From:  []string{"codec/*"},
		May:   []string{"codec", "batch/**", "config", "codec/schemaregistry", "codec/internal/**", "self/**"},
		Tests: testSupport,
		Why:   "codec/* imports codec, batch/**, config, codec/schemaregistry and codec/internal/**; never another converter, smt, connectors, engine or coord",
	},
	{
		From:  []string{"smt/*"},
		May:   []string{"smt", "smt/plan", "smt/internal/**", "batch/**", "config", "self/**"},
		Tests: testSupport,
		Why:   "smt/* imports smt, smt/plan, smt/internal/**, batch/** and config; never another set of transforms, codec, connectors, engine or coord",
	},
	{
		From:  []string{"connectors/cdc/postgres/**"},
		May:   []string{"connectors", "batch/**", "config", "connectors/cdc/**", "internal/kafka/**"},
		Not:   []string{"connectors/cdc/mysql/**"},
		Tests: testSupport,
		Why:   "connectors/cdc/postgres imports connectors, batch/**, config, connectors/cdc and internal/kafka; never engine, coord or another plugin",
	},
	{
		From:  []string{"connectors/cdc/mysql/**"},
		May:   []string{"connectors", "batch/**", "config", "connectors/cdc/**", "internal/kafka/**"},
		Not:   []string{"connectors/cdc/postgres/**"},
		Tests: testSupport,
		Why:   "connectors/cdc/mysql imports connectors, batch/**, config, connectors/cdc and internal/kafka; never engine, coord or another plugin",
	},
	{
		From:  []string{"connectors/storage/**"},
		May:   []string{"connectors", "batch", "config", "self/**", "internal/kafka/**", "codec/avro"},
		Tests: testSupport,
		Why:   "connectors/storage imports connectors, batch, config, internal/kafka and codec/avro; never engine, coord or another plugin",
	},
	{
		From:  []string{"connectors/*"},
		May:   []string{"connectors", "batch/**", "config", "connectors/cdc/**", "connectors/storage/**", "self/**", "internal/kafka/**"},
		Not:   []string{"connectors/cdc/postgres/**", "connectors/cdc/mysql/**"},
		Tests: testSupport,
		Why:   "connectors/* imports connectors, batch/**, config, a base (connectors/cdc, connectors/storage) and internal/kafka; never engine, coord or another plugin, and codec/avro only from storage",
	},
	{
		From:  []string{"engine/**"},
		May:   []string{"engine/**", "codec", "smt", "smt/plan", "connectors", "batch/**", "config", "internal/**"},
		Tests: []string{"codec/*", "smt/*", "connectors/*"},
		Why:   "engine/** imports the roots of codec, smt and connectors, smt/plan, batch/**, config and internal/*; never an implementation (its tests may), and never coord",
	},
	{
		From:  []string{"coord/**"},
		May:   []string{"coord/**", "connectors", "config", "internal/**"},
		Tests: []string{"connectors/connectortest", "batch", "e2e/harness"},
		Why:   "coord/** imports the root of connectors, config and internal/*; never batch (its tests may), engine, codec, smt or an implementation",
	},
	{
		From: []string{"cmd/bundled"},
		May:  []string{"engine/**", "coord/**", "config", "codec", "smt", "connectors", "batch/**", "codec/*", "smt/*", "connectors/*", "internal/**"},
		Why:  "cmd/bundled names the stock plugins and nothing else of cmd",
	},
	{
		From: []string{"cmd/millrace"},
		May:  []string{"cmd", "cmd/bundled"},
		Why:  "cmd/millrace joins cmd and cmd/bundled; everything else lives in cmd",
	},
	{
		From:  []string{"cmd/**"},
		May:   []string{"cmd/**", "engine/**", "coord/**", "config", "batch", "batch/mem", "connectors", "internal/**", "ui"},
		Not:   []string{"cmd/bundled", "cmd/millrace"},
		Tests: []string{"cmd/bundled"},
		Why:   "cmd imports engine, coord, config, the roots of batch and connectors, internal and ui; only cmd/bundled names implementations",
	},
	{
		From:  []string{"internal/kafka/fetch"},
		May:   []string{"internal/**", "batch/**"},
		Tests: testSupport,
		Why:   "internal/kafka/fetch makes batches of what brokers send: it imports batch/** and internal/*",
	},
	{
		From: []string{"internal/**"},
		May:  []string{"internal/**"},
		Why:  "internal/* are leaves that both halves use: they import nothing of ours but each other",
	},
	{
		From: []string{"e2e/**"},
		May:  []string{"e2e/**"},
		Not:  anyRow,
		Why:  "e2e imports nothing of ours: it sees the program from outside",
	},
	{
		From: []string{"ui", "docs/**"},
		Why:  "ui and docs import nothing of ours",
	},
	{
		From: []string{"bench/**", "fuzz/**"},
		May:  []string{"**"},
		Why:  "bench and fuzz may import anything",
	},
}

// Module is who may import a library. A path no Module matches may be imported by all.
type Module struct {
	Path  string   // import path prefix, whole elements
	From  []string // packages of ours that may, as in Row
	Tests bool     // test code may, wherever it stands
	Why   string
}

// Modules are the libraries that only some may import. The first match decides.
var Modules = []Module{
	{Path: "C", Why: "the program builds with CGO_ENABLED=0"},
	{Path: "github.com/hamba/avro", From: []string{"bench/peers"}, Tests: true, Why: "hamba/avro is archived and must not see hostile data: it is an oracle for tests, twmb/avro parses schemas"},
	{Path: "github.com/linkedin/goavro", Tests: true, Why: "goavro is an oracle for tests, twmb/avro parses schemas"},
	{Path: "github.com/apache/arrow-go/v18/arrow/compute", Why: "arrow-go: only arrow, array, memory and ipc (the rest costs 20 MB and two minutes of build)"},
	{Path: "github.com/apache/arrow-go/v18/parquet", Tests: true, Why: "arrow-go: only arrow, array, memory and ipc; Parquet is parquet-go's"},
	{Path: "github.com/twmb/franz-go/pkg/kfake", From: []string{"internal/kafka/**", "bench/**", "fuzz/**"}, Tests: true, Why: "kfake has no releases: one package below internal/kafka wraps it"},
}

// thirdPartyFree packages import the standard library and golang.org/x alone, outside tests.
var thirdPartyFree = []string{"batch/**", "config", "codec", "smt", "connectors"}

const thirdPartyFreeWhy = "batch/**, config and the plugin roots import the standard library and golang.org/x alone: a plugin author gets no library through them"

// unsafeFrom are the packages that may import unsafe.
var unsafeFrom = []string{"batch/**", "codec/**"}

// bannedNames say nothing about what a package gives.
var bannedNames = []string{"utils", "util", "types", "models", "pkg", "common", "helpers", "helper", "misc"}

// topLevel is what may stand at the root of the tree. Untracked workspaces (bin, tmp, .cache) are not
// entries of the repository.
var topLevel = strings.Fields(`
	batch codec smt connectors engine coord config cmd internal bench fuzz e2e docs ui
	go.mod go.sum Makefile README.md LICENSE CHANGELOG.md
	.ci .github .gitignore .gitattributes .golangci.yml
`)

// Exception lets one file (or, ending in a slash, one folder) break one rule. An exception that no
// finding needs is itself reported, so that the list stays true.
type Exception struct {
	Rule, Path, Why string
}

// Exceptions of this repository.
var Exceptions = []Exception{}

// match reports whether pkg, a slash path below the module, is in pattern; self is the importer.
func match(pattern, pkg, self string) bool {
	if rest, ok := strings.CutPrefix(pattern, "self"); ok && (rest == "" || rest[0] == '/') {
		own := strings.SplitN(self, "/", 3)
		pattern = strings.Join(own[:min(2, len(own))], "/") + rest
	}
	switch {
	case pattern == "**":
		return true
	case strings.HasSuffix(pattern, "/**"):
		base := pattern[:len(pattern)-3]
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	case strings.HasSuffix(pattern, "/*"):
		return strings.HasPrefix(pkg, pattern[:len(pattern)-1])
	}
	return pkg == pattern
}

func matchAny(patterns []string, pkg, self string) bool {
	for _, p := range patterns {
		if match(p, pkg, self) {
			return true
		}
	}
	return false
}

// rowOf returns the row that speaks for pkg, nil if none does.
func rowOf(pkg string) *Row {
	for i := range Rows {
		if matchAny(Rows[i].From, pkg, pkg) {
			return &Rows[i]
		}
	}
	return nil
}
