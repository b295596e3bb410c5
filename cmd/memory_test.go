package cmd

import (
	"testing"
	"testing/fstest"
)

func TestMemoryTotal(t *testing.T) {
	const meminfo = "MemTotal:       1000 kB\nMemFree:         10 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing is told":      {nil, 0},
		"machine":              {map[string]string{"proc/meminfo": meminfo}, 1000 << 10},
		"container":            {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "4096\n"}, 4096},
		"without limit":        {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 1000 << 10},
		"parent's limit":       {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "8192", "sys/fs/cgroup/a/b/memory.max": "max"}, 8192},
		"path of the host":     {map[string]string{"proc/self/cgroup": "0::/../docker/x\n", "sys/fs/cgroup/memory.max": "4096\n"}, 4096},
		"version 1":            {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "5:cpu:/x\n4:memory:/x\n", "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "2048", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, 2048},
		"limit above memory":   {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "99999999\n"}, 1000 << 10},
		"files that are wrong": {map[string]string{"proc/meminfo": "MemTotal: x kB", "proc/self/cgroup": "x\n0::/\n", "sys/fs/cgroup/memory.max": "-1"}, 0},
	} {
		root := fstest.MapFS{}
		for k, v := range c.files {
			root[k] = &fstest.MapFile{Data: []byte(v)}
		}
		if n := memoryTotal(root); n != c.want {
			t.Errorf("%s: %d, want %d", name, n, c.want)
		}
	}
}

func TestContainerLimit(t *testing.T) {
	root := fstest.MapFS{"proc/self/cgroup": {Data: []byte("0::/\n")}, "sys/fs/cgroup/memory.max": {Data: []byte("1000000\n")}}
	if n := containerLimit("", root); n != 900_000 {
		t.Errorf("%d of a container of 1,000,000, want nine tenths", n)
	}
	for _, set := range []string{"512MiB", "off"} {
		if n := containerLimit(set, root); n != 0 {
			t.Errorf("%d with GOMEMLIMIT=%s, which is to stay", n, set)
		}
	}
	if n := containerLimit("", fstest.MapFS{}); n != 0 {
		t.Errorf("%d where the system tells nothing", n)
	}
}
