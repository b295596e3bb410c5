//go:build e2e

package e2e

import (
	"context"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestREST_OriginalAnswersAsRecorded_Alone runs the lists on a Java worker that stands alone; on one in a cluster
// the soak runs them.
func TestREST_OriginalAnswersAsRecorded_Alone(t *testing.T) { restModes[0].original(t) }

// TestREST_AnswersAsTheOriginal runs the same lists on our worker, also where no Java is.
func TestREST_AnswersAsTheOriginal(t *testing.T) {
	for _, m := range restModes {
		t.Run(m.name, func(t *testing.T) {
			bootstrap, rules := m.brokers(t)
			target := m.restWorker(t, harness.Millrace, bootstrap)
			rules = append(rules, restRules(t, append([]string{"ours", "ours-" + m.name}, m.unstable()...)...)...)
			scripts := restScripts(t)
			for _, r := range rules.Without(scripts) {
				t.Errorf("rule of line %d: no case is named %q", r.Line, r.Case)
			}
			for _, s := range scripts {
				t.Run(s.Name, func(t *testing.T) {
					have, err := target.Answers(context.Background(), s)
					m.compare(t, s, have, rules)
					if err != nil {
						t.Fatal(err)
					}
				})
			}
			if needed, others := rules.Needed(); !t.Failed() {
				t.Logf("%d rules were needed, %d were not: the latter can go if that stays so in every mode", len(needed), len(others))
			}
		})
	}
}
