package cmd

import "syscall"

// asUser is for systems with users that have numbers.
func asUser(int, int) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
