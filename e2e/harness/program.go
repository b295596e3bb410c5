package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program returns our program, built once for the suite; MILLRACE_RACE=1 builds it with the race
// detector and the ownership checks.
func (s *Suite) Program(t testing.TB) string {
	t.Helper()
	path, err := s.program.get(s.build)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func (s *Suite) build() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	dir, err := s.dir()
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "bin", "millrace")
	args, env := []string{"build", "-buildvcs=false", "-o", out}, "CGO_ENABLED=0"
	if os.Getenv("MILLRACE_RACE") == "1" {
		args, env = append(args, "-race", "-tags", "invariants"), "CGO_ENABLED=1"
	}
	cmd := exec.CommandContext(context.Background(), "go", append(args, "./cmd/millrace")...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env)
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build our program: %w\n%s", err, text)
	}
	return out, nil
}

// ProgramAs returns our program under another file name, such as connect-standalone.
func (s *Suite) ProgramAs(t testing.TB, name string) string {
	t.Helper()
	link := filepath.Join(filepath.Dir(s.Program(t)), name)
	if err := os.Symlink("millrace", link); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	return link
}
