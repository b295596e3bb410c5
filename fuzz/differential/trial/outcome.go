package trial

import (
	"encoding/base64"
	"fmt"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// Failure is an exception: the simple name of its Java class, and its message.
type Failure struct{ Type, Message string }

// InvalidRequest is the type of a failure that is the client's fault: no original class was asked.
const InvalidRequest = "InvalidRequest"

// Answer is the result of one item: a failure, or what the operation gives.
type Answer struct {
	Failure *Failure
	Bytes   []byte           // nil: null
	Data    protocol.Typed   // toConnect, toConnectHeader, parseValue
	Record  *protocol.Record // apply; nil: dropped
	Truth   bool             // test
}

// Outcome is the result of a trial. When a plugin could not be configured, Setup holds its failure and Items is empty.
type Outcome struct {
	Setup  *Failure
	Plugin int // the first plugin that failed, where Setup is set
	Items  []Answer
}

// ReadOutcome reads the lines that answered the trial's requests, whose ids count up from id.
//
// Errors: an answer that is not of the protocol, or of another id.
func (t *Trial) ReadOutcome(lines [][]byte, id int64) (Outcome, error) {
	out := Outcome{}
	nodes := make([]protocol.Node, len(lines))
	for i := range lines {
		n, err := protocol.Parse(lines[i])
		if err != nil {
			return out, fmt.Errorf("answer %.200q: %w", lines[i], err)
		}
		if got := n.Get("id").Text; got != fmt.Sprint(id+int64(i)) {
			return out, fmt.Errorf("answer has id %q, want %d: %.200q", got, id+int64(i), lines[i])
		}
		nodes[i] = n
	}
	for i := range t.Plugins {
		if nodes[i].Has("error") {
			out.Setup, out.Plugin = readFailure(nodes[i].Get("error")), i
			return out, nil
		}
	}
	body := nodes[len(t.Plugins) : len(nodes)-len(t.Plugins)]
	if t.Batch {
		return t.readBatch(&body[0])
	}
	for i := range body {
		var a Answer
		if body[i].Has("error") {
			a.Failure = readFailure(body[i].Get("error"))
		} else if err := t.readAnswer(&a, body[i].Get("ok"), true); err != nil {
			return out, fmt.Errorf("answer %.200q: %w", lines[len(t.Plugins)+i], err)
		}
		out.Items = append(out.Items, a)
	}
	return out, nil
}

func (t *Trial) readBatch(n *protocol.Node) (Outcome, error) {
	out := Outcome{}
	if n.Has("error") {
		f := readFailure(n.Get("error"))
		for range t.Items {
			out.Items = append(out.Items, Answer{Failure: f})
		}
		return out, nil
	}
	member := "items"
	if t.Op == Apply {
		member = "records"
	}
	items := n.Get("ok").Get(member).Items
	if len(items) != len(t.Items) {
		return out, fmt.Errorf("batch of %d items answered with %d", len(t.Items), len(items))
	}
	for i := range items {
		var a Answer
		if items[i].Has("error") {
			a.Failure = readFailure(items[i].Get("error"))
		} else if err := t.readAnswer(&a, &items[i], false); err != nil {
			return out, fmt.Errorf("answer to item %d: %w", i, err)
		}
		out.Items = append(out.Items, a)
	}
	return out, nil
}

func readFailure(n *protocol.Node) *Failure {
	return &Failure{n.Get("type").Text, n.Get("message").Text}
}

// readAnswer reads the body of an "ok"; a record stands under "record" only where it was asked singly.
func (t *Trial) readAnswer(a *Answer, ok *protocol.Node, single bool) (err error) {
	switch t.Op {
	case FromConnect, FromConnectHeader:
		b := ok.Get("bytes")
		if b.Kind == protocol.NullNode {
			return nil
		}
		a.Bytes, err = base64.StdEncoding.DecodeString(b.Text)
		if a.Bytes == nil {
			a.Bytes = []byte{}
		}
	case Test:
		a.Truth = ok.Get("value").Bool
	case Apply:
		if single {
			ok = ok.Get("record")
		}
		if ok.Kind != protocol.NullNode {
			a.Record, err = protocol.ReadRecord(ok)
		}
	default:
		a.Data, err = protocol.ReadTyped(ok)
	}
	return err
}
