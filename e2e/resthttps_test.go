//go:build soak

package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestREST_ForwardsOverHTTPS runs a mixed cluster whose workers have only https listeners and show each other their
// certificates: requests of users, and task configs that a connector's worker hands to the leader, go both ways.
func TestREST_ForwardsOverHTTPS(t *testing.T) {
	broker := suite.SharedBroker(t, "that workers of both sides ask each other over https")
	stores, trusted := keyStores(t, "secret-of-worker")
	user := caller{client: (&authority{pool: trusted}).client(t)}
	for _, c := range []struct{ leader, follower harness.Side }{{harness.Java, harness.Millrace}, {harness.Millrace, harness.Java}} {
		t.Run(string(c.leader)+" leads", func(t *testing.T) {
			cluster := suite.NewCluster(t, broker.Bootstrap, stores)
			var follower *harness.Worker
			for _, side := range []harness.Side{c.leader, c.follower} {
				follower = cluster.Add(side, harness.WorkerConfig{})
				overHTTPS(t, follower, "")
				follower.Start(t)
				user.await(t, follower, "it is healthy", "/health", func(status int, _ string) bool { return status == http.StatusOK })
			}
			if status, answer := user.ask(t, follower, http.MethodDelete, "/connectors/none?forward=false", ""); status != http.StatusConflict {
				t.Fatalf("the worker that came later leads: %d %s", status, answer)
			}
			dir, here := t.TempDir(), 0
			for n := range 4 {
				name := fmt.Sprintf("secure%d", n)
				config := fmt.Sprintf(`{"connector.class":"FileStreamSource","topic":"%s","file":"%s"}`, harness.Unique(t, name), filepath.Join(dir, name))
				if status, answer := user.ask(t, follower, http.MethodPut, "/connectors/"+name+"/config", config); status != http.StatusCreated {
					t.Fatalf("create %s: %d %s", name, status, answer)
				}
				if user.running(t, follower, name) == follower.Address {
					here++
				}
			}
			// The task configs of these went to the leader.
			if here == 0 {
				t.Error("the worker that does not lead runs no connector")
			}
			for _, r := range []struct {
				method, path, body string
				status             int
			}{
				{http.MethodPatch, "/connectors/secure0/config", `{"batch.size":"7"}`, http.StatusOK},
				{http.MethodPut, "/connectors/secure1/stop", "", http.StatusNoContent},
				{http.MethodDelete, "/connectors/secure2", "", http.StatusNoContent},
				{http.MethodDelete, "/connectors/secure2", "", http.StatusNotFound},
			} {
				if status, answer := user.ask(t, follower, r.method, r.path, r.body); status != r.status {
					t.Errorf("%s %s: %d %s", r.method, r.path, status, answer)
				}
			}
		})
	}
}
