package cmd

import "syscall"

// endWithParent ends a server with this process, however that ends: for PostgreSQL it is an immediate shutdown.
func endWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
