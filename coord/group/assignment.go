package group

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/internal/java"
)

// Errors that an assignment carries.
const (
	NoError        int16 = 0
	ConfigMismatch int16 = 1 // the leader's configs are older than a member's: read on and rejoin
)

// Assignment is what the leader tells a member, and what a member holds.
//
//	int16 version | int16 error | string leader | string leaderUrl | int64 offset | array assigned
//	from version 1: | nullable array revoked | int32 delay, and assigned is nullable
//	entry of an array: string connector | array of int32 tasks, -1 = the connector itself
//
// Source: ConnectProtocol.Assignment, ExtendedAssignment.
type Assignment struct {
	Protocol  Protocol // as in the bytes it was read from
	Error     int16
	Leader    string // member id
	LeaderURL string
	Offset    int64 // of the configs that it was made from
	Assigned  assign.Work
	Revoked   assign.Work
	Delay     time.Duration // after which to rejoin; whole milliseconds
}

// Failed reports whether the leader could not assign.
func (a *Assignment) Failed() bool { return a.Error != NoError }

// Clone returns a copy that shares nothing.
func (a *Assignment) Clone() *Assignment {
	c := *a
	c.Assigned, c.Revoked = a.Assigned.Clone(), a.Revoked.Clone()
	return &c
}

// String is the assignment as Java's log shows it.
func (a *Assignment) String() string {
	return fmt.Sprintf("Assignment{error=%d, leader='%s', leaderUrl='%s', offset=%d, connectorIds=%s, taskIds=%s, revokedConnectorIds=%s, revokedTaskIds=%s, delay=%d}",
		a.Error, a.Leader, a.LeaderURL, a.Offset, listed(a.Assigned.Connectors), listed(a.Assigned.Tasks),
		listed(a.Revoked.Connectors), listed(a.Revoked.Tasks), a.Delay.Milliseconds())
}

func listed[E any](items []E) string {
	texts := make([]string, len(items))
	for i, e := range items {
		texts[i] = fmt.Sprint(e)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// Append appends a as an assignment of protocol p.
//
// Errors: a text of more than 32,767 bytes.
func (a *Assignment) Append(dst []byte, p Protocol) ([]byte, error) {
	w := writer{b: dst}
	a.write(&w, p)
	return w.b, w.wrap("assignment")
}

func (a *Assignment) write(w *writer, p Protocol) {
	w.int16(int16(p))
	w.int16(a.Error)
	w.text("leader", a.Leader)
	w.text("leader-url", a.LeaderURL)
	w.int64(a.Offset)
	w.work("assignment", hashedConnectors(a.Assigned))
	if p.Incremental() {
		w.work("revoked", assign.Work{Connectors: a.Revoked.Distinct().Connectors, Tasks: a.Revoked.Tasks})
		w.int32(int32(a.Delay.Milliseconds()))
	}
}

// hashedConnectors returns w with its connectors in the order of a HashSet of them, in which Java writes
// what is assigned; what is revoked it writes in order. Tasks keep theirs.
func hashedConnectors(w assign.Work) assign.Work {
	n := len(w.Connectors)
	if n == 0 {
		return w
	}
	out := assign.Work{Tasks: w.Tasks}
	for _, i := range java.HashMapOrderSized(w.Connectors, java.SetTableSize(n)) {
		out.Connectors = append(out.Connectors, w.Connectors[i])
	}
	return out
}

// ParseAssignment reads an assignment of any version.
//
// Ownership: the result keeps nothing of b. Errors: bytes that Java refuses too; what follows the
// last field is passed over, as there.
// Source: IncrementalCooperativeConnectProtocol.deserializeAssignment.
func ParseAssignment(b []byte) (*Assignment, error) {
	r := reader{b: b}
	a := r.assignment()
	if r.err != nil {
		return nil, fmt.Errorf("assignment: %w", r.err)
	}
	return a, nil
}

// assignment reads what write wrote. An assignment of version 0 is one whose last fields are missing.
func (r *reader) assignment() *Assignment {
	a := &Assignment{Protocol: r.version()}
	a.Error = r.int16("error")
	a.Leader = r.text("leader")
	a.LeaderURL = r.text("leader-url")
	a.Offset = r.int64("config-offset")
	if r.more() {
		a.Assigned = r.work("assignment")
	}
	if r.more() {
		a.Revoked = r.work("revoked")
	}
	if r.more() {
		a.Delay = time.Duration(r.int32("delay")) * time.Millisecond
	}
	return a
}

// connectorItself stands for the connector in its list of tasks.
const connectorItself = -1

// work writes connectors and their tasks, by connector in the order of first mention.
func (w *writer) work(field string, of assign.Work) {
	var names []string
	tasks := make(map[string][]int32, len(of.Connectors))
	add := func(name string, task int32) {
		if _, ok := tasks[name]; !ok {
			names = append(names, name)
		}
		tasks[name] = append(tasks[name], task)
	}
	for _, c := range of.Connectors {
		add(c, connectorItself)
	}
	for _, t := range of.Tasks {
		add(t.Connector, int32(t.Task))
	}
	w.int32(int32(len(names)))
	for _, name := range names {
		w.text(field, name)
		w.int32(int32(len(tasks[name])))
		for _, t := range tasks[name] {
			w.int32(t)
		}
	}
}

// entryBytesMin is an entry without a name and tasks; it bounds what a count may allocate.
const entryBytesMin = 6

func (r *reader) work(field string) assign.Work {
	var out assign.Work
	n := r.count(field, true)
	if n > 0 {
		out.Tasks = slices.Grow(out.Tasks, min(n, len(r.b)/entryBytesMin))
	}
	for range n {
		if r.err != nil {
			break
		}
		name := r.text(field)
		for range r.count(field, false) {
			switch task := r.int32(field); {
			case r.err != nil:
				return assign.Work{}
			case task == connectorItself:
				out.Connectors = append(out.Connectors, name)
			default:
				out.Tasks = append(out.Tasks, connectors.TaskID{Connector: name, Task: int(task)})
			}
		}
	}
	return out
}
