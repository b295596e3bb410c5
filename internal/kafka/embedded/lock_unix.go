//go:build unix

package embedded

import (
	"os"
	"syscall"
)

// openLocked opens a file that no other process may hold; the end of the process lets go of it.
func openLocked(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
	return f, nil
}
