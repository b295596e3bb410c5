package cmd

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDev_WorkersOfAClusterShareTheWork(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	r := start(t, "dev", "--demo", "--workers", "3")
	r.eventually(t, "four connectors that run", func() bool { return restURL.FindString(r.out.String()) != "" && running4(t, r) })
	workers := map[string]bool{}
	var all map[string]struct {
		Status struct {
			Connector struct {
				WorkerID string `json:"worker_id"`
			}
		}
	}
	if code := r.get(t, "connectors?expand=status", &all); code != http.StatusOK {
		t.Fatalf("status %d", code)
	}
	for _, c := range all {
		workers[c.Status.Connector.WorkerID] = true
	}
	if len(workers) != 3 {
		t.Errorf("connectors are on the workers %v, want three", workers)
	}
	r.eventually(t, "a line at the end of the pipeline", func() bool {
		matches, _ := filepath.Glob(filepath.Join(os.TempDir(), "millrace-dev-*", "out.txt")) // the pattern is well formed
		if len(matches) != 1 {
			return false
		}
		text, err := os.ReadFile(matches[0])
		return err == nil && strings.Contains(string(text), "line 1 of the demonstration")
	})
	if code := r.end(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, r.out)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDev_ClusterKeepsItsConnectors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	source := write(t, filepath.Join(t.TempDir(), "source"), "name=in\nconnector.class=FileStreamSource\ntopic=lines\nfile="+filepath.Join(dir, "in")+"\n")
	for _, args := range [][]string{{source}, {}, {source}} {
		r := start(t, append([]string{"dev", "--workers", "2", "--data", dir}, args...)...)
		r.eventually(t, "the connector runs", func() bool {
			var s struct{ Connector struct{ State string } }
			return restURL.FindString(r.out.String()) != "" && r.get(t, "connectors/in/status", &s) == http.StatusOK && s.Connector.State == "RUNNING"
		})
		if code := r.end(t); code != 0 {
			t.Fatalf("exit code %d\n%s", code, r.out)
		}
	}
}

func TestDev_RefusesWorkersThatCannotBe(t *testing.T) {
	for want, args := range map[string][]string{
		"--workers 0: at least one is needed":    {"--workers", "0"},
		"listeners is the address of one worker": {"--workers", "2", "--set", "listeners=http://127.0.0.1:0"},
	} {
		r := start(t, append([]string{"dev"}, args...)...)
		if code := r.ended(t); code != exitStart || !strings.Contains(r.out.String(), want) {
			t.Errorf("%v: code %d\n%s", args, code, r.out)
		}
	}
}
