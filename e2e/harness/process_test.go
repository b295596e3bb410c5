package harness

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func shell(t *testing.T, script string) *Process {
	t.Helper()
	p, err := Start(Command{Name: "sh", Path: "/bin/sh", Args: []string{"-c", script}, LogDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func logged(t *testing.T, p *Process, text string) {
	t.Helper()
	Eventually(t, 10*time.Second, "the log has "+text, func(context.Context) (bool, error) {
		return strings.Contains(p.Output(), text), nil
	})
}

func TestProcess_LogsAndEndsWithItsCode(t *testing.T) {
	p := shell(t, "echo one; echo two >&2; exit 3")
	code, err := p.Wait(t.Context())
	if err != nil || code != 3 || p.Running() {
		t.Errorf("code %d, error %v, running %v", code, err, p.Running())
	}
	if p.Output() != "one\ntwo\n" || p.Tail(1) != "two" || p.End() != "exit code 3" {
		t.Errorf("output %q, tail %q, end %q", p.Output(), p.Tail(1), p.End())
	}
}

func TestProcess_StopIsPoliteFirst(t *testing.T) {
	p := shell(t, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done")
	logged(t, p, "up")
	if err := p.Stop(); err != nil || !strings.HasSuffix(p.Output(), "bye\n") {
		t.Errorf("error %v, output %q", err, p.Output())
	}
	if err := p.Stop(); err != nil {
		t.Errorf("stopped again: %v", err)
	}
}

func TestProcess_StopSaysWhenTheEndIsNotClean(t *testing.T) {
	p := shell(t, "trap 'exit 9' TERM; echo up; while :; do sleep 0.01; done")
	logged(t, p, "up")
	if err := p.Stop(); err == nil || !strings.Contains(err.Error(), "exit code 9") {
		t.Errorf("error %v", err)
	}
}

func TestProcess_KillEndsAtOnce(t *testing.T) {
	p := shell(t, "trap '' TERM; echo up; while :; do sleep 0.01; done")
	logged(t, p, "up")
	p.Kill()
	if p.End() != "signal killed" {
		t.Errorf("end %q", p.End())
	}
	if code, err := p.Wait(t.Context()); err != nil || code != -1 {
		t.Errorf("code %d, error %v", code, err)
	}
}

func TestProcess_WaitGivesUpWithItsContext(t *testing.T) {
	p := shell(t, "exec sleep 60")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, err := p.Wait(ctx); err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("error %v", err)
	}
}

func TestStart_KeepsTheLogOfEarlierRuns(t *testing.T) {
	dir := t.TempDir()
	for _, word := range []string{"first", "second"} {
		p, err := Start(Command{Name: "w", Path: "/bin/sh", Args: []string{"-c", "echo " + word}, LogDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p.Output() != word+"\n" {
			t.Errorf("output of this run: %q", p.Output())
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "w.log"))
	if err != nil || string(text) != "first\nsecond\n" {
		t.Errorf("log %q, %v", text, err)
	}
}

func TestStart_UnknownProgram(t *testing.T) {
	if _, err := Start(Command{Name: "none", Path: "/no/such/program", LogDir: t.TempDir()}); err == nil {
		t.Error("no error")
	}
}
