//go:build unix

package cmd

import "syscall"

// asUser starts a process as another user, unless that is -1, and out of reach of the terminal's signals.
func asUser(uid, gid int) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if uid >= 0 {
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	endWithParent(attr)
	return attr
}
