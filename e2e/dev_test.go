//go:build e2e || soak

package e2e

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

var registryURL = regexp.MustCompile(`schemas (http://\S+)`)

// startDev starts millrace dev of a program and returns the URL of its registry. The caller ends it.
func startDev(t *testing.T, program string, env []string, flags ...string) (*harness.Process, string) {
	t.Helper()
	p, err := harness.Start(harness.Command{Name: "dev", Path: program, LogDir: t.TempDir(), Env: env,
		Args: append([]string{"dev", "--registry-port", "0", "--set", "listeners=http://127.0.0.1:0"}, flags...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	harness.Eventually(t, time.Minute, "dev prints its registry", func(context.Context) (bool, error) {
		if !p.Running() {
			t.Fatalf("dev ended with %s:\n%s", p.End(), p.Output())
		}
		return registryURL.MatchString(p.Output()), nil
	})
	return p, registryURL.FindStringSubmatch(p.Output())[1]
}
