package stage

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/smt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a converter whose bytes say what happens: the first letter is the schema's name, "x" fails
// while schemas are looked for, "y" while decoding or encoding, "?" fails retriably a number of times.
type script struct {
	failures map[string]int // text -> retriable failures left
	outage   int            // retriable failures left of whole batches
	broken   error          // fails every batch
	calls    int
}

func (s *script) NewDecoder() codec.Decoder { return &decoder{s: s} }
func (s *script) NewEncoder() codec.Encoder { return s }
func (s *script) Close() error              { return nil }

// row returns the error of one row.
func (s *script) row(text string, letter byte) error {
	switch {
	case text == "":
	case text[0] == letter:
		return codec.Data("%s", text)
	case text[0] == '?' && s.failures[text] > 0:
		s.failures[text]--
		return connectors.Retriable(errors.New("again " + text))
	}
	return nil
}

func (s *script) all() error {
	s.calls++
	if s.outage > 0 {
		s.outage--
		return connectors.Retriable(errors.New("outage"))
	}
	return s.broken
}

type decoder struct {
	s       *script
	letters []byte
}

// Group implements codec.Decoder.
func (d *decoder) Group(dst *batch.Batch, in *codec.Input, g *codec.Groups, status *batch.Status) error {
	if err := d.s.all(); err != nil {
		return err
	}
	n := len(in.Values.Views)
	g.Row = mem.Alloc[int32](&dst.Arena, n)
	d.letters = d.letters[:0]
	var nulls []int32
	each := func(i int32) {
		g.Row[i] = -1
		v, ok := in.Values.Get(int(i))
		if !ok || len(v) == 0 {
			nulls = append(nulls, i)
			return
		}
		if err := d.s.row(string(v), 'x'); err != nil {
			status.Fail(i, n, err)
			return
		}
		k := bytes.IndexByte(d.letters, v[0])
		if k < 0 {
			k = len(d.letters)
			d.letters = append(d.letters, v[0])
		}
		g.Row[i] = int32(k)
	}
	if in.Sel == nil {
		for i := range int32(n) {
			each(i)
		}
	} else {
		for _, i := range in.Sel {
			each(i)
		}
	}
	g.N = int32(len(d.letters))
	for _, i := range nulls {
		g.Row[i] = 0
	}
	return nil
}

// Decode implements codec.Decoder.
func (d *decoder) Decode(dst *batch.Batch, in *codec.Input, group int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	n := len(in.Values.Views)
	cb := batch.NewColumnBuilder(schemaOf(d.letters[group]), false)
	for i := range int32(n) {
		v, ok := in.Values.Get(int(i))
		live := sel == nil || slices.Contains(sel, i)
		if !live || !ok || len(v) == 0 {
			cb.AppendNulls(1)
			continue
		}
		if v[0] == 'y' {
			status.Fail(i, n, codec.Data("%s", v))
			cb.AppendNulls(1)
			continue
		}
		if err := cb.Append(batch.StringValue(string(v))); err != nil {
			return nil, err
		}
	}
	return cb.Finish(dst), nil
}

// Encode implements codec.Encoder: the value's text; null as null bytes.
func (s *script) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	if err := s.all(); err != nil {
		return err
	}
	n := out.Column.Len()
	for i := range int32(n) {
		if out.Sel != nil && !slices.Contains(out.Sel, i) {
			continue
		}
		v := out.Column.Value(int(i))
		if v.IsNull() {
			continue
		}
		dst.Buf = append(dst.Buf, "part of a row that may fail"...)
		err := s.row(v.Str(), 'y')
		if err != nil {
			dst.Undo()
			status.Fail(i, n, err)
			continue
		}
		dst.Undo()
		dst.Buf = append(dst.Buf, v.Str()...)
		dst.EndRow(int(i))
	}
	return nil
}

// schemaOf is an optional string under the letter's name.
func schemaOf(letter byte) *batch.Schema {
	return batch.NewSchema(batch.KindString).Optional(true).Name(string(letter)).Build()
}

// headers is a header converter: text to text, "bad" fails.
type headers struct{ again int }

func (h *headers) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	if raw == nil {
		return nil, batch.Null(), nil
	}
	if h.again > 0 {
		h.again--
		return nil, batch.Null(), connectors.Retriable(errors.New("again"))
	}
	if string(raw) == "bad" {
		return nil, batch.Null(), codec.Data("bad header")
	}
	return batch.Of(batch.KindString, true), batch.StringValue(strings.ToUpper(string(raw))), nil
}

