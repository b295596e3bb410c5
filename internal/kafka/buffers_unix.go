//go:build unix

package kafka

import (
	"os"
	"syscall"
)

func setSocketBuffer(fd uintptr, option, size int) error {
	return os.NewSyscallError("setsockopt", syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, option, size))
}
