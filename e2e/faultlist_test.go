//go:build faults || soak

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

// fault is a disturbance of a rig.
type fault struct {
	name   string
	times  int                        // in TestFaults
	disk   string                     // which file is on a small disk: offsetsFile or outFile; "" is none
	inject func(t *testing.T, r *rig) // returns when lines flow again
}

const outFile = "out-plain.txt"

var faults = []fault{
	{name: "worker-killed", times: 2, inject: killWorker},
	{name: "worker-terminated", times: 3, inject: terminateWorker},
	{name: "worker-asleep", times: 2, inject: sleepWorker},
	{name: "broker-killed", times: 2, inject: killBroker},
	{name: "connections-reset", times: 6, inject: resetConnections},
	{name: "connections-reset-inside-a-request", times: 6, inject: resetInside},
	{name: "black-hole", times: 2, inject: blackhole},
	{name: "slow-answers", times: 2, inject: slowAnswers},
	{name: "no-room-for-offsets", times: 2, disk: offsetsFile, inject: fillOffsets},
	{name: "no-room-for-lines", times: 2, disk: outFile, inject: fillLines},
}

// pipes are those of the fault's site.
func (f fault) pipes() []func(string) pipe {
	if f.disk != outFile {
		return []func(string) pipe{plain, keyed}
	}
	return []func(string) pipe{func(topic string) pipe {
		p := plain(topic)
		p.out = f.file(outFile)
		p.sink["file"] = p.out
		return p
	}}
}

// file is where the fault's site has a file.
func (f fault) file(name string) string {
	if f.disk == name {
		return filepath.Join(diskFolder, name)
	}
	return name
}

func killWorker(t *testing.T, r *rig) {
	r.hold(r.soon())
	r.worker.Kill()
	r.cause(1)
	r.worker.StartReady(t)
	r.flows(t)
}

func terminateWorker(t *testing.T, r *rig) {
	r.hold(r.soon())
	r.worker.Stop(t)
	r.worker.StartReady(t)
	r.flows(t)
}

// sleepWorker stops the worker for longer than its session lasts: others may have taken its partitions.
func sleepWorker(t *testing.T, r *rig) {
	r.hold(r.soon())
	r.worker.Signal(syscall.SIGSTOP)
	r.hold(sessionTimeout + time.Second)
	r.worker.Signal(syscall.SIGCONT)
	r.cause(history.AnyReplays)
	r.flows(t)
}

// killBroker starts the broker again on the data that it left.
func killBroker(t *testing.T, r *rig) {
	r.hold(r.soon())
	r.broker.Kill()
	r.cause(history.AnyReplays)
	r.broker.Restart(t)
	r.flows(t)
}

func resetConnections(t *testing.T, r *rig) {
	r.hold(r.soon())
	r.proxy.Reset()
	r.cause(history.AnyReplays)
	r.flows(t)
}

// resetInside cuts requests and answers somewhere in the middle.
func resetInside(t *testing.T, r *rig) {
	r.proxy.ResetAfter(r.random.IntN(1 << 20))
	r.cause(history.AnyReplays)
	r.flows(t)
}

// blackhole takes longer than a session.
func blackhole(t *testing.T, r *rig) {
	r.hold(r.soon())
	r.proxy.Blackhole()
	r.hold(sessionTimeout + time.Second)
	r.cause(history.AnyReplays)
	r.proxy.Heal()
	r.flows(t)
}

// slowAnswers stay below the time in which a request has to be answered.
func slowAnswers(t *testing.T, r *rig) {
	r.proxy.Delay(requestTimeout / 8)
	r.flows(t)
	r.proxy.Heal()
	r.flows(t)
}

// fillOffsets leaves no room for the offsets: the old ones stay as they are, lines go on, and new ones are stored when
// there is room again.
func fillOffsets(t *testing.T, r *rig) {
	const says = "source offsets could not be committed"
	file := filepath.Join(diskFolder, offsetsFile)
	r.disk.Fill(t)
	r.logs(t, says)
	old := r.read(t, file)
	if len(old) == 0 {
		t.Fatal("no offsets were stored before")
	}
	r.flows(t)
	line := r.logs(t, says)
	for _, part := range []string{file, "no space left on device"} {
		if !strings.Contains(line, part) {
			t.Errorf("the log does not name %q: %s", part, line)
		}
	}
	if now := r.read(t, file); !bytes.Equal(old, now) {
		t.Errorf("the old offsets have changed: %d bytes, %d before", len(now), len(old))
	}
	r.disk.Empty(t)
	harness.Eventually(t, runMax, "new offsets are stored", func(context.Context) (bool, error) {
		return !bytes.Equal(old, r.read(t, file)), nil
	})
	r.flows(t)
}

// fillLines leaves no room for the lines that the sink writes: its task fails, has nothing committed that is not
// written, and goes on after a restart.
func fillLines(t *testing.T, r *rig) {
	p := r.pipes[0]
	sink := "sink-" + p.topic
	r.disk.Fill(t)
	r.cause(1)
	task := r.worker.WaitTask(t, sink, 0, "FAILED")
	for _, part := range []string{p.out, "no space left on device"} {
		if !strings.Contains(task.Trace, part) {
			t.Errorf("the trace does not name %q: %s", part, task.Trace)
		}
	}
	r.checkCommitted(t, sink, p)
	r.disk.Empty(t)
	if status, answer := r.worker.Do(t, http.MethodPost, "/connectors/"+sink+"/tasks/0/restart", ""); status != http.StatusNoContent {
		t.Fatalf("restart: %d %s", status, answer)
	}
	r.worker.WaitTask(t, sink, 0, "RUNNING")
	r.flows(t)
}

// checkCommitted fails t when a sink has committed offsets of lines that are not in its file.
func (r *rig) checkCommitted(t *testing.T, sink string, p pipe) {
	t.Helper()
	committed, err := r.kafka.Committed(t.Context(), "connect-"+sink, p.topic)
	if err != nil {
		t.Fatal(err)
	}
	numbers, _, _ := r.stream.Scan(r.read(t, p.out))
	written := map[int]bool{}
	for _, n := range numbers {
		written[n] = true
	}
	for i, partition := range r.kafka.Consume(p.topic) {
		for _, record := range partition[:min(len(partition), int(max(0, committed[i])))] {
			if n, err := r.stream.Parse(p.lineOf(record.Value)); err != nil || !written[n] {
				t.Fatalf("partition %d: offset %d is committed, and record %d (line %d, %v) is not written", i, committed[i], record.Offset, n, err)
			}
		}
	}
}

// logs waits until the worker says something again, and returns that line of its log.
func (r *rig) logs(t *testing.T, says string) string {
	t.Helper()
	seen := strings.Count(r.worker.Output(), says)
	line := ""
	harness.Eventually(t, runMax, fmt.Sprintf("the worker logs %q", says), func(context.Context) (bool, error) {
		text := r.worker.Output()
		if strings.Count(text, says) == seen {
			return false, nil
		}
		at := strings.LastIndex(text, says)
		line = text[strings.LastIndexByte(text[:at], '\n')+1:]
		line, _, _ = strings.Cut(line, "\n")
		return true, nil
	})
	return line
}
