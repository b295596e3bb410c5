//go:build e2e || soak

package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// commit is what the working tree is at, for reports.
func commit(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
