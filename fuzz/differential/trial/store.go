package trial

import (
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// AppendStored appends the trial with its outcome as one line of JSON, without a newline: the form of the corpus.
func AppendStored(dst []byte, t *Trial, out Outcome) []byte {
	dst = protocol.AppendString(append(dst, `{"kind":`...), t.Kind)
	dst = protocol.AppendString(append(dst, `,"op":`...), string(t.Op))
	dst = strconv.AppendBool(append(dst, `,"batch":`...), t.Batch)
	dst = protocol.AppendString(append(dst, `,"topic":`...), t.Topic)
	dst = append(dst, `,"plugins":[`...)
	for i := range t.Plugins {
		if i > 0 {
			dst = append(dst, ',')
		}
		p := &t.Plugins[i]
		dst = appendPlugin(append(dst, '{'), p)
		if p.Predicate > 0 {
			dst = strconv.AppendInt(append(dst, `,"predicate":`...), int64(p.Predicate), 10)
			dst = strconv.AppendBool(append(dst, `,"negate":`...), p.Negate)
		}
		dst = append(dst, '}')
	}
	dst = append(dst, `],"items":[`...)
	for i := range t.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(t.appendItem(append(dst, '{'), &t.Items[i], true), '}')
	}
	dst = append(dst, `]`...)
	if out.Setup != nil {
		dst = strconv.AppendInt(append(dst, `,"plugin":`...), int64(out.Plugin), 10)
		return append(appendFailure(append(dst, `,"setup":`...), out.Setup), '}')
	}
	dst = append(dst, `,"answers":[`...)
	for i := range out.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = t.appendAnswer(dst, &out.Items[i])
	}
	return append(dst, "]}"...)
}

func appendFailure(dst []byte, f *Failure) []byte {
	dst = protocol.AppendString(append(dst, `{"type":`...), f.Type)
	return append(protocol.AppendString(append(dst, `,"message":`...), f.Message), '}')
}

func (t *Trial) appendAnswer(dst []byte, a *Answer) []byte {
	if a.Failure != nil {
		return append(appendFailure(append(dst, `{"error":`...), a.Failure), '}')
	}
	switch t.Op {
	case FromConnect, FromConnectHeader:
		return append(appendBytes(append(dst, `{"bytes":`...), a.Bytes), '}')
	case Test:
		return append(strconv.AppendBool(append(dst, `{"value":`...), a.Truth), '}')
	case Apply:
		if a.Record == nil {
			return append(dst, `{"record":null}`...)
		}
		return append(protocol.AppendRecord(append(dst, `{"record":`...), a.Record), '}')
	}
	return append(protocol.AppendTyped(append(dst, '{'), a.Data), '}')
}

// ReadStored reads a line of the corpus.
func ReadStored(line []byte) (*Trial, Outcome, error) {
	out := Outcome{}
	n, err := protocol.Parse(line)
	if err != nil {
		return nil, out, err
	}
	t := &Trial{Kind: n.Get("kind").Text, Op: Op(n.Get("op").Text), Batch: n.Get("batch").Bool, Topic: n.Get("topic").Text}
	plugins := n.Get("plugins").Items
	for i := range plugins {
		p := Plugin{Kind: plugins[i].Get("kind").Text, Class: plugins[i].Get("class").Text, IsKey: plugins[i].Get("isKey").Bool, Negate: plugins[i].Get("negate").Bool}
		for _, m := range plugins[i].Get("config").Members {
			p.Config = append(p.Config, protocol.Pair{Key: m.Name, Text: m.Value.Text})
		}
		if at := plugins[i].Get("predicate"); at.Kind == protocol.NumberNode {
			p.Predicate, err = strconv.Atoi(at.Text)
			if err != nil || p.Predicate > len(plugins) {
				return nil, out, fmt.Errorf("plugin %d: bad predicate %q", i, at.Text)
			}
		}
		t.Plugins = append(t.Plugins, p)
	}
	items := n.Get("items").Items
	for i := range items {
		it, err := t.readItem(&items[i])
		if err != nil {
			return nil, out, fmt.Errorf("item %d: %w", i, err)
		}
		t.Items = append(t.Items, it)
	}
	if n.Has("setup") {
		out.Setup = readFailure(n.Get("setup"))
		out.Plugin, err = strconv.Atoi(n.Get("plugin").Text)
		return t, out, err
	}
	answers := n.Get("answers").Items
	if len(answers) != len(items) {
		return nil, out, fmt.Errorf("%d items, %d answers", len(items), len(answers))
	}
	for i := range answers {
		var a Answer
		if answers[i].Has("error") {
			a.Failure = readFailure(answers[i].Get("error"))
		} else if err := t.readAnswer(&a, &answers[i], true); err != nil {
			return nil, out, fmt.Errorf("answer %d: %w", i, err)
		}
		out.Items = append(out.Items, a)
	}
	return t, out, nil
}

func (t *Trial) readItem(n *protocol.Node) (it Item, err error) {
	switch t.Op {
	case ToConnect, ToConnectHeader:
		if b := n.Get("bytes"); b.Kind == protocol.StringNode {
			if it.Bytes, err = base64.StdEncoding.DecodeString(b.Text); it.Bytes == nil {
				it.Bytes = []byte{}
			}
		}
	case FromConnect, FromConnectHeader:
		it.Data, err = protocol.ReadTyped(n)
	case ParseValue:
		it.Text = n.Get("text").Text
	case Apply, Test:
		it.Record, err = protocol.ReadRecord(n.Get("record"))
	default:
		err = fmt.Errorf("unknown operation %q", t.Op)
	}
	return it, err
}
