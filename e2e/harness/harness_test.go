package harness

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFreePort_NeverTwice(t *testing.T) {
	var s Suite
	seen := map[int]bool{}
	for range 50 {
		port, err := s.FreePort()
		if err != nil || seen[port] {
			t.Fatalf("port %d again, or %v", port, err)
		}
		seen[port] = true
	}
}

func TestPoll_SaysWhatAndTheLastError(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	n := 0
	err := Poll(ctx, "it rains", func(context.Context) (bool, error) {
		if n++; n == 3 {
			cancel(errors.New("dry season"))
		}
		return false, errors.New("sun")
	})
	for _, part := range []string{"it rains", "dry season", "sun"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v lacks %q", err, part)
		}
	}
	if err := Poll(t.Context(), "now", func(context.Context) (bool, error) { return true, nil }); err != nil {
		t.Error(err)
	}
}

func TestRootAndCache(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "e2e", "kafka", "pom.xml")); err != nil {
		t.Error(err)
	}
	want := filepath.Join(t.TempDir(), "c")
	t.Setenv("MILLRACE_CACHE", want)
	if dir, err := CacheDir(); err != nil || dir != want {
		t.Errorf("%s, %v", dir, err)
	}
}

func TestLayOut_PluginsStandApart(t *testing.T) {
	dir := t.TempDir()
	for _, jar := range []string{"kafka-clients-1.jar", "connect-file-1.jar", "connect-test-plugins-1.jar"} {
		if err := os.WriteFile(filepath.Join(dir, jar), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := layOut(dir); err != nil {
		t.Fatal(err)
	}
	for _, jar := range []string{"main/kafka-clients-1.jar", "plugins/connect-file/connect-file-1.jar", "test-plugins/connect-test-plugins/connect-test-plugins-1.jar"} {
		if _, err := os.Stat(filepath.Join(dir, jar)); err != nil {
			t.Error(err)
		}
	}
	if err := layOut(t.TempDir()); err == nil {
		t.Error("no error for a folder without jars")
	}
}

// outcome is a testing.TB that notes how a test ended.
type outcome struct {
	testing.TB
	skipped, failed string
}

func (o *outcome) Helper()                        {}
func (o *outcome) Skipf(format string, a ...any)  { o.skipped = format; panic(o) }
func (o *outcome) Fatalf(format string, a ...any) { o.failed = format; panic(o) }

func need(err error) (o *outcome) {
	o = &outcome{}
	defer func() { _ = recover() }()
	Need(o, err, "the sky")
	return o
}

func TestNeed_MissingIsLeftOutButNotInCI(t *testing.T) {
	missing := &MissingError{What: "Java", Why: "w", Install: "i"}
	t.Setenv("CI", "")
	if o := need(missing); o.skipped == "" {
		t.Error("missing: not left out")
	}
	if o := need(errors.New("broken")); o.failed == "" {
		t.Error("broken: not failed")
	}
	if o := need(nil); o.failed+o.skipped != "" {
		t.Error("nothing wrong: ended")
	}
	t.Setenv("CI", "true")
	if o := need(missing); o.failed == "" {
		t.Error("missing in CI: not failed")
	}
}
