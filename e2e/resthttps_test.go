//go:build soak

package e2e

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// httpsMax is how long workers may take until they tell what is waited for.
const httpsMax = 90 * time.Second

// TestREST_ForwardsOverHTTPS runs a mixed cluster whose workers have only https listeners and show each other their
// certificates: requests of users, and task configs that a connector's worker hands to the leader, go both ways.
func TestREST_ForwardsOverHTTPS(t *testing.T) {
	broker := suite.SharedBroker(t, "that workers of both sides ask each other over https")
	stores, trusted := keyStores(t, "secret-of-worker")
	client := &http.Client{Timeout: 100 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
	}}
	for _, c := range []struct{ leader, follower harness.Side }{{harness.Java, harness.Millrace}, {harness.Millrace, harness.Java}} {
		t.Run(string(c.leader)+" leads", func(t *testing.T) {
			cluster := suite.NewCluster(t, broker.Bootstrap, stores)
			leader := secureWorker{cluster.Add(c.leader, harness.WorkerConfig{}), client}
			follower := secureWorker{cluster.Add(c.follower, harness.WorkerConfig{}), client}
			leader.startReady(t)
			follower.startReady(t)
			if status, answer := follower.ask(t, http.MethodDelete, "/connectors/none?forward=false", ""); status != http.StatusConflict {
				t.Fatalf("the worker that came later leads: %d %s", status, answer)
			}
			dir, here := t.TempDir(), 0
			for n := range 4 {
				name := fmt.Sprintf("secure%d", n)
				config := fmt.Sprintf(`{"connector.class":"FileStreamSource","topic":"%s","file":"%s"}`, harness.Unique(t, name), filepath.Join(dir, name))
				if status, answer := follower.ask(t, http.MethodPut, "/connectors/"+name+"/config", config); status != http.StatusCreated {
					t.Fatalf("create %s: %d %s", name, status, answer)
				}
				if follower.running(t, name) == follower.Address {
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
				if status, answer := follower.ask(t, r.method, r.path, r.body); status != r.status {
					t.Errorf("%s %s: %d %s", r.method, r.path, status, answer)
				}
			}
		})
	}
}

// secureWorker is a worker whose listener is https.
type secureWorker struct {
	*harness.Worker
	client *http.Client
}

func (w secureWorker) startReady(t *testing.T) {
	t.Helper()
	overHTTPS(t, w.Worker, "")
	w.Start(t)
	harness.Eventually(t, httpsMax, w.Name+" is healthy", func(ctx context.Context) (bool, error) {
		status, _, err := w.do(ctx, http.MethodGet, "/health", "")
		return status == http.StatusOK, err
	})
}

// running waits until a connector and its task run, and returns the address of the connector's worker.
func (w secureWorker) running(t *testing.T, name string) string {
	t.Helper()
	var s harness.State
	harness.Eventually(t, httpsMax, name+" runs", func(ctx context.Context) (bool, error) {
		status, answer, err := w.do(ctx, http.MethodGet, "/connectors/"+name+"/status", "")
		if err != nil || status != http.StatusOK {
			return false, err
		}
		s = harness.State{}
		if err := json.Unmarshal(answer, &s); err != nil {
			return false, err
		}
		return s.Connector.State == "RUNNING" && len(s.Tasks) == 1 && s.Tasks[0].State == "RUNNING", fmt.Errorf("status %s", answer)
	})
	return s.Connector.WorkerID
}

// ask sends a request, again as long as the cluster distributes its work.
func (w secureWorker) ask(t *testing.T, method, path, body string) (status int, answer []byte) {
	t.Helper()
	harness.Eventually(t, httpsMax, method+" "+path, func(ctx context.Context) (bool, error) {
		var err error
		status, answer, err = w.do(ctx, method, path, body)
		if err == nil && strings.Contains(string(answer), "momentarily") {
			err = fmt.Errorf("%d %s", status, answer)
		}
		return err == nil, err
	})
	return status, answer
}

func (w secureWorker) do(ctx context.Context, method, path, body string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, "https://"+w.Address+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := w.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}
