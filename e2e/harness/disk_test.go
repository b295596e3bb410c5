package harness

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestDisk_FullAndEmptyAgain(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "disk")
	d := StartDisk(t, folder, 256<<10)
	d.Fill(t)
	if err := os.WriteFile(d.Path("f"), []byte("x"), 0o644); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("write to the full disk: %v", err)
	}
	d.Empty(t)
	if err := os.WriteFile(d.Path("f"), []byte("x"), 0o644); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("others see the disk: %v, %v", entries, err)
	}
}

func TestDisk_ACommandRunsWhereItIs(t *testing.T) {
	dir := t.TempDir()
	d := StartDisk(t, filepath.Join(dir, "disk"), 256<<10)
	p, err := Start(d.enter(Command{Name: "w", Path: "/bin/sh", Args: []string{"-c", "echo inside >disk/f; echo $0"}, Dir: dir, LogDir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	if code, err := p.Wait(t.Context()); err != nil || code != 0 {
		t.Fatalf("%d, %v: %s", code, err, p.Output())
	}
	if text, err := os.ReadFile(d.Path("f")); string(text) != "inside\n" {
		t.Errorf("%q, %v", text, err)
	}
}
