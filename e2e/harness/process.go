package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// stopMax is how long a process may take to end after SIGTERM.
const stopMax = 20 * time.Second

// Command is what Start runs.
type Command struct {
	Name   string // of the log file
	Path   string
	Args   []string // without the program
	Arg0   string   // what the program sees as its name; Path when empty
	Env    []string // on top of this process's
	Dir    string   // working directory
	LogDir string   // where NAME.log goes; appended to when it exists
}

// Process is a running child. Its standard output and error go to one log file.
type Process struct {
	Name string
	Log  string // the log file

	cmd    *exec.Cmd
	ended  chan struct{} // closed after the child was waited for
	code   int           // valid after ended; -1 when a signal ended it
	signal syscall.Signal
	from   int64 // where this run's part of the log begins
}

// Start starts c. The child gets a process group of its own and dies with this process.
func Start(c Command) (*Process, error) {
	log, err := os.OpenFile(filepath.Join(c.LogDir, c.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	at, err := log.Seek(0, 2)
	if err != nil {
		return nil, err
	}
	p := &Process{Name: c.Name, Log: log.Name(), ended: make(chan struct{}), from: at}
	p.cmd = exec.CommandContext(context.Background(), c.Path, c.Args...)
	if c.Arg0 != "" {
		p.cmd.Args[0] = c.Arg0
	}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Dir = c.Dir
	p.cmd.Env = append(os.Environ(), c.Env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(p.cmd.SysProcAttr)

	started := make(chan error, 1)
	go func() {
		// The kernel ends the child with the thread that started it, so that thread stays until the end.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	return p, nil
}

func (p *Process) wait() {
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		p.code = exit.ExitCode()
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			p.signal = ws.Signal()
		}
	} else if err != nil {
		p.code = -1
	}
	close(p.ended)
}

// PID is the child's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ended is closed when the child has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Running reports whether the child has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Wait waits for the child to end and returns its exit code, -1 when a signal ended it.
func (p *Process) Wait(ctx context.Context) (int, error) {
	select {
	case <-p.ended:
		return p.code, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("%s (pid %d) has not ended: %w", p.Name, p.PID(), context.Cause(ctx))
	}
}

// Kill sends SIGKILL and waits for the end.
func (p *Process) Kill() {
	p.send(syscall.SIGKILL)
	<-p.ended
}

// Stop sends SIGTERM and waits; after stopMax it kills. The error says that it had to, or that the child
// ended with a code other than 0 or 143, which is how a JVM ends on SIGTERM.
func (p *Process) Stop() error {
	if !p.Running() {
		return nil
	}
	p.send(syscall.SIGTERM)
	limit := time.NewTimer(stopMax)
	defer limit.Stop()
	select {
	case <-p.ended:
	case <-limit.C:
		p.Kill()
		return fmt.Errorf("%s (pid %d) did not end within %v of SIGTERM and was killed", p.Name, p.PID(), stopMax)
	}
	if p.code != 0 && p.code != 143 {
		return fmt.Errorf("%s (pid %d) ended with %s on SIGTERM", p.Name, p.PID(), p.End())
	}
	return nil
}

// Signal sends s to the child, if it runs.
func (p *Process) Signal(s syscall.Signal) { p.send(s) }

func (p *Process) send(s syscall.Signal) {
	if p.Running() {
		_ = syscall.Kill(p.PID(), s) // it may end in between: then there is nothing to signal
	}
}

// End describes how the child ended. Only after it has.
func (p *Process) End() string {
	if p.signal != 0 {
		return "signal " + p.signal.String()
	}
	return fmt.Sprintf("exit code %d", p.code)
}

// Output returns what this run has logged up to now.
func (p *Process) Output() string {
	text, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	return string(text[min(int(p.from), len(text)):])
}

// Tail returns the last n lines of Output.
func (p *Process) Tail(n int) string { return lastLines(p.Output(), n) }

func lastLines(s string, n int) string {
	text := bytes.TrimRight([]byte(s), "\n")
	for i := len(text); i > 0; i-- {
		if text[i-1] != '\n' {
			continue
		}
		if n--; n == 0 {
			return string(text[i:])
		}
	}
	return string(text)
}
