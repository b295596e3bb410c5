package history

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Types of events.
const (
	Guarantee = "guarantee" // Class: what the history is held to
	Emit      = "emit"      // a source task has made a record
	Send      = "send"      // the record of (Conn, SP, Seq) has its answer from the broker
	Txn       = "txn"       // the marker at (TP, Off) ends a transaction of PID; Op is commit or abort
	Offset    = "offset"    // (Conn, SP) or (Conn, TP) is committed up to Pos, the first that is not done
	Reset     = "reset"     // offsets of (Conn, SP) or (Conn, TP) were altered by hand
	Read      = "read"      // the auditor has found a record at (TP, Off)
	Put       = "put"       // a sink task was given the record at (TP, Off)
	Durable   = "durable"   // the target has it, under Key or in File
	DLQ       = "dlq"       // it is in the dead letter queue
	Filter    = "filter"    // it was dropped as the config says
	Tolerated = "tolerated" // it was dropped because errors are tolerated
	Told      = "told"      // a log or a metric tells of that
	Own       = "own"       // Process has begun or ended to work on SP, TP or Task; Op is start or stop
	Fault     = "fault"     // Kind was injected or healed; Op is start or stop
	Goal      = "goal"      // the stream is to reach Pos
	End       = "end"       // nobody looked further
)

// Event is one line. Which fields count depends on Type; the others are empty.
//
// An operation whose outcome is unknown is Outcome "info": it is evidence of nothing. An empty Outcome is "ok".
type Event struct {
	Type       string `json:"type"`
	Time       int64  `json:"time"` // nanoseconds of one clock that all processes share
	Process    string `json:"process,omitempty"`
	Generation int64  `json:"generation,omitempty"`
	Outcome    string `json:"outcome,omitempty"`
	Class      string `json:"class,omitempty"`
	SessionMs  int64  `json:"session_ms,omitempty"` // after which a process knows that it was replaced
	Op         string `json:"op,omitempty"`
	Kind       string `json:"kind,omitempty"`

	Conn string `json:"conn,omitempty"`
	Task int    `json:"task,omitempty"`
	SP   string `json:"sp,omitempty"` // source partition
	Seq  int64  `json:"seq,omitempty"`
	Pos  int64  `json:"pos,omitempty"`
	Unit string `json:"unit,omitempty"` // records that are visible together or not at all

	TP        string `json:"tp,omitempty"` // topic-partition
	Off       int64  `json:"off,omitempty"`
	Topic     string `json:"topic,omitempty"` // where an emitted record belongs
	CRC       string `json:"crc,omitempty"`
	Isolation string `json:"isolation,omitempty"`
	PID       int64  `json:"pid,omitempty"` // of the producer of a transaction; 0 is none
	Epoch     int16  `json:"epoch,omitempty"`
	Key       string `json:"key,omitempty"`
	File      string `json:"file,omitempty"`

	line int
}

// Outcomes of operations, and values of Op and Isolation.
const (
	outcomeFail, outcomeInfo        = "fail", "info"
	opStart, opStop                 = "start", "stop"
	opCommit, opAbort               = "commit", "abort"
	readUncommitted, readsCommitted = "read_uncommitted", "read_committed"
)

// required names the fields without which an event says nothing.
var required = map[string]func(*Event) string{
	Guarantee: func(e *Event) string {
		if _, err := ParseClass(e.Class); err != nil {
			return "class"
		}
		return ""
	},
	Emit: needsSource, Send: needsSource, Offset: needsStream, Reset: needsStream, Goal: needsStream,
	Filter: needsStream, Tolerated: needsStream, Told: needsStream, DLQ: needsStream,
	Put: needsTarget, Durable: needsTarget,
	Own:   func(e *Event) string { return cmp.Or(needs(e.Process, "process"), oneOf(e.Op, "op", opStart, opStop)) },
	Fault: func(e *Event) string { return cmp.Or(needs(e.Kind, "kind"), oneOf(e.Op, "op", opStart, opStop)) },
	Txn: func(e *Event) string {
		return cmp.Or(needs(e.TP, "tp"), oneOf(e.Op, "op", opCommit, opAbort))
	},
	Read: func(e *Event) string {
		return cmp.Or(needs(e.TP, "tp"), oneOf(e.Isolation, "isolation", readsCommitted, readUncommitted))
	},
	End: func(*Event) string { return "" },
}

func needs(value, field string) string {
	if value == "" {
		return field
	}
	return ""
}

func oneOf(value, field string, all ...string) string {
	if !slices.Contains(all, value) {
		return field
	}
	return ""
}

func needsSource(e *Event) string { return cmp.Or(needs(e.Conn, "conn"), needs(e.SP, "sp")) }
func needsTarget(e *Event) string { return cmp.Or(needs(e.Conn, "conn"), needs(e.TP, "tp")) }
func needsStream(e *Event) string { return cmp.Or(needs(e.Conn, "conn"), needs(e.SP+e.TP, "sp or tp")) }

// lineBytesMax bounds one event.
const lineBytesMax = 1 << 20

// Parse reads a history. The events come sorted by time; those of one time stay in the order of the text.
//
// Errors: a line that is no event, by its number. A last line without its end is passed over: its writer was killed.
func Parse(r io.Reader) ([]Event, error) {
	var all []Event
	in := bufio.NewReaderSize(r, 1<<16)
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(text) > lineBytesMax {
			return nil, fmt.Errorf("line %d: %d bytes, an event has at most %d", n, len(text), lineBytesMax)
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		e := Event{line: n}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		check := required[e.Type]
		if check == nil {
			return nil, fmt.Errorf("line %d: no event has the type %q", n, e.Type)
		}
		if field := check(&e); field != "" {
			return nil, fmt.Errorf("line %d: %s: %s is missing or has no value that is known", n, e.Type, field)
		}
		all = append(all, e)
	}
	sortByTime(all)
	return all, nil
}

func sortByTime(all []Event) {
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
}
