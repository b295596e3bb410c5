package harness

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Python returns a Python that has the packages of a file of requirements. They are installed into the cache, once for what the file says.
//
// Errors: *MissingError where there is no Python, or one that makes no environments.
func Python(requirements string) (string, error) {
	text, err := os.ReadFile(requirements)
	if err != nil {
		return "", err
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, fmt.Sprintf("python-%.6x", sha256.Sum256(text)))
	unlock, err := lockFile(filepath.Join(cache, "python.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	python, done := filepath.Join(folder, "bin", "python"), filepath.Join(folder, "done")
	if _, err := os.Stat(done); err == nil {
		return python, nil
	}
	if err := os.RemoveAll(folder); err != nil { // half of one: it knows where it lies, so that it is made in its place
		return "", err
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), 10*time.Minute, errors.New("it took pip more than ten minutes"))
	defer cancel()
	if out, err := exec.CommandContext(ctx, "python3", "-m", "venv", folder).CombinedOutput(); err != nil {
		why := fmt.Sprintf("it reads our bytes beside us: %v %s", err, out)
		return "", &MissingError{What: "Python 3 with venv", Why: why, Install: "apt-get install python3-venv"}
	}
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:", "-r", requirements)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("install what %s says: %w\n%s", requirements, err, out)
	}
	return python, os.WriteFile(done, nil, 0o600)
}
