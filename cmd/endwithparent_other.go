//go:build unix && !linux

package cmd

import "syscall"

// endWithParent is Linux's: elsewhere a process that is killed leaves its server behind.
func endWithParent(*syscall.SysProcAttr) {}
