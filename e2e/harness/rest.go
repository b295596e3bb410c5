package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// stateMax is how long a connector may take to reach a state.
const stateMax = 60 * time.Second

// restClient asks on a new connection each time: workers come and go.
var restClient = &http.Client{Timeout: 100 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// Do sends one REST request; a body is sent as JSON. It fails t when no answer comes.
func (w *Worker) Do(t testing.TB, method, path, body string) (status int, answer []byte) {
	t.Helper()
	status, answer, err := w.do(context.Background(), method, path, body)
	if err != nil {
		t.Fatalf("%s: %v", w.Name, err)
	}
	return status, answer
}

// Ask is Do for one that asks again: it gives up after ten seconds and returns what went wrong.
func (w *Worker) Ask(ctx context.Context, method, path, body string) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return w.do(ctx, method, path, body)
}

// Create puts a connector's configuration and fails t unless the worker takes it.
func (w *Worker) Create(t testing.TB, name string, config Properties) {
	t.Helper()
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := w.Do(t, http.MethodPut, "/connectors/"+name+"/config", string(text)); status/100 != 2 {
		t.Fatalf("%s: create %s: %d %s", w.Name, name, status, answer)
	}
}

// State is a connector's status as far as tests look at it.
type State struct {
	Connector TaskState   `json:"connector"`
	Tasks     []TaskState `json:"tasks"`
}

// TaskState is the state of a connector instance or of one of its tasks.
type TaskState struct {
	ID       int    `json:"id"`
	State    string `json:"state"`
	WorkerID string `json:"worker_id"`
	Trace    string `json:"trace"`
}

// WaitState waits until the connector and its tasks, at least tasks of them, are all in state. A FAILED part ends the
// wait unless FAILED is wanted.
func (w *Worker) WaitState(t testing.TB, connector, state string, tasks int) State {
	t.Helper()
	var s State
	failed := ""
	w.waitFor(t, stateMax, fmt.Sprintf("%s is %s", connector, state), func(ctx context.Context) (bool, error) {
		status, answer, err := w.get(ctx, "/connectors/"+connector+"/status")
		if err != nil || status != http.StatusOK {
			return false, err
		}
		s = State{}
		if err := json.Unmarshal(answer, &s); err != nil {
			return false, err
		}
		all := s.Connector.State == state && len(s.Tasks) >= tasks
		for _, part := range append([]TaskState{s.Connector}, s.Tasks...) {
			all = all && part.State == state
			if part.State == "FAILED" && state != "FAILED" {
				failed = part.Trace
				return true, nil
			}
		}
		if !all {
			err = fmt.Errorf("status %s", answer)
		}
		return all, err
	})
	if failed != "" {
		t.Fatalf("%s: %s failed: %s", w.Name, connector, failed)
	}
	return s
}

// WaitTask waits until one task is in state.
func (w *Worker) WaitTask(t testing.TB, connector string, task int, state string) TaskState {
	t.Helper()
	var s State
	w.waitFor(t, stateMax, fmt.Sprintf("task %d of %s is %s", task, connector, state), func(ctx context.Context) (bool, error) {
		status, answer, err := w.get(ctx, "/connectors/"+connector+"/status")
		if err != nil || status != http.StatusOK {
			return false, err
		}
		s = State{}
		if err := json.Unmarshal(answer, &s); err != nil {
			return false, err
		}
		return len(s.Tasks) > task && s.Tasks[task].State == state, fmt.Errorf("status %s", answer)
	})
	return s.Tasks[task]
}

func (w *Worker) get(ctx context.Context, path string) (int, []byte, error) {
	return w.Ask(ctx, http.MethodGet, path, "")
}

func (w *Worker) do(ctx context.Context, method, path, body string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+w.Address+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := restClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}
