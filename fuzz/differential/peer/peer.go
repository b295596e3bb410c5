package peer

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

const (
	bufferBytes     = 1 << 20
	stderrKeptBytes = 4 << 10
)

// Peer is one process, or anything else that answers request lines.
type Peer struct {
	Name string

	w    io.WriteCloser
	r    *bufio.Reader
	end  func() error // waits for the other side after its input is closed
	kill func()
	log  *tail

	from, to []byte // texts of requests, and what stands in their place
}

// Replace makes every request have one text in place of another, such as an address that is known by now. Call it before the first request.
func (p *Peer) Replace(from, to string) { p.from, p.to = []byte(from), []byte(to) }

// Start runs a shell command that speaks the protocol on its standard input and output.
func Start(name, command string) (*Peer, error) {
	cmd := exec.CommandContext(context.Background(), "sh", "-c", "exec "+command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log := &tail{}
	cmd.Stderr = log
	w, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	r, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: start %q: %w", name, command, err)
	}
	p := &Peer{Name: name, w: w, r: bufio.NewReaderSize(r, bufferBytes), end: cmd.Wait, log: log}
	p.kill = func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // the group that Setpgid made
	return p, nil
}

// Over talks to whatever reads w's other end and writes r's.
func Over(name string, r io.Reader, w io.WriteCloser) *Peer {
	return &Peer{Name: name, w: w, r: bufio.NewReaderSize(r, bufferBytes), end: func() error { return nil }, kill: func() { _ = w.Close() }, log: &tail{}}
}

// Rewrite passes every answer line through f, which may change it: to prove that a wrong answer is found.
func (p *Peer) Rewrite(f func(line []byte) []byte) {
	pr, pw := io.Pipe()
	from := p.r
	go func() {
		for {
			line, err := from.ReadBytes('\n')
			if len(line) > 0 {
				if _, err := pw.Write(f(line)); err != nil {
					return
				}
			}
			if err != nil {
				pw.CloseWithError(err)
				return
			}
		}
	}()
	p.r = bufio.NewReaderSize(pr, bufferBytes)
}

// Write sends request lines.
func (p *Peer) Write(lines []byte) error {
	if len(p.from) > 0 {
		lines = bytes.ReplaceAll(lines, p.from, p.to)
	}
	if _, err := p.w.Write(lines); err != nil {
		return fmt.Errorf("%s: write: %w%s", p.Name, err, p.log)
	}
	return nil
}

// ReadLines reads n answer lines, without their newlines.
func (p *Peer) ReadLines(n int) ([][]byte, error) {
	lines := make([][]byte, n)
	for i := range lines {
		line, err := p.r.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("%s: the process ended before answer %d of %d: %w%s", p.Name, i+1, n, err, p.log)
		}
		lines[i] = line[:len(line)-1]
	}
	return lines, nil
}

// Close ends the input and waits for the process; an exit code other than 0 is an error.
func (p *Peer) Close() error {
	_ = p.w.Close()
	if err := p.end(); err != nil {
		return fmt.Errorf("%s: %w%s", p.Name, err, p.log)
	}
	return nil
}

// Kill ends the process at once.
func (p *Peer) Kill() {
	p.kill()
	_ = p.end()
}

// tail keeps the last bytes written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if extra := len(t.buf) - stderrKeptBytes; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.buf) == 0 {
		return ""
	}
	return "; it wrote: " + string(bytes.TrimSpace(t.buf))
}
