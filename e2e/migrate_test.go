//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// TestMigrate follows docs/migrate.md: a cluster of Java workers becomes one of ours, worker by worker, and then one of
// Java workers again, while lines flow. Nothing is lost, and nothing comes twice.
func TestMigrate(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	broker := suite.SharedBroker(t, "that clusters move from Java and back")
	l := newLoad(t, broker, nil, loadSize{pipes: 3, pairs: 1, tasks: 3, perSecond: 20})
	javas := []*harness.Worker{l.worker(t, harness.Java), l.worker(t, harness.Java)}
	ours := []*harness.Worker{l.worker(t, harness.Millrace), l.worker(t, harness.Millrace)}
	m := &mixed{load: l}
	javas[0].StartReady(t)
	l.create(t, javas[0])
	l.flow()
	m.start(t, javas[1])

	g := readGuide(t)
	g.runs(t, ours[0], "migrate check")
	g.allRun(t, javas[0])
	m.replace(t, g, "millrace distributed", javas[0], ours[0])
	m.replace(t, nil, "", javas[1], ours[1])
	if n := len(m.cluster.Running()); n != 2 || !ours[0].Running() || !ours[1].Running() {
		t.Fatalf("%d workers run, not ours alone", n)
	}
	l.hold(t)
	l.once(t)
	l.flow()
	m.replace(t, g, "connect-distributed", ours[0], javas[0])
	m.replace(t, nil, "", ours[1], javas[1])
	l.hold(t)
	l.noRepeats(t, nil, "though no worker was killed")
	l.once(t)
	l.finish(t)
}

// replace starts a worker and stops another, as the guide says where there is one.
func (m *mixed) replace(t *testing.T, g *guide, begin string, old, fresh *harness.Worker) {
	t.Helper()
	if g == nil {
		m.start(t, fresh)
		m.calmAfter(t, old.Name+" stops", func() { old.Stop(t) })
		return
	}
	g.starts(t, begin)
	m.start(t, fresh)
	g.allRun(t, fresh)
	g.stops(t, old)
	m.cluster.Calm(t, calmMax, m.expected())
	g.allRun(t, fresh)
}

// guide is what docs/migrate.md tells to do, line by line.
type guide struct{ commands []string }

// command is a line of an indented block.
var command = regexp.MustCompile(`(?m)^ {4,}(\S.*)$`)

func readGuide(t *testing.T) *guide {
	t.Helper()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "migrate.md"))
	if err != nil {
		t.Fatal(err)
	}
	g := &guide{}
	for _, m := range command.FindAllStringSubmatch(string(text), -1) {
		g.commands = append(g.commands, m[1])
	}
	return g
}

// next returns the next command, which must contain part.
func (g *guide) next(t *testing.T, part string) string {
	t.Helper()
	if len(g.commands) == 0 || !strings.Contains(g.commands[0], part) {
		t.Fatalf("the guide goes on with %q, not with %q", g.commands, part)
	}
	c := g.commands[0]
	g.commands = g.commands[1:]
	return c
}

// starts passes the command that starts a worker, which the harness does.
func (g *guide) starts(t *testing.T, begin string) {
	t.Helper()
	if c := g.next(t, begin); !strings.HasSuffix(c, " worker.properties") {
		t.Fatalf("command %q", c)
	}
}

// runs runs a command in the folder of w's worker file and returns what it says.
func (g *guide) runs(t *testing.T, w *harness.Worker, part string) string {
	t.Helper()
	c := g.next(t, part)
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", c)
	cmd.Dir = filepath.Dir(w.File)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(suite.Program(t))+":"+os.Getenv("PATH"), "JAR=jar")
	for _, name := range []string{"JAVA", "MILLRACE"} {
		cmd.Env = append(cmd.Env, name+"=http://"+w.Address)
		if w.Process != nil {
			cmd.Env = append(cmd.Env, name+"_PID="+strconv.Itoa(w.PID()))
		}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", c, err, out)
	}
	return string(out)
}

// allRun runs the command that counts states, and fails t unless there is but one.
func (g *guide) allRun(t *testing.T, w *harness.Worker) {
	t.Helper()
	out := g.runs(t, w, "expand=status")
	if !regexp.MustCompile(`^\s*\d+ "state":"RUNNING"\n$`).MatchString(out) {
		t.Errorf("states:\n%s", out)
	}
}

// stops runs the command that stops w.
func (g *guide) stops(t *testing.T, w *harness.Worker) {
	t.Helper()
	g.runs(t, w, "kill -TERM")
	if code, err := w.Wait(t.Context()); err != nil || code != 0 && code != 143 {
		t.Fatalf("%s: %v, %s", w.Name, err, w.End())
	}
}
