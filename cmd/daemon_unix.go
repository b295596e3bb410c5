//go:build unix

package cmd

import "syscall"

// detached puts a process into a session of its own, which no terminal ends.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
