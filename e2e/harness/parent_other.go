//go:build !linux

package harness

import "syscall"

// dieWithParent has no counterpart here: children end with their test's cleanup.
func dieWithParent(*syscall.SysProcAttr) {}
