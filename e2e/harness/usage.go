package harness

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticksPerSecond is the unit of CPU time in /proc: USER_HZ, 100 on every Linux that Go runs on.
const ticksPerSecond = 100

// CPU returns the processor time, user and system, that the process has used. Source: proc(5), stat fields 14
// and 15.
func CPU(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseStat(string(text))
}

func parseStat(text string) (time.Duration, error) {
	// The second field is the program's name in parentheses and may hold anything.
	end := strings.LastIndexByte(text, ')')
	f := strings.Fields(text[end+1:])
	if end < 0 || len(f) < 13 {
		return 0, fmt.Errorf("proc stat %q: too few fields", text)
	}
	var ticks int64
	for _, s := range f[11:13] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("proc stat %q: %w", text, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// Waited returns how long the threads of a process that are there now have waited for a processor, together: what other
// work on the machine, or too few processors, took from it. Source: Linux, Documentation/scheduler/sched-stats.rst.
func Waited(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, path := range threads {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		var ran, waited int64
		if _, err := fmt.Sscan(string(text), &ran, &waited); err != nil {
			return 0, fmt.Errorf("%s %q: %w", path, text, err)
		}
		sum += time.Duration(waited)
	}
	return sum, nil
}

// Memory is what a process holds, in bytes.
type Memory struct {
	RSS       int64 // resident
	PSS       int64 // shared pages counted by their share
	Anonymous int64 // not backed by files: heap and stacks
}

// MemoryOf reads the sums of a process's mappings. Source: proc(5), smaps_rollup.
func MemoryOf(pid int) (Memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return Memory{}, err
	}
	return parseSmaps(text)
}

func parseSmaps(text []byte) (Memory, error) {
	var m Memory
	want := map[string]*int64{"Rss:": &m.RSS, "Pss:": &m.PSS, "Anonymous:": &m.Anonymous}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 3 || want[f[0]] == nil || f[2] != "kB" {
			continue
		}
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return m, fmt.Errorf("smaps_rollup: %q: %w", lines.Text(), err)
		}
		*want[f[0]] = n << 10
		delete(want, f[0])
	}
	if len(want) > 0 {
		return m, fmt.Errorf("smaps_rollup: %d of Rss, Pss, Anonymous are missing", len(want))
	}
	return m, nil
}

// Held is how much a process holds open.
type Held struct{ Files, Threads int }

// HeldBy counts file descriptors and threads of a process. Source: proc(5).
func HeldBy(pid int) (Held, error) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return Held{}, err
	}
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	return Held{len(files), len(threads)}, err
}
