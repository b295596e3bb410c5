package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// DebeziumVersion is the release that ours is compared with.
const DebeziumVersion = "3.5.0.Final"

// Debezium returns the folder, for plugin.path, with one of its connectors (postgres), unpacked into the cache. t is
// left out where it cannot be had (Need).
func (s *Suite) Debezium(t testing.TB, connector, checks string) string {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Minute, errors.New("it took Maven more than five minutes"))
	defer cancel()
	dir, err := fetchDebezium(ctx, connector)
	Need(t, err, checks)
	return dir
}

func fetchDebezium(ctx context.Context, connector string) (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "debezium-"+connector+"-"+DebeziumVersion)
	unlock, err := lockFile(filepath.Join(cache, "debezium.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return "", &MissingError{What: "Maven", Why: "it fetches Debezium", Install: "apt-get install maven"}
	}
	fresh, err := os.MkdirTemp(cache, "debezium-fetch-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(fresh) }() // gone already when it was moved to its place
	cmd := exec.CommandContext(ctx, mvn, "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:2.10:unpack",
		"-Dartifact=io.debezium:debezium-connector-"+connector+":"+DebeziumVersion+":tar.gz:plugin", "-DoutputDirectory="+fresh)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetch Debezium: %s: %w\n%s", cmd, err, out)
	}
	return dir, os.Rename(fresh, dir)
}
