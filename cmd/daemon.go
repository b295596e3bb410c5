package cmd

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// detach starts the same command in a process of its own, which outlives this one and the terminal, and says
// where its output goes. Source: kafka-run-class.sh.
func (p *program) detach(command string, args []string, flags *workerFlags) error {
	program, err := os.Executable()
	if err != nil {
		return &ended{code: exitStart, err: err}
	}
	dir := os.Getenv("LOG_DIR")
	if dir == "" {
		dir = "logs"
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &ended{code: exitStart, err: err}
	}
	name := filepath.Join(dir, "connect"+strings.ToUpper(command[:1])+command[1:]+".out")
	out, err := os.Create(name)
	if err != nil {
		return &ended{code: exitStart, err: err}
	}
	c := exec.Command(program, append(append([]string{command}, flags.args()...), args...)...) //nolint:noctx // it outlives every context
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr = detached()
	if err := errors.Join(c.Start(), out.Close()); err != nil {
		return &ended{code: exitStart, err: err}
	}
	fmt.Fprintf(p.stdout, "worker %d runs in the background, its output goes to %s\n", c.Process.Pid, name)
	return c.Process.Release()
}
