//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

var serverPID = regexp.MustCompile(`PostgreSQL of \S+, process ([0-9]+)`)

// TestDev_Capture runs the demonstration of change data capture, with a server of its own and on one that runs: it shows
// changes and how far behind they are, and leaves neither process nor object behind.
func TestDev_Capture(t *testing.T) {
	t.Parallel()
	server := suite.StartPostgres(t, "that the demonstration of change data capture runs")
	for name, flags := range map[string][]string{
		"own": nil, "other": {"--postgres", fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", server.Port)},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := startDev(t, suite.Program(t), nil, append(flags, "--demo", "cdc")...)
			harness.Eventually(t, time.Minute, "a change is shown, with its lag", func(context.Context) (bool, error) {
				out := p.Output()
				return strings.Contains(out, `"op":"c"`) && regexp.MustCompile(`relay=demo-cdc lag_bytes=[0-9]+ lag_ms=[0-9]+ wal_kept_bytes=[0-9]+`).MatchString(out), nil
			})
			if err := p.Stop(); err != nil {
				t.Errorf("%v\n%s", err, p.Output())
			}
			if pid := serverPID.FindStringSubmatch(p.Output()); (pid != nil) != (name == "own") {
				t.Errorf("process %v:\n%s", pid, p.Output())
			} else if pid != nil {
				if _, err := os.Stat("/proc/" + pid[1]); err == nil {
					t.Errorf("process %s has not ended", pid[1])
				}
			}
		})
	}
	db := server.Connect("postgres")
	defer db.Close()
	if left := db.Query("select nspname from pg_namespace where nspname like 'millrace%' union all select slot_name from pg_replication_slots union all select pubname from pg_publication"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
