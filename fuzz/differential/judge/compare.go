package judge

import (
	"bytes"
	"fmt"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// Difference is one place where two outcomes disagree.
type Difference struct {
	Item      int    // position in the trial; Setup for the configuration
	Part      string // what differs: "error type", "bytes", "schema", "value", "record topic", ...
	Want, Got string // as text, whole
}

// Setup is the item of a difference in configuring the plugins.
const Setup = -1

func (d Difference) String() string {
	at := "configuration"
	if d.Item != Setup {
		at = fmt.Sprintf("item %d", d.Item)
	}
	return fmt.Sprintf("%s: %s\n  original: %s\n  subject:  %s", at, d.Part, shorten(d.Want), shorten(d.Got))
}

// Report is the result of a comparison.
type Report struct {
	Differences []Difference
	Messages    []Difference // same class of error, other text: told, not counted
	Invalid     int          // items that the original refused as no valid request
	Failures    int          // items that the original answered with an error
}

// Compare lists where the subject's outcome differs from the original's.
func Compare(t *trial.Trial, want, got trial.Outcome) Report {
	var r Report
	if want.Setup != nil || got.Setup != nil {
		if want.Setup != nil && want.Setup.Type == trial.InvalidRequest {
			r.Invalid = len(t.Items)
			return r
		}
		r.failure(Setup, want.Setup, got.Setup)
		return r
	}
	for i := range want.Items {
		r.item(t.Op, i, &want.Items[i], &got.Items[i])
	}
	return r
}

func (r *Report) add(item int, part string, want, got []byte) {
	if !bytes.Equal(want, got) {
		r.Differences = append(r.Differences, Difference{item, part, string(want), string(got)})
	}
}

const shownBytes = 2000

func shorten(text string) string {
	if len(text) > shownBytes {
		return text[:shownBytes] + "..."
	}
	return text
}

// failure compares two failures, either of which may be nil; it reports whether one is not.
func (r *Report) failure(item int, want, got *trial.Failure) bool {
	if want == nil && got == nil {
		return false
	}
	if want != nil && got != nil && want.Type == got.Type {
		if want.Message != got.Message {
			r.Messages = append(r.Messages, Difference{item, "message of " + want.Type, want.Message, got.Message})
		}
		return true
	}
	r.Differences = append(r.Differences, Difference{item, "error type", failureText(want), failureText(got)})
	return true
}

func failureText(f *trial.Failure) string {
	if f == nil {
		return "no error"
	}
	return f.Type + ": " + f.Message
}

func (r *Report) item(op trial.Op, i int, want, got *trial.Answer) {
	if want.Failure != nil && want.Failure.Type == trial.InvalidRequest {
		r.Invalid++
		return
	}
	if want.Failure != nil {
		r.Failures++
	}
	if (want.Failure == nil) != (got.Failure == nil) {
		w, g := failureText(want.Failure), failureText(got.Failure)
		if want.Failure == nil {
			w = string(appendResult(nil, op, want))
		} else {
			g = string(appendResult(nil, op, got))
		}
		r.Differences = append(r.Differences, Difference{i, "error type", w, g})
		return
	}
	if r.failure(i, want.Failure, got.Failure) {
		return
	}
	switch op {
	case trial.FromConnect, trial.FromConnectHeader:
		if (want.Bytes == nil) != (got.Bytes == nil) || !bytes.Equal(want.Bytes, got.Bytes) {
			r.add(i, "bytes", appendResult(nil, op, want), appendResult(nil, op, got))
		}
	case trial.Test:
		r.add(i, "truth", appendResult(nil, op, want), appendResult(nil, op, got))
	case trial.Apply:
		r.record(i, want.Record, got.Record)
	default:
		r.typed(i, "", want.Data, got.Data)
	}
}

func appendResult(dst []byte, op trial.Op, a *trial.Answer) []byte {
	switch op {
	case trial.FromConnect, trial.FromConnectHeader:
		if a.Bytes == nil {
			return append(dst, "null"...)
		}
		return fmt.Appendf(dst, "%q", a.Bytes)
	case trial.Test:
		return fmt.Append(dst, a.Truth)
	case trial.Apply:
		if a.Record == nil {
			return append(dst, "dropped"...)
		}
		return protocol.AppendRecord(dst, a.Record)
	}
	return protocol.AppendTyped(dst, a.Data)
}

func (r *Report) typed(item int, part string, want, got protocol.Typed) {
	if bytes.Equal(protocol.AppendTyped(nil, want), protocol.AppendTyped(nil, got)) {
		return
	}
	w, g := canonicalTyped(want), canonicalTyped(got)
	if bytes.Equal(w, g) {
		return
	}
	ws, gs := protocol.AppendSchema(nil, canonicalSchema(want.Schema)), protocol.AppendSchema(nil, canonicalSchema(got.Schema))
	if !bytes.Equal(ws, gs) {
		r.add(item, part+"schema", ws, gs)
		return
	}
	r.add(item, part+"value", w, g)
}

func (r *Report) record(i int, want, got *protocol.Record) {
	if want == nil || got == nil {
		if want != got {
			r.add(i, "record dropped", appendResult(nil, trial.Apply, &trial.Answer{Record: want}), appendResult(nil, trial.Apply, &trial.Answer{Record: got}))
		}
		return
	}
	r.add(i, "record coordinates", coordinates(want), coordinates(got))
	r.typed(i, "record key ", want.Key, got.Key)
	r.typed(i, "record value ", want.Value, got.Value)
	if len(want.Headers) != len(got.Headers) {
		r.add(i, "record headers", headerNames(want), headerNames(got))
		return
	}
	for h := range want.Headers {
		r.add(i, "record header name", []byte(want.Headers[h].Name), []byte(got.Headers[h].Name))
		r.typed(i, "record header ", want.Headers[h].Typed, got.Headers[h].Typed)
	}
}

// coordinates is the record without key, value and headers.
func coordinates(r *protocol.Record) []byte {
	c := *r
	c.Key, c.Value, c.Headers = protocol.Typed{}, protocol.Typed{}, nil
	c.SourcePartition, c.SourceOffset = canonicalValue(nil, c.SourcePartition), canonicalValue(nil, c.SourceOffset)
	return protocol.AppendRecord(nil, &c)
}

func headerNames(r *protocol.Record) []byte {
	var names []byte
	for _, h := range r.Headers {
		names = append(protocol.AppendString(names, h.Name), ' ')
	}
	return names
}
