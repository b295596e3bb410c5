//go:build soak

package e2e

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/restscript"
)

// TestREST_OriginalAnswersAsRecorded runs the lists on the Java worker in both modes; with -rewrite it records them.
func TestREST_OriginalAnswersAsRecorded(t *testing.T) {
	for _, m := range restModes {
		t.Run(m.name, m.original)
	}
}

// TestREST_ThroughAFollower sends the lists that change something to the worker of a mixed cluster that does not
// lead: what only the leader can do goes from ours to the original, and from the original to ours. The answers are
// those of a cluster of one.
func TestREST_ThroughAFollower(t *testing.T) {
	broker := suite.SharedBroker(t, "that workers of both sides forward requests to each other")
	for _, c := range []struct{ leader, follower harness.Side }{{harness.Java, harness.Millrace}, {harness.Millrace, harness.Java}} {
		t.Run(string(c.leader)+" leads", func(t *testing.T) {
			m := restModes[1]
			run := harness.Unique(t, "run")
			cluster := suite.NewCluster(t, broker.Bootstrap, harness.Properties{
				"group.id":        "cluster-" + run,
				"key.converter":   "org.apache.kafka.connect.json.JsonConverter",
				"value.converter": "org.apache.kafka.connect.json.JsonConverter",
			})
			cluster.Group = "cluster-" + run
			leader := cluster.Add(c.leader, harness.WorkerConfig{})
			leader.StartReady(t)
			follower := cluster.Add(c.follower, harness.WorkerConfig{})
			follower.StartReady(t)
			if cluster.Leader(t) != leader {
				t.Fatal("the worker that came later leads")
			}
			target := restscript.Target{Address: follower.Address, Peers: []string{leader.Address}, Dir: t.TempDir(), Bootstrap: broker.Bootstrap, Token: run, Patient: true}
			rules := restRules(t, append([]string{"ours", "ours-" + m.name, "unstable-mixed"}, m.unstable()...)...)
			for _, s := range restScripts(t) {
				if !slices.Contains([]string{"30-connectors", "40-states", "50-offsets", "60-loggers", "65-tools"}, s.Name) {
					continue // answered by each worker itself, or names that the original forwards as others
				}
				t.Run(s.Name, func(t *testing.T) {
					have, err := target.Answers(t.Context(), s)
					m.compare(t, s, have, rules)
					if err != nil {
						t.Fatal(err)
					}
				})
			}
			lastHop(t, follower)
			if cluster.Leader(t) != leader {
				t.Error("the leader has changed")
			}
		})
	}
}

// lastHop asks a worker that does not lead for what it may not forward any more.
func lastHop(t *testing.T, follower *harness.Worker) {
	t.Helper()
	follower.Create(t, "hop", harness.Properties{"connector.class": "FileStreamSource", "topic": "hop", "file": filepath.Join(t.TempDir(), "hop.txt")})
	follower.WaitState(t, "hop", "RUNNING", 1)
	for _, request := range []struct{ method, path, body string }{
		{http.MethodPut, "/connectors/hop/config", `{"connector.class":"FileStreamSource","topic":"hop"}`},
		{http.MethodPatch, "/connectors/hop/config", `{"x":"y"}`},
		{http.MethodPut, "/connectors/hop/stop", ""},
		{http.MethodDelete, "/connectors/hop", ""},
	} {
		status, answer := follower.Do(t, request.method, request.path+"?forward=false", request.body)
		if status != http.StatusConflict || !strings.Contains(string(answer), "because of a conflicting operation (e.g. worker rebalance)") {
			t.Errorf("%s %s: %d %s", request.method, request.path, status, answer)
		}
	}
	if status, answer := follower.Do(t, http.MethodDelete, "/connectors/hop?forward=true", ""); status != http.StatusNoContent {
		t.Errorf("delete on the first hop: %d %s", status, answer)
	}
}
