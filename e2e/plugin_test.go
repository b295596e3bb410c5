//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// pluginModule is a module of somebody else's: plugins and a program of its own.
const pluginModule = "testdata/plugin"

// tickCount is how many records its source makes.
const tickCount = 20_000

// TestPlugin_ModuleOfOthers copies the module out of the repository, tests it, builds its program, and runs its source,
// transform, converter and sink in a worker.
func TestPlugin_ModuleOfOthers(t *testing.T) {
	dir := copyModule(t, pluginModule)
	goTool(t, dir, "vet", "./...")
	goTool(t, dir, "test", "./...")
	program := filepath.Join(dir, "acme-connect")
	goTool(t, dir, "build", "-o", program, "./cmd/acme-connect")

	broker := suite.SharedBroker(t, "that plugins of others run")
	kafka := harness.NewKafka(t, broker.Bootstrap)
	topic, out := harness.Unique(t, "ticks"), filepath.Join(t.TempDir(), "ledger.txt")
	kafka.CreateTopic(topic+"-acme", 1, nil)
	w := suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Program: program, Properties: harness.Properties{
		"bootstrap.servers":            broker.Bootstrap,
		"key.converter":                "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":              "com.example.acme.HexConverter",
		"offset.storage.file.filename": "offsets",
		"offset.flush.interval.ms":     "250",
	}})
	w.StartReady(t)
	w.Create(t, "ticks", harness.Properties{
		"connector.class": "TickSource", "topic": topic, "count": fmt.Sprint(tickCount),
		"transforms": "name", "transforms.name.type": "TopicSuffix", "transforms.name.suffix": "-acme",
	})
	w.Create(t, "ledger", harness.Properties{"connector.class": "com.example.acme.LedgerSinkConnector", "topics": topic + "-acme", "file": out})
	harness.Eventually(t, runMax, "the ledger has all ticks", func(context.Context) (bool, error) {
		text, err := os.ReadFile(out)
		return err == nil && bytes.Count(text, []byte("\n")) >= tickCount, err
	})
	w.Stop(t)

	for i, r := range kafka.Consume(topic + "-acme")[0] {
		if want := fmt.Sprintf("%x", i); string(r.Value) != want {
			t.Fatalf("record %d is %q, want %q", i, r.Value, want)
		}
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != tickCount {
		t.Fatalf("%d lines in the ledger, want %d", len(lines), tickCount)
	}
	for i, l := range lines {
		if want := fmt.Sprintf("%s-acme-0@%d %d", topic, i, i); l != want {
			t.Fatalf("line %d of the ledger is %q, want %q", i, l, want)
		}
	}
}

// snippet is a block of code in the tutorial, under the name of its file.
var snippet = regexp.MustCompile("(?s)\n`([a-z/_-]+\\.go)`\n```go\n(.*?)\n```\n")

// TestPlugin_TutorialShowsTheModule checks that every block of code in the tutorial stands in the module.
func TestPlugin_TutorialShowsTheModule(t *testing.T) {
	text, err := os.ReadFile("../docs/plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := snippet.FindAllStringSubmatch(string(text), -1)
	if n := strings.Count(string(text), "```go\n"); n == 0 || len(blocks) != n {
		t.Fatalf("%d blocks of code, %d of them under the name of a file", n, len(blocks))
	}
	for _, b := range blocks {
		code, err := os.ReadFile(filepath.Join(pluginModule, b[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		for part := range strings.SplitSeq(b[2], "\n\n") {
			if !strings.Contains(string(code), part) {
				t.Errorf("%s does not have the code that the tutorial shows:\n%s", b[1], part)
			}
		}
	}
}
