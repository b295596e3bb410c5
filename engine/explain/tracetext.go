package explain

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/config"
)

// WriteText shows what became of a record: the record, then a diff for each transform. n counts records.
func (t *Trace) WriteText(w io.Writer, n int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "record %d: %s\n", n, t.Record.place())
	if t.Start != nil {
		for _, l := range t.Start.lines() {
			fmt.Fprintf(&b, "    %s = %s\n", l.path, l.text)
		}
	}
	state := t.Start
	for _, s := range t.Steps {
		fmt.Fprintf(&b, "  %s (%s): %s\n", s.Alias, simpleName(s.Class), outcomeText(s.Outcome))
		if s.Outcome == Changed {
			for _, l := range schemaDiff(state, s.After) {
				b.WriteString("    " + l + "\n")
			}
			for _, l := range diff(state, s.After) {
				b.WriteString("    " + l + "\n")
			}
		}
		state = s.After
	}
	if t.Failure != nil {
		fmt.Fprintf(&b, "  failed: %s\n", t.Failure)
	}
	if t.Encoded != nil {
		fmt.Fprintf(&b, "  produced key:   %s\n  produced value: %s\n", textOfBytes(t.Encoded.Key), textOfBytes(t.Encoded.Value))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func outcomeText(o Outcome) string {
	switch o {
	case Skipped:
		return "not applied, its predicate says no"
	case Dropped:
		return "the record is dropped"
	}
	return string(o)
}

func (r *Record) place() string {
	if r.Partition == batch.NoPartition {
		return r.Topic
	}
	return fmt.Sprintf("%s-%d@%d", r.Topic, r.Partition, r.Offset)
}

// schemaDiff tells changes of schemas that the values do not show: from or to none.
func schemaDiff(a, b *State) (out []string) {
	for _, c := range []struct {
		side     string
		from, to *batch.Schema
	}{{"key", a.KeySchema, b.KeySchema}, {"value", a.ValueSchema, b.ValueSchema}} {
		if !c.from.Equal(c.to) && (c.from == nil || c.to == nil) {
			out = append(out, "- "+c.side+" schema: "+shownSchema(c.from), "+ "+c.side+" schema: "+shownSchema(c.to))
		}
	}
	return out
}

func shownSchema(s *batch.Schema) string {
	if s == nil {
		return "none"
	}
	return typeText(s)
}

// AppendJSON appends the trace as one JSON object. Keys and values are tagged, as the package tagged has
// them, so that no type is lost.
func (t *Trace) AppendJSON(dst []byte, n int) []byte {
	dst = append(dst, `{"record":`...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	if t.Start != nil {
		dst = t.Start.appendJSON(append(dst, `,"before":`...))
	}
	dst = append(dst, `,"steps":[`...)
	for i, s := range t.Steps {
		dst = tagged.AppendString(append(comma(dst, i), `{"transform":`...), s.Alias)
		dst = tagged.AppendString(append(dst, `,"class":`...), s.Class)
		dst = tagged.AppendString(append(dst, `,"outcome":`...), string(s.Outcome))
		if s.After != nil {
			dst = s.After.appendJSON(append(dst, `,"after":`...))
		}
		dst = append(dst, '}')
	}
	dst = append(dst, ']')
	if f := t.Failure; f != nil {
		dst = tagged.AppendString(append(dst, `,"failure":{"stage":`...), f.Stage)
		dst = tagged.AppendString(append(dst, `,"class":`...), f.Class)
		dst = tagged.AppendString(append(dst, `,"exception":`...), f.Java)
		dst = append(tagged.AppendString(append(dst, `,"text":`...), f.Text), '}')
	}
	if e := t.Encoded; e != nil {
		dst = appendBase64(append(dst, `,"produced":{"key":`...), e.Key)
		dst = append(appendBase64(append(dst, `,"value":`...), e.Value), '}')
	}
	return append(dst, '}')
}

func appendBase64(dst, b []byte) []byte {
	if b == nil {
		return append(dst, "null"...)
	}
	return append(base64.StdEncoding.AppendEncode(append(dst, `{"$base64":"`...), b), `"}`...)
}

func (s *State) appendJSON(dst []byte) []byte {
	dst = tagged.AppendString(append(dst, `{"topic":`...), s.Topic)
	if s.Partition != batch.NoPartition {
		dst = strconv.AppendInt(append(dst, `,"partition":`...), int64(s.Partition), 10)
	}
	if s.Timestamp != batch.NoTimestamp {
		dst = strconv.AppendInt(append(dst, `,"timestamp":`...), s.Timestamp, 10)
	}
	dst = appendTyped(append(dst, `,"key":`...), s.KeySchema, s.Key)
	dst = appendTyped(append(dst, `,"value":`...), s.ValueSchema, s.Value)
	dst = append(dst, `,"headers":[`...)
	for i, h := range s.Headers {
		dst = tagged.AppendString(append(comma(dst, i), `{"name":`...), h.Key)
		if !h.Decoded {
			dst = append(appendBase64(append(dst, `,"value":`...), h.Raw), '}')
			continue
		}
		typed := appendTyped(nil, h.Schema, h.Value)
		dst = append(append(dst, ','), typed[1:]...)
	}
	return append(dst, "]}"...)
}

func appendTyped(dst []byte, s *batch.Schema, v batch.Value) []byte {
	dst = tagged.AppendSchema(append(dst, `{"schema":`...), s)
	return append(tagged.AppendValue(append(dst, `,"value":`...), s, v), '}')
}

// masked is the text of a value in a listing: secrets are hidden.
func masked(key, value string, secret bool) string {
	if secret || config.LooksSecret(key) && !config.HasVariable(value) {
		return config.Hidden
	}
	return config.MaskText(value)
}
