package group_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
)

// history replays the rounds of testdata/histories.txt.gz: what members reported to a leader, and what
// Java's assignors answered, byte for byte.
type history struct {
	t        *testing.T
	name     string
	protocol group.Protocol
	maxDelay time.Duration

	leader  group.Leader
	e       group.Election
	now     time.Time
	configs [2]group.Configs // the snapshot that the leader joined with, and a fresh one
	held    map[string]assign.Work
	led     *group.Led
	rounds  int
}

// TestLeader_DecidesAsJava compares 2,200 random histories: members join, leave, come back, are fenced,
// miss their assignment or run what others run too; connectors come and go; delays pass; leaders change.
func TestLeader_DecidesAsJava(t *testing.T) {
	f, err := os.Open("testdata/histories.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	h := &history{t: t}
	histories, answers := 0, 0
	lines := bufio.NewScanner(z)
	for lines.Scan() && !t.Failed() {
		words := strings.Split(lines.Text(), " ")
		switch words[0] {
		case "#":
		case "history":
			histories++
			p, _ := strconv.Atoi(strings.TrimPrefix(words[2], "protocol="))
			d, _ := strconv.Atoi(strings.TrimPrefix(words[3], "delay="))
			*h = history{t: t, name: words[1], protocol: group.Protocol(p), maxDelay: time.Duration(d) * time.Millisecond}
		case "leader":
			h.leader = group.Leader{MaxDelay: h.maxDelay}
		case "round":
			h.round(words[1:])
		case "config":
			n, _ := strconv.Atoi(words[2])
			for i := range h.configs {
				h.configs[i].Work.Connectors = append(h.configs[i].Work.Connectors, words[1])
				for task := range n {
					h.configs[i].Work.Tasks = append(h.configs[i].Work.Tasks, connectors.TaskID{Connector: words[1], Task: task})
				}
			}
		case "member":
			h.member(words[1:])
		case "answer":
			answers++
			h.answer(words[1:])
		default:
			t.Fatalf("line %q", lines.Text())
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if histories < 2000 || answers < 20000 {
		t.Fatalf("%d histories, %d answers", histories, answers)
	}
}

func (h *history) round(words []string) {
	v := map[string]string{}
	for _, w := range words {
		k, text, _ := strings.Cut(w, "=")
		v[k] = text
	}
	num := func(k string) int64 {
		n, err := strconv.ParseInt(v[k], 10, 64)
		if err != nil {
			h.t.Fatal(err)
		}
		return n
	}
	h.rounds++
	h.led = nil
	h.held = map[string]assign.Work{}
	h.now = time.UnixMilli(num("now"))
	h.e = group.Election{Leader: v["leader"], Protocol: h.protocol, Generation: int32(num("generation")), LastGeneration: int32(num("last"))}
	h.configs = [2]group.Configs{{Offset: num("snapshot")}, {Offset: num("fresh")}}
}

func (h *history) member(words []string) {
	m := group.Metadata{URL: words[1]}
	m.Offset, _ = strconv.ParseInt(words[2], 10, 64)
	if words[3] != "-" {
		m.Allocation = &group.Assignment{Leader: h.e.Leader, Assigned: parseWork(words[3])}
		h.held[words[0]] = m.Allocation.Assigned
	}
	b, err := m.Append(nil, h.protocol)
	if err != nil {
		h.t.Fatal(err)
	}
	h.e.Members = append(h.e.Members, group.JoinedMember{ID: words[0], Metadata: b})
}

func (h *history) answer(words []string) {
	if h.led == nil {
		led, err := h.leader.Assign(h.e, h.configs[0], func() group.Configs { return h.configs[1] }, assign.Work{}, h.now)
		if err != nil {
			h.t.Fatalf("history %s round %d: %v", h.name, h.rounds, err)
		}
		h.led = &led
	}
	b := h.led.Assignments[words[0]]
	a, err := group.ParseAssignment(b)
	if err != nil {
		h.t.Fatal(err)
	}
	got := fmt.Sprintf("error=%d offset=%d delay=%d %s %s crc=%x", a.Error, a.Offset, a.Delay.Milliseconds(),
		formatWork(a.Assigned), formatWork(a.Revoked), crc32.ChecksumIEEE(b))
	if want := strings.Join(words[1:], " "); got != want {
		h.t.Errorf("history %s round %d member %s\n got %s\nwant %s", h.name, h.rounds, words[0], got, want)
	}
	if h.led.Owners == nil {
		return
	}
	owned := a.Assigned
	if h.protocol.Incremental() {
		owned = h.held[words[0]].Minus(a.Revoked).Plus(a.Assigned)
	}
	url := ""
	for _, m := range h.e.Members {
		if m.ID == words[0] {
			data, _ := group.ParseMetadata(m.Metadata)
			url = data.URL
		}
	}
	for _, c := range owned.Connectors {
		if o := h.led.Owners.Connector(c); o != url {
			h.t.Errorf("history %s round %d: connector %s is owned by %q, not %q", h.name, h.rounds, c, o, url)
		}
	}
	for _, id := range owned.Tasks {
		if o := h.led.Owners.Task(id); o != url {
			h.t.Errorf("history %s round %d: task %s is owned by %q, not %q", h.name, h.rounds, id, o, url)
		}
	}
}

// parseWork reads c1,c2/c1-0,c1-1.
func parseWork(text string) assign.Work {
	var w assign.Work
	names, tasks, _ := strings.Cut(text, "/")
	if names != "" {
		w.Connectors = strings.Split(names, ",")
	}
	if tasks != "" {
		for t := range strings.SplitSeq(tasks, ",") {
			dash := strings.LastIndexByte(t, '-')
			n, _ := strconv.Atoi(t[dash+1:])
			w.Tasks = append(w.Tasks, connectors.TaskID{Connector: t[:dash], Task: n})
		}
	}
	return w
}

func formatWork(w assign.Work) string {
	tasks := make([]string, len(w.Tasks))
	for i, t := range w.Tasks {
		tasks[i] = t.String()
	}
	return strings.Join(w.Connectors, ",") + "/" + strings.Join(tasks, ",")
}
