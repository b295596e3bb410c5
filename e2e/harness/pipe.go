package harness

import (
	"os"
	"syscall"
	"testing"
)

// NewPipe makes a named pipe, a file for sinks that stands still until the test reads. It is open for writing too, so that
// it is there before the sink; the cleanup of t closes it.
func NewPipe(t testing.TB, path string) *os.File {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pipe.Close() }) // read alone
	return pipe
}
