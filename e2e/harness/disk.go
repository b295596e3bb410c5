package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Disk is a small file system of its own in memory, that can be full without harm to others. It is mounted in a
// namespace that a process holds: only workers that are given the disk see it. The test reaches its files by Path.
type Disk struct {
	*Process
	folder string // where it is mounted
	user   bool   // in a user namespace, because we are not root
}

// StartDisk mounts a disk of some bytes over folder, which it creates; the cleanup of t ends it. Where that is not
// allowed, t is left out (Need).
func StartDisk(t testing.TB, folder string, bytes int) *Disk {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	d := &Disk{folder: folder, user: os.Geteuid() != 0}
	flags := []string{"--mount"}
	if d.user {
		flags = append(flags, "--map-root-user")
	}
	script := `mount -t tmpfs -o size="$1" tmpfs "$0" && echo mounted && exec sleep 86400`
	unshare, err := exec.LookPath("unshare")
	if err == nil {
		d.Process, err = Start(Command{Name: "disk", Path: unshare, Args: append(flags, "sh", "-c", script, folder, strconv.Itoa(bytes)), LogDir: t.TempDir()})
	}
	if err == nil {
		t.Cleanup(d.Kill)
		ctx, cancel := context.WithTimeoutCause(context.Background(), 10*time.Second, errors.New("not so after ten seconds"))
		defer cancel()
		err = Poll(ctx, "the disk is mounted", func(context.Context) (bool, error) {
			return strings.Contains(d.Output(), "mounted") || !d.Running(), nil
		})
		if err == nil && !d.Running() {
			err = fmt.Errorf("%s: %s", d.End(), d.Output())
		}
	}
	if err != nil {
		err = &MissingError{What: "a mount namespace", Why: err.Error(), Install: "util-linux, and root or user namespaces without privileges"}
	}
	Need(t, err, "a full disk")
	return d
}

// Path is where the test finds a file of the disk.
func (d *Disk) Path(name string) string {
	return filepath.Join("/proc", strconv.Itoa(d.PID()), "root", d.folder, name)
}

// enter makes c run where the disk is.
func (d *Disk) enter(c Command) Command {
	flags := []string{"--target", strconv.Itoa(d.PID()), "--mount"}
	if d.user {
		flags = append(flags, "--user", "--preserve-credentials")
	}
	c.Args = append(append(flags, "sh", "-c", `cd "$0" && exec "$@"`, c.Dir, c.Path), c.Args...)
	c.Path = "nsenter"
	return c
}

const fillerFile = "filler"

// Fill takes all room that is left.
func (d *Disk) Fill(t testing.TB) {
	t.Helper()
	f, err := os.OpenFile(d.Path(fillerFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // every byte is in memory
	// Piece by piece down to a byte: a write that does not fit is cut at a page.
	for piece := make([]byte, 1<<16); len(piece) > 0; {
		if _, err := f.Write(piece); errors.Is(err, syscall.ENOSPC) {
			piece = piece[:len(piece)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// Empty gives back what Fill took.
func (d *Disk) Empty(t testing.TB) {
	t.Helper()
	if err := os.Remove(d.Path(fillerFile)); err != nil {
		t.Fatal(err)
	}
}
