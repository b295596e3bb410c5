package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// explained holds configs, records and cases that the tests of package explain have expectations for.
const explained = "../engine/explain/testdata"

func connectorJSON(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "connector.json")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

const sinkJSON = `{
  "name": "orders",
  "connector.class": "FileStreamSink",
  "topics": "orders"
}`

func TestExplain(t *testing.T) {
	good := connectorJSON(t, sinkJSON)
	worker := workerFile(t, goodWorker+"value.converter.schemas.enable=false\n")
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"good":            {[]string{good}, 0, []string{"nothing wrong was found", "connector.json:4:13", "default of the worker", "group connect-orders", "put  org.apache.kafka.connect.file.FileStreamSinkConnector"}},
		"with worker":     {[]string{good, "--worker", worker}, 0, []string{worker + ":2", "value.converter.schemas.enable", "org.apache.kafka.connect.storage.StringConverter"}},
		"with sample":     {[]string{explained + "/preview/sink/connector.json", "--sample", explained + "/preview/sink/records.jsonl"}, 0, []string{"Sample of 5 records", "works per row, writes value.price"}},
		"misspelt":        {[]string{connectorJSON(t, strings.Replace(sinkJSON, "topics", "topcis", 1))}, 1, []string{":4:3: error: topcis: nothing reads this key; did you mean topics?"}},
		"syntax":          {[]string{connectorJSON(t, strings.Replace(sinkJSON, ",", "", 1))}, 1, []string{":3:3: error: not JSON: a comma is missing before this member"}},
		"no file":         {[]string{"none.json"}, 1, []string{"none.json: no such file"}},
		"no worker file":  {[]string{good, "--worker", "none.properties"}, 1, []string{"none.properties"}},
		"bad worker file": {[]string{good, "--worker", workerFile(t, "key.converter=No\nvalue.converter=JsonConverter\n")}, 1, []string{"worker.properties: ", "Class No could not be found"}},
		"bad sample":      {[]string{good, "--sample", good}, 1, []string{"connector.json:1: not a JSON object"}},
		"output":          {[]string{good, "--output", "yaml"}, 1, []string{`--output "yaml" is neither text nor json`}},
	} {
		t.Run(name, func(t *testing.T) {
			out := &buffer{}
			if code := run(t.Context(), out, append([]string{"explain"}, c.args...)...); code != c.code {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, out)
			}
			for _, s := range c.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("no %q in\n%s", s, out)
				}
			}
		})
	}
}

func TestExplain_JSON(t *testing.T) {
	out := &buffer{}
	if code := run(t.Context(), out, "explain", connectorJSON(t, strings.Replace(sinkJSON, "FileStream", "FileSteam", 1)), "--output", "json"); code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	var got struct {
		Findings []struct {
			Severity, Key, Text, Nearest string
			Line, Column                 int
		}
		Config, Chain []any
	}
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err, out)
	}
	if len(got.Findings) != 1 || got.Findings[0].Key != "connector.class" || got.Findings[0].Line != 3 || got.Findings[0].Column != 22 ||
		got.Findings[0].Nearest != "org.apache.kafka.connect.file.FileStreamSinkConnector" {
		t.Errorf("%+v", got.Findings)
	}
}

// A secret of the connector's or the worker's file reaches no line.
func TestExplain_KeepsSecrets(t *testing.T) {
	const secret = "CANARY"
	name := connectorJSON(t, strings.Replace(sinkJSON, "}", `,
  "consumer.override.sasl.jaas.config": "x required password=`+secret+`;",
  "consumer.override.ssl.key.password": " `+secret+` ",
  "my.secret": "`+secret+`",
  "file": "http://user:`+secret+`@host/x"
}`, 1))
	worker := workerFile(t, goodWorker+"consumer.ssl.key.password="+secret+"\n")
	for _, args := range [][]string{{"explain", name}, {"explain", name, "--worker", worker, "--output", "json"}} {
		out := &buffer{}
		run(t.Context(), out, args...)
		if !strings.Contains(out.String(), "my.secret") || strings.Contains(out.String(), secret) {
			t.Errorf("%s", out)
		}
	}
}
