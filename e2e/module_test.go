//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// copyModule copies a module to a folder outside the repository and points it at the repository.
func copyModule(t *testing.T, module string) string {
	t.Helper()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(module)); err != nil {
		t.Fatal(err)
	}
	// The versions that the repository has chosen are those it was tested with.
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, chosen, ok := bytes.Cut(ours, []byte("\nrequire "))
	if !ok {
		t.Fatal("go.mod of the repository requires nothing")
	}
	mod = fmt.Appendf(mod, "\nreplace github.com/millrace/millrace => %s\n\nrequire %s", root, chosen)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"go.mod": mod, "go.sum": sums} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func goTool(t *testing.T, dir string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// javaTwins compiles the Java classes of a module and returns where they are.
func javaTwins(t *testing.T, module string) string {
	t.Helper()
	jars, err := harness.FetchKafka(t.Context())
	harness.Need(t, err, "the original worker beside ours")
	java, err := harness.FindJava(t.Context())
	harness.Need(t, err, "the original worker beside ours")
	dir := t.TempDir()
	sources, err := filepath.Glob(module + "/java/com/example/*/*.java")
	if err != nil {
		t.Fatal(err)
	}
	javac := filepath.Join(filepath.Dir(java), "javac")
	args := append([]string{"-proc:none", "-cp", jars.Main(), "-d", dir}, sources...)
	if out, err := exec.CommandContext(t.Context(), javac, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", javac, err, out)
	}
	if err := os.CopyFS(dir, os.DirFS(module+"/java")); err != nil {
		t.Fatal(err)
	}
	return dir
}
