package harness

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// workerReadyMax is how long a worker may take until it says that it is healthy.
const workerReadyMax = 5 * time.Minute

// Side says whose worker it is.
type Side string

// The two sides of every comparison.
const (
	Java     Side = "java"
	Millrace Side = "millrace"
)

// WorkerConfig describes a worker. The zero value is a standalone worker with Java's defaults.
type WorkerConfig struct {
	Name        string       // of its log; the side when empty
	Distributed bool         // connect-distributed instead of connect-standalone
	Properties  Properties   // on top of the address of its REST server and, for Java, plugin.path
	Connectors  []string     // connector files, for standalone
	As          string       // millrace under another program name: connect-standalone, without a sub-command
	Program     string       // path of a program with the commands of millrace, in its place
	Heap        string       // -Xmx of Java; 512m when empty
	ClassPath   string       // of Java, beside Kafka's own
	Warm        bool         // Java with both compilers, for measurements
	Flags       []string     // before the properties file
	Env         []string     // on top of this process's environment
	Args        []string     // instead of the properties file and Connectors
	Dir         string       // working directory, for relative paths; a temporary folder when empty
	Disk        *Disk        // that it sees; nil for none
	Memory      *MemoryGroup // whose memory it takes; nil for that of all
}

// Worker is a worker that may be started and stopped several times, always with the same files.
type Worker struct {
	*Process // of the last start, nil before the first

	Side    Side
	Address string // host:port of its REST server
	File    string // its properties file

	command Command
	frozen  bool
}

// NewWorker writes the files of a worker and resolves its program; it does not start it. The cleanup of t stops
// it and, when t has failed, prints the end of its log. What cannot be had leaves t out (Need).
func (s *Suite) NewWorker(t testing.TB, side Side, c WorkerConfig) *Worker {
	t.Helper()
	port, err := s.ports.free()
	if err != nil {
		t.Fatal(err)
	}
	w := &Worker{Side: side, Address: "127.0.0.1:" + strconv.Itoa(port)}
	if c.Name == "" {
		c.Name = string(side)
	}
	dir := t.TempDir()
	props := Properties{"listeners": "http://" + w.Address}
	switch side {
	case Java:
		w.command = s.javaWorker(t, c, dir, props)
	case Millrace:
		w.command = s.ourWorker(t, c)
		for key, name := range map[string]string{"millrace.consumer.path": "MILLRACE_CONSUMER_PATH", "millrace.producer.path": "MILLRACE_PRODUCER_PATH"} {
			if path := os.Getenv(name); path != "" { // for all suites, with what is not the default
				props[key] = path
			}
		}
	default:
		t.Fatalf("worker of side %q: Java and Millrace are known", side)
	}
	w.command.Name, w.command.LogDir, w.command.Dir, w.command.Env = c.Name, dir, c.Dir, append(w.command.Env, c.Env...)
	if c.Dir == "" {
		w.command.Dir = dir
	}
	if w.File, err = props.With(c.Properties).WriteFile(filepath.Join(dir, "worker.properties")); err != nil {
		t.Fatal(err)
	}
	if c.Args != nil {
		w.command.Args = append(w.command.Args, c.Args...)
	} else {
		w.command.Args = slices.Concat(w.command.Args, c.Flags, []string{w.File}, c.Connectors)
	}
	if c.Disk != nil {
		w.command = c.Disk.enter(w.command)
	}
	if c.Memory != nil {
		w.command = c.Memory.enter(w.command)
	}
	t.Cleanup(func() { w.end(t) })
	return w
}

