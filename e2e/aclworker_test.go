//go:build e2e || soak

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/millrace/millrace/e2e/harness"
)

// workerCell is a worker whose user lacks a right that it needs for itself.
type workerCell struct {
	name    string
	lacks   []right // on the topics $C, $O and $S of configs, offsets and statuses, and on the group $G
	missing bool    // the topics do not exist
	ends    bool    // the worker ends; else it goes on
	says    string  // in our log
	java    string  // in the original's
	soak    bool    // left out in short runs
}

var workerCells = []workerCell{
	{name: "group", lacks: []right{{kadm.OpRead, "group", "$G"}}, ends: true,
		says: "Not authorized to access group: $G (User:$U needs Read on group $G)", java: "Not authorized to access group: $G"},
	{name: "configs-read", lacks: []right{{kadm.OpRead, "topic", "$C"}},
		says: "Not authorized to access topics: [$C] (User:$U needs Read on topic $C)", java: "Not authorized to access topics: [$C]"},
	{name: "create", missing: true, soak: true, ends: true, lacks: []right{{kadm.OpCreate, "topic", "$C"}, {kadm.OpCreate, "topic", "$O"}, {kadm.OpCreate, "topic", "$S"}},
		says: "User:$U needs Create on topic $C", java: "Could not look up partition metadata for topic '$O'"},
	{name: "configs-write", lacks: []right{{kadm.OpWrite, "topic", "$C"}},
		says: "User:$U needs Write on topic $C", java: "Not authorized to access topics: [$C]"},
	{name: "statuses-write", lacks: []right{{kadm.OpWrite, "topic", "$S"}},
		says: "User:$U needs Write on topic $S", java: "Not authorized to access topics: [$S]"},
	{name: "offsets-write", lacks: []right{{kadm.OpWrite, "topic", "$O"}},
		says: "User:$U needs Write on topic $O", java: "Not authorized to access topics: [$O]"},
}

// TestDenied_Worker lets workers lack a right each on their own topics and group: what cannot work ends, as the original's
// does, and the rest goes on and says who needs what.
func TestDenied_Worker(t *testing.T) {
	t.Parallel()
	b := startACL(t, len(workerCells))
	b.kafka.CreateTopic("lines", 1, nil)
	sides := []harness.Side{harness.Millrace}
	if allCells {
		sides = append(sides, harness.Java)
	}
	for _, side := range sides {
		for i, c := range workerCells {
			if allCells || !c.soak {
				t.Run(fmt.Sprint(side, " ", c.name), func(t *testing.T) { b.denyWorker(t, side, c, fmt.Sprintf("u%d", i)) })
			}
		}
	}
}

func (b *aclBroker) denyWorker(t *testing.T, side harness.Side, c workerCell, user string) {
	t.Helper()
	cluster := suite.NewCluster(t, b.Bootstrap, b.worker(user, "pw").With(harness.Properties{"request.timeout.ms": "5000", "default.api.timeout.ms": "10000"}))
	words := strings.NewReplacer("$G", cluster.Group, "$U", user, "$C", cluster.Property("config.storage.topic"),
		"$O", cluster.Property("offset.storage.topic"), "$S", cluster.Property("status.storage.topic"))
	needs := []right{{kadm.OpRead, "group", "$G"}, {kadm.OpWrite, "topic", "lines"}, {kadm.OpDescribe, "topic", "lines"}}
	for _, topic := range []string{"$C", "$O", "$S"} {
		for _, op := range []kadm.ACLOperation{kadm.OpDescribe, kadm.OpCreate, kadm.OpRead, kadm.OpWrite} {
			needs = append(needs, right{op, "topic", topic})
		}
		if !c.missing {
			parts := map[string]int32{"$C": 1, "$O": 3, "$S": 2}[topic]
			b.kafka.CreateTopic(words.Replace(topic), parts, map[string]string{"cleanup.policy": "compact"})
		}
	}
	needs = slices.DeleteFunc(needs, func(r right) bool { return slices.Contains(c.lacks, r) })
	for i := range needs {
		needs[i].name = words.Replace(needs[i].name)
	}
	b.grant(t, user, nil, needs)
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/in.txt", []byte("a line\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w := cluster.Add(side, harness.WorkerConfig{Dir: dir})
	w.Start(t)
	say := words.Replace(c.says)
	if side == harness.Java {
		say = words.Replace(c.java)
	}
	config := fmt.Sprintf(`{"connector.class": "FileStreamSource", "file": "%s/in.txt", "topic": "lines", "tasks.max": "1"}`, dir)
	harness.Eventually(t, 2*time.Minute, "it says "+say, func(ctx context.Context) (bool, error) {
		// What is written for a connector may be what it lacks the right for.
		if status, _, err := w.Ask(ctx, http.MethodGet, "/health", ""); err == nil && status == http.StatusOK {
			_, _, _ = w.Ask(ctx, http.MethodPut, "/connectors/lines/config", config)
		}
		said := strings.Contains(w.Output(), say)
		if !w.Running() && !said {
			t.Fatalf("it ended with %s:\n%s", w.End(), w.Tail(60))
		}
		return said, fmt.Errorf("its log ends so:\n%s", w.Tail(20))
	})
	if !c.ends {
		if !w.Running() {
			t.Errorf("it ended with %s", w.End())
		}
		w.Kill() // a write that waits to be read back may hold a clean stop for half a minute
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	code, err := w.Wait(ctx)
	if err != nil || code == 0 {
		t.Errorf("exit code %d, %v:\n%s", code, err, w.Tail(40))
	}
	t.Logf("%s ends with exit code %d", side, code)
}
