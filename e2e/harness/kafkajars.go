package harness

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// KafkaJars is the release of Kafka in the cache: broker, tools, Java workers.
type KafkaJars struct {
	Dir string // all jars, and the folders below
}

// pluginJars are not on a worker's class path: a release has them for plugin.path to name.
var pluginJars = []string{"connect-file-", "connect-test-plugins-"}

// Main is the class path of brokers, tools and workers.
func (k KafkaJars) Main() string { return filepath.Join(k.Dir, "main", "*") }

// FilePlugins is the plugin.path with the FileStream connectors, as a release is set up.
func (k KafkaJars) FilePlugins() string { return filepath.Join(k.Dir, "plugins") }

// TestPlugins is the class path of the connectors that Kafka's own system tests use. As plugins they do not work:
// isolation does not reach org.apache.kafka.connect.tools, so that their tasks are not found.
func (k KafkaJars) TestPlugins() string {
	return filepath.Join(k.Dir, "test-plugins", "connect-test-plugins", "*")
}

// FetchKafka resolves the jars of e2e/kafka/pom.xml into the cache. It does nothing when that was done for
// the same file; two processes may call it at once.
func FetchKafka(ctx context.Context) (KafkaJars, error) {
	root, err := Root()
	if err != nil {
		return KafkaJars{}, err
	}
	cache, err := CacheDir()
	if err != nil {
		return KafkaJars{}, err
	}
	pom := filepath.Join(root, "e2e", "kafka", "pom.xml")
	text, err := os.ReadFile(pom)
	if err != nil {
		return KafkaJars{}, err
	}
	sum := sha256.Sum256(text)
	jars := KafkaJars{Dir: filepath.Join(cache, "kafka-"+hex.EncodeToString(sum[:6]))}

	unlock, err := lockFile(filepath.Join(cache, "kafka.lock"))
	if err != nil {
		return jars, err
	}
	defer unlock()
	if _, err := os.Stat(jars.Dir); err == nil {
		return jars, nil
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return jars, &MissingError{What: "Maven", Why: "it fetches Kafka's jars", Install: "apt-get install maven"}
	}
	fresh, err := os.MkdirTemp(cache, "kafka-fetch-")
	if err != nil {
		return jars, err
	}
	defer func() { _ = os.RemoveAll(fresh) }() // gone already when it was moved to its place
	cmd := exec.CommandContext(ctx, mvn, "-q", "-B", "-f", pom,
		"org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies",
		"-DincludeScope=runtime", "-DoutputDirectory="+fresh)
	if out, err := cmd.CombinedOutput(); err != nil {
		return jars, fmt.Errorf("fetch Kafka's jars: %s: %w\n%s", cmd, err, out)
	}
	if err := layOut(fresh); err != nil {
		return jars, fmt.Errorf("fetch Kafka's jars: %w", err)
	}
	return jars, os.Rename(fresh, jars.Dir)
}

// layOut moves the jars of dir into main, plugins and test-plugins.
func layOut(dir string) error {
	jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil {
		return err
	}
	if len(jars) == 0 {
		return fmt.Errorf("no jar in %s: Maven left nothing there", dir)
	}
	for _, jar := range jars {
		name := filepath.Base(jar)
		to := "main"
		switch {
		case strings.HasPrefix(name, pluginJars[0]):
			to = "plugins/connect-file"
		case strings.HasPrefix(name, pluginJars[1]):
			to = "test-plugins/connect-test-plugins"
		}
		if err := os.MkdirAll(filepath.Join(dir, to), 0o755); err != nil {
			return err
		}
		if err := os.Rename(jar, filepath.Join(dir, to, name)); err != nil {
			return err
		}
	}
	return nil
}

// lockFile waits for the exclusive lock on path.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return func() { _ = f.Close() }, nil // releases the lock; nothing was written
}
