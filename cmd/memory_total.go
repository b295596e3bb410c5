package cmd

import (
	"bufio"
	"bytes"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// memoryTotal returns the bytes that this process may take: the smallest limit of its control groups and the
// memory of the machine; 0 where the system tells neither, which is everywhere but on Linux.
func memoryTotal(root fs.FS) int64 {
	total := machineMemory(root)
	for _, limit := range groupLimits(root) {
		if total == 0 || limit < total {
			total = limit
		}
	}
	return total
}

// machineMemory reads MemTotal of /proc/meminfo.
func machineMemory(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 3 && f[0] == "MemTotal:" && f[2] == "kB" {
			n, _ := strconv.ParseInt(f[1], 10, 64) // 0: not known
			return n << 10
		}
	}
	return 0
}

// groupLimits returns the limits of the process's control group and those above it, of version 2 and of
// version 1. In a container the group's own path may not exist, its root then stands for it.
func groupLimits(root fs.FS) []int64 {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var limits []int64
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		part := strings.SplitN(lines.Text(), ":", 3)
		if len(part) != 3 {
			continue
		}
		base, file := "sys/fs/cgroup", "memory.max"
		switch {
		case part[0] == "0" && part[1] == "":
		case part[1] == "memory":
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for at := path.Clean("/" + part[2]); ; at = path.Dir(at) {
			if n := readLimit(root, path.Join(base, at, file)); n > 0 {
				limits = append(limits, n)
			}
			if at == "/" {
				break
			}
		}
	}
	return limits
}

// readLimit returns 0 for no limit, which is "max" or, in version 1, a number near the largest.
func readLimit(root fs.FS, name string) int64 {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || n >= 1<<60 {
		return 0
	}
	return n
}