func (s *Suite) javaWorker(t testing.TB, c WorkerConfig, dir string, props Properties) Command {
	t.Helper()
	java, jars, err := s.kafka()
	Need(t, err, "the original worker beside ours")
	log4j := filepath.Join(dir, "log4j2.xml")
	if err := os.WriteFile(log4j, []byte(log4jFile), 0o644); err != nil {
		t.Fatal(err)
	}
	heap := c.Heap
	if heap == "" {
		heap = "512m"
	}
	flags := jvmFlags(heap)
	if c.Warm {
		flags = warmFlags(heap)
	}
	main := "org.apache.kafka.connect.cli.ConnectStandalone"
	if c.Distributed {
		main = "org.apache.kafka.connect.cli.ConnectDistributed"
	}
	props["plugin.path"] = jars.FilePlugins()
	classes := jars.Main()
	if c.ClassPath != "" {
		classes += string(filepath.ListSeparator) + c.ClassPath
	}
	return Command{Path: java, Args: append(flags, "-Dlog4j2.configurationFile="+log4j, "-cp", classes, main)}
}

func (s *Suite) ourWorker(t testing.TB, c WorkerConfig) Command {
	t.Helper()
	if c.As != "" {
		return Command{Path: s.ProgramAs(t, c.As)}
	}
	mode := "standalone"
	if c.Distributed {
		mode = "distributed"
	}
	program := c.Program
	if program == "" {
		program = s.Program(t)
	}
	return Command{Path: program, Args: []string{mode}}
}

func (w *Worker) end(t testing.TB) {
	if w.Process == nil {
		return
	}
	w.Thaw()
	if err := w.Process.Stop(); err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.Logf("%s's log ends so:\n%s", w.Name, w.Tail(60))
	}
}

// Start starts the worker and returns at once.
func (w *Worker) Start(t testing.TB) {
	t.Helper()
	w.StartWith(t)
}

// StartWith is Start with more in the environment, for this run alone.
func (w *Worker) StartWith(t testing.TB, env ...string) {
	t.Helper()
	if w.Process != nil && w.Running() {
		t.Fatalf("%s runs already", w.Name)
	}
	command := w.command
	command.Env = slices.Concat(command.Env, env)
	p, err := Start(command)
	if err != nil {
		t.Fatal(err)
	}
	w.Process = p
}

// StartReady starts the worker and waits until it is healthy.
func (w *Worker) StartReady(t testing.TB) {
	t.Helper()
	w.Start(t)
	w.WaitReady(t)
}

// WaitReady waits until the worker is healthy.
func (w *Worker) WaitReady(t testing.TB) {
	t.Helper()
	w.waitFor(t, workerReadyMax, "it is healthy", func(ctx context.Context) (bool, error) {
		status, _, err := w.get(ctx, "/health")
		return err == nil && status == http.StatusOK, err
	})
}

// Stop sends SIGTERM and waits for a clean end; anything else fails t.
func (w *Worker) Stop(t testing.TB) {
	t.Helper()
	if err := w.Process.Stop(); err != nil {
		t.Fatal(err)
	}
}

// Kill sends SIGKILL and waits for the end.
func (w *Worker) Kill() { w.Process.Kill() }

// Freeze sends SIGSTOP: the worker keeps its connections and does nothing, until Thaw.
func (w *Worker) Freeze() {
	w.frozen = true
	w.Signal(syscall.SIGSTOP)
}

// Thaw lets a frozen worker go on.
func (w *Worker) Thaw() {
	w.frozen = false
	w.Signal(syscall.SIGCONT)
}

// waitFor polls ready, and gives up early when the worker ends.
func (w *Worker) waitFor(t testing.TB, limit time.Duration, what string, ready func(context.Context) (bool, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, fmt.Errorf("not so after %v", limit))
	defer cancel()
	err := Poll(ctx, w.Name+": "+what, func(ctx context.Context) (bool, error) {
		if !w.Running() {
			return true, nil // said below
		}
		return ready(ctx)
	})
	if !w.Running() {
		err = fmt.Errorf("wait until %s: the worker ended with %s", what, w.End())
	}
	if err != nil {
		t.Fatalf("%v\nits log ends so:\n%s", err, w.Tail(60))
	}
}
