//go:build unix

package file

import (
	"os"

	"golang.org/x/sys/unix"
)

// openFlags let a named pipe be opened before anyone writes to it. Regular files know no such waiting.
const openFlags = os.O_RDONLY | unix.O_NONBLOCK

// ready reports whether a read from f returns at once, as Java's Reader.ready: reading standard input or
// a pipe must not hold up a task that has to stop.
func ready(f *os.File) (bool, error) {
	c, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var n int
	var pollErr error
	err = c.Control(func(fd uintptr) {
		n, pollErr = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	})
	switch {
	case err != nil:
		return false, err
	case pollErr == unix.EINTR:
		return false, nil
	}
	return n > 0, pollErr
}
