//go:build crashpoints && unix

package crash

import (
	"os"
	"syscall"
)

// die does not return.
func die() {
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
	select {}
}
