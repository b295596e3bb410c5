package cmd

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every metric that an alert names, and every label that one asks for, is one of the reference.
func TestAlerts_NameWhatIsExported(t *testing.T) {
	rules, err := os.ReadFile("../docs/alerts/millrace.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	out := &buffer{}
	if code := run(t.Context(), out, "metrics"); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	exported := out.String()
	metric := regexp.MustCompile(`\b(kafka_connect|debezium_metrics)_\w+`)
	alerts, names := 0, 0
	for line := range strings.Lines(string(rules)) {
		expression, ok := strings.CutPrefix(strings.TrimSpace(line), "expr: ")
		if !ok {
			continue
		}
		alerts++
		found := metric.FindAllString(expression, -1)
		if len(found) == 0 {
			t.Errorf("no metric in %q", expression)
		}
		for _, name := range found {
			names++
			if !strings.Contains(exported, "`"+name+"`") {
				t.Errorf("%s is not exported", name)
			}
		}
	}
	if alerts < 10 || strings.Count(string(rules), "- alert: ") != alerts {
		t.Errorf("%d expressions with %d names", alerts, names)
	}
}
