package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// apicurio is a published registry that answers Confluent's calls, and checks compatibility.
const apicurio = "io.apicurio:apicurio-registry-app:2.6.13.Final:tar.gz:all"

// StartApicurio starts a registry in memory and returns the URL of its calls in Confluent's form. It ends with the test.
func (s *Suite) StartApicurio(t testing.TB, checks string) string {
	t.Helper()
	java, err := s.java.get(func() (string, error) { return FindJava(context.Background()) })
	Need(t, err, checks)
	folder, err := fetchApicurio()
	Need(t, err, checks)
	runners, err := filepath.Glob(filepath.Join(folder, "*-runner.jar"))
	if err != nil || len(runners) != 1 {
		t.Fatalf("%s holds no runner: %v, %v", folder, runners, err)
	}
	port, err := s.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	args := append(jvmFlags("384m"), "-Dquarkus.http.host=127.0.0.1", fmt.Sprintf("-Dquarkus.http.port=%d", port),
		"-Dquarkus.otel.sdk.disabled=true", "-jar", runners[0])
	p, err := Start(Command{Name: "apicurio", Path: java, Args: args, LogDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	url := fmt.Sprintf("http://127.0.0.1:%d/apis/ccompat/v7", port)
	Eventually(t, 2*time.Minute, "Apicurio answers", func(ctx context.Context) (bool, error) {
		if !p.Running() {
			t.Fatalf("Apicurio ended with %s:\n%s", p.End(), p.Tail(20))
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/subjects", nil)
		if err != nil {
			return false, err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false, err
		}
		return res.StatusCode == http.StatusOK, res.Body.Close()
	})
	return url
}

// fetchApicurio unpacks the registry into the cache. It does nothing when that was done.
func fetchApicurio() (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "apicurio-2.6.13.Final")
	unlock, err := lockFile(filepath.Join(cache, "apicurio.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return "", &MissingError{What: "Maven", Why: "it fetches the registry", Install: "apt-get install maven"}
	}
	fresh, err := os.MkdirTemp(cache, "apicurio-fetch-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(fresh) }() // gone already when it was moved to its place
	ctx, cancel := context.WithTimeoutCause(context.Background(), 10*time.Minute, errors.New("it took Maven more than ten minutes"))
	defer cancel()
	cmd := exec.CommandContext(ctx, mvn, "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:2.10:unpack",
		"-Dartifact="+apicurio, "-DoutputDirectory="+fresh)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetch the registry: %s: %w\n%s", cmd, err, out)
	}
	return folder, os.Rename(fresh, folder)
}