func (h *headers) FromConnect(dst []byte, _, _ string, _ *batch.Schema, v batch.Value) ([]byte, bool, error) {
	if v.IsNull() {
		return dst, true, nil
	}
	if h.again > 0 {
		h.again--
		return nil, false, connectors.Retriable(errors.New("again"))
	}
	if v.Str() == "BAD" {
		return nil, false, codec.Data("bad header")
	}
	return append(dst, strings.ToLower(v.Str())...), false, nil
}

func (h *headers) Close() error { return nil }

// rec is one record of a test; nil is null.
type rec struct {
	key, value any
	headers    []string
}

// raw makes a consumed batch.
func raw(pool *batch.Pool, list []rec) *batch.Batch {
	b := pool.New(len(list))
	b.Topics, b.Origin = batch.OneTopic("t"), batch.Origin{Topic: "t"}
	b.Offsets = mem.Alloc[int64](&b.Arena, len(list))
	side := func(of func(rec) any) batch.Bytes {
		var bb batch.BytesBuilder
		bb.Pool = pool.Mem
		bb.Reset(&b.Arena, len(list), 16)
		for i, r := range list {
			if s, ok := of(r).(string); ok {
				bb.Buf = append(bb.Buf, s...)
				bb.EndRow(i)
			}
		}
		out, slab := bb.Finish()
		if slab != nil {
			b.Arena.Adopt(slab)
		}
		return out
	}
	b.RawKey, b.RawValue = side(func(r rec) any { return r.key }), side(func(r rec) any { return r.value })
	any := false
	for i := range list {
		b.Offsets[i] = int64(i)
		any = any || list[i].headers != nil
	}
	if any {
		b.Headers.Offsets = mem.Alloc[int32](&b.Arena, len(list)+1)
		for i, r := range list {
			b.Headers.Offsets[i] = int32(len(b.Headers.Entries))
			for _, h := range r.headers {
				b.Headers.Entries = append(b.Headers.Entries, batch.Header{Key: "h", Raw: []byte(h)})
			}
		}
		b.Headers.Offsets[len(list)] = int32(len(b.Headers.Entries))
	}
	return b
}

// outcome is what became of a row.
type outcome struct {
	row  int
	text string
}

// live is the rows of batches in the order in which a plugin sees them.
func live(t testing.TB, list []*batch.Batch) (out []outcome) {
	t.Helper()
	for _, b := range list {
		if b.Live() == 0 {
			t.Error("a batch without rows")
		}
		if b.Status.Any() {
			t.Error("failed rows left in a batch's status")
		}
		for r := range b.Rows() {
			text := fmt.Sprintf("%s=%s", show(r.KeySchema(), r.Key()), show(r.ValueSchema(), r.Value()))
			for _, h := range r.Headers() {
				text += " " + h.Key + ":" + h.Value.Str()
			}
			out = append(out, outcome{int(r.Index()), text})
		}
	}
	return out
}

func show(s *batch.Schema, v batch.Value) string {
	if v.IsNull() {
		return "null"
	}
	return s.Name() + "/" + v.Str()
}

// failures is the failed rows, by row.
func failures(list []errant.RowError) (out []outcome) {
	for _, e := range list {
		out = append(out, outcome{int(e.Row), e.Stage.String() + " " + e.Class + ": " + errant.Message(e.Err)})
	}
	slices.SortFunc(out, func(a, b outcome) int { return a.row - b.row })
	return out
}

// step makes a step of a function over records.
func step(class string, apply func(smt.Record) (smt.Record, bool, error)) Step {
	return Step{Alias: class, Class: class, Transform: smt.Rows(apply, nil)}
}

// having is a predicate: the value's text has a letter. "z" fails.
type having struct{ letter string }

func (p having) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	for r := range b.Rows() {
		switch text := r.Value().Str(); {
		case strings.Contains(text, "z"):
			b.Status.Fail(r.Index(), b.Len(), codec.Data("predicate"))
		case strings.Contains(text, p.letter):
			yes = append(yes, r.Index())
		default:
			no = append(no, r.Index())
		}
	}
	return yes, no, nil
}

func (having) Close() error { return nil }
