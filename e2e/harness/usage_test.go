package harness

import (
	"os"
	"testing"
	"time"
)

func TestParseStat_TheNameMayHoldAnything(t *testing.T) {
	got, err := parseStat("12 (a b) (c) S 1 1 1 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 5 6 7\n")
	if err != nil || got != 3*time.Second {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := parseStat("12 (a) S 1"); err == nil {
		t.Error("no error for a line that is cut")
	}
}

func TestParseSmaps(t *testing.T) {
	m, err := parseSmaps([]byte("00400000-7fff rollup\nRss:   12 kB\nPss:   10 kB\nPss_Anon: 3 kB\nAnonymous:  4 kB\n"))
	if err != nil || m != (Memory{RSS: 12 << 10, PSS: 10 << 10, Anonymous: 4 << 10}) {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := parseSmaps([]byte("Rss: 12 kB\n")); err == nil {
		t.Error("no error without Pss and Anonymous")
	}
}

func TestWaited_OfThisProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/schedstat"); err != nil {
		t.Log("this system does not count it")
		return
	}
	if got, err := Waited(os.Getpid()); err != nil || got <= 0 {
		t.Errorf("%v, %v", got, err)
	}
	if none, err := Waited(1 << 30); err != nil || none != 0 {
		t.Errorf("of no process %v, %v", none, err)
	}
}

func TestUsage_OfThisProcess(t *testing.T) {
	if _, err := os.Stat("/proc/self/smaps_rollup"); err != nil {
		t.Log("no /proc here: only the parsers are tested")
		return
	}
	m, err := MemoryOf(os.Getpid())
	if err != nil || m.RSS <= 0 || m.Anonymous <= 0 {
		t.Errorf("%+v, %v", m, err)
	}
	if cpu, err := CPU(os.Getpid()); err != nil || cpu < 0 {
		t.Errorf("%v, %v", cpu, err)
	}
}
