package codectest_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/config"
)

// words is a converter of text that refuses rows with "!"; fault says what it does wrong.
type words struct {
	fault string
	calls int // of Decode and Encode
	pool  *mem.Pool
}

var text = batch.Of(batch.KindString, true)

func (w *words) NewDecoder() codec.Decoder { return w }
func (w *words) NewEncoder() codec.Encoder { return wordsEncoder{w} }
func (w *words) Close() error              { return nil }

func (w *words) Group(dst *batch.Batch, in *codec.Input, g *codec.Groups, status *batch.Status) error {
	g.N, g.Row = 1, nil
	if w.fault == "group fails" {
		return fmt.Errorf("no registry")
	}
	if w.fault == "two groups" {
		g.N, g.Row = 2, mem.Zeroed[int32](&dst.Arena, in.Values.Len())
		for i := range g.Row {
			g.Row[i] = int32(i & 1)
		}
	}
	return nil
}

func (w *words) Decode(dst *batch.Batch, in *codec.Input, _ int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	w.calls++
	n := in.Values.Len()
	c := dst.NewColumn(text, n)
	c.Bytes = in.Values
	failed := false
	for i := range n {
		if b, ok := in.Values.Get(i); ok && bytes.Contains(b, []byte("!")) && (sel == nil || contains(sel, i)) {
			status.Fail(int32(i), n, codec.Data("a word with !"))
			failed = true
		}
	}
	switch w.fault {
	case "bad row spoils others":
		if failed {
			c.Valid = mem.Zeroed[uint64](&dst.Arena, (n+63)/64)
		}
	case "state":
		if w.calls%2 == 0 && n > 0 {
			status.Fail(0, n, codec.Data("again"))
		}
	case "selection ignored":
		for i := range n {
			status.Fail(int32(i), n, codec.Data("bad"))
		}
	case "input written":
		if len(in.Values.Bufs[0]) > 4 {
			in.Values.Bufs[0][4] ^= 1
		}
	case "leak":
		w.pool = dst.Pool().Mem
		w.pool.Get(1)
	case "short column":
		return dst.NullColumn(n + 1), nil
	case "broken column":
		c.Views = mem.Alloc[batch.View](&dst.Arena, n)
		for i := range c.Views {
			c.Views[i] = batch.View{Pos: 1 << 20, Len: 1}
		}
		c.Valid = nil
	}
	return c, nil
}

func contains(sel batch.Selection, i int) bool {
	for _, r := range sel {
		if int(r) == i {
			return true
		}
	}
	return false
}

type wordsEncoder struct{ w *words }

func (e wordsEncoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	e.w.calls++
	n := out.Column.Len()
	for i := range n {
		if out.Sel != nil && !contains(out.Sel, i) && e.w.fault != "selection ignored" {
			continue
		}
		v := out.Column.Value(i)
		if v.IsNull() {
			continue
		}
		dst.Buf = append(dst.Buf, v.Str()...)
		if strings.Contains(v.Str(), "!") {
			status.Fail(int32(i), n, codec.Data("a word with !"))
			if e.w.fault != "bad row written" {
				dst.Undo()
				continue
			}
		}
		switch e.w.fault {
		case "constants wrong":
			if out.Column.Form() == batch.FormConstant {
				dst.Buf = append(dst.Buf, '?')
			}
		case "number of rows":
			dst.Buf = append(dst.Buf, byte('0'+n))
		case "state":
			dst.Buf = append(dst.Buf, byte(e.w.calls))
		case "unstable":
			dst.Buf = append(dst.Buf, '+')
		}
		dst.EndRow(i)
	}
	return nil
}

// recorder is a test that may fail.
type recorder struct {
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, a ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, a...))
}
func (r *recorder) Fatalf(format string, a ...any) {
	r.Errorf(format, a...)
	panic(r)
}

// run runs f as a test and returns its failures.
func run(f func(t codectest.TB)) (failures []string) {
	r := &recorder{}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		f(r)
	}()
	for _, c := range r.cleanups {
		c()
	}
	return r.failures
}

var rows = codectest.Rows{Raw: [][]byte{[]byte("one"), nil, []byte("t!"), []byte(""), []byte("three"), []byte("four")}}

func TestCheckDecoder_FindsFaults(t *testing.T) {
	for fault, want := range map[string]string{
		"": "", "two groups": "",
		"bad row spoils others": "alone", "state": "a second time", "selection ignored": "was not selected",
		"input written": "changed the bytes", "leak": "slab", "short column": "rows for", "broken column": "view", "group fails": "no registry",
	} {
		got := run(func(t codectest.TB) { codectest.CheckDecoder(t, &words{fault: fault}, rows) })
		if (want == "") != (len(got) == 0) || !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("fault %q: %q", fault, got)
		}
	}
	if got := codectest.CheckDecoder(t, &words{}, rows); got[2].Err == nil || got[4].Value.Str() != "three" || !got[1].Value.IsNull() {
		t.Errorf("decoded %v", got)
	}
}

func TestCheckEncoder_FindsFaults(t *testing.T) {
	plain := batchtest.Parse(t, mem.Checked(t), "@value string?\none\nnull\n\"t!\"\nfour\n")
	defer plain.Release()
	constant := plain.NewConstant(text, 3, batch.StringValue("c"))
	for fault, want := range map[string]string{
		"": "", "selection ignored": "selected: false", "bad row written": "was written", "constants wrong": "in plain form",
		"number of rows": "alone", "state": "a second time",
	} {
		got := run(func(t codectest.TB) {
			codectest.CheckEncoder(t, &words{fault: fault}, "t", plain.Value)
			codectest.CheckEncoder(t, &words{fault: fault}, "t", constant)
		})
		if (want == "") != (len(got) == 0) || !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("fault %q: %q", fault, got)
		}
	}
}

func TestCheckStable_FindsFaults(t *testing.T) {
	for fault, want := range map[string]string{"": "", "unstable": "read again"} {
		got := run(func(t codectest.TB) { codectest.CheckStable(t, &words{fault: fault}, rows) })
		if (want == "") != (len(got) == 0) || !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("fault %q: %q", fault, got)
		}
	}
}

func TestVectors_FindDifferences(t *testing.T) {
	class := &codec.Class{Name: "words", Def: config.NewDef(), New: func(map[string]string, bool, codec.Context) (codec.Converter, error) { return &words{}, nil }}
	const (
		read  = `{"op":"toConnect","topic":"t","plugins":[{"class":"words","config":{}}],"items":[{"bytes":"YQ=="}],"answers":[%s]}`
		write = `{"op":"fromConnect","topic":"t","plugins":[{"class":"words","config":{}}],"items":[{"schema":{"type":"string","optional":true},"value":{"s":"%s"}}],"answers":[%s]}`
	)
	for _, c := range []struct{ line, want string }{
		{fmt.Sprintf(read, `{"schema":{"type":"string","optional":true},"value":{"s":"a"}}`), ""},
		{fmt.Sprintf(read, `{"schema":{"type":"string"},"value":{"s":"a"}}`), "want a under string"},
		{fmt.Sprintf(read, `{"schema":{"type":"string","optional":true},"value":{"s":"b"}}`), "want b under string?"},
		{fmt.Sprintf(read, `{"error":{"type":"DataException","message":"m"}}`), "want error DataException: m"},
		{fmt.Sprintf(write, "a", `{"bytes":"YQ=="}`), ""},
		{fmt.Sprintf(write, "a", `{"bytes":"Yg=="}`), `want "b"`},
		{fmt.Sprintf(write, "a", `{"bytes":null}`), "became"},
		{fmt.Sprintf(write, "!", `{"error":{"type":"DataException","message":"a word with !"}}`), ""},
		{fmt.Sprintf(write, "!", `{"error":{"type":"DataException","message":"another"}}`), "another"},
		{fmt.Sprintf(write, "!", `{"error":{"type":"ConnectException","message":"a word with !"}}`), "ConnectException"},
		{`{"op":"toConnect","topic":"t","plugins":[{"class":"words","config":{}}],"setup":{"type":"ConfigException","message":"m"},"items":[]}`, "configured"},
		{`{"op":"apply","topic":"t","plugins":[{"class":"words","config":{}}],"items":[],"answers":[]}`, "unknown operation"},
		{`{"op":"toConnect","topic":"t","plugins":[],"items":[]}`, "0 plugins"},
		{`{"op":"toConnect","topic":"t","plugins":[{"class":"words"}],"items":[{}],"answers":[]}`, "1 items and 0 answers"},
		{fmt.Sprintf(write, "a", `{"bytes":"?"}`), "illegal base64"},
		{`{`, "not JSON"},
	} {
		path := filepath.Join(t.TempDir(), "v.jsonl")
		if err := os.WriteFile(path, []byte("{\"answers-of\":{}}\n"+c.line+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		got := run(func(t codectest.TB) {
			for _, v := range codectest.ReadVectors(t, path) {
				v.Run(t, class, nil)
			}
		})
		if (c.want == "") != (len(got) == 0) || !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s: %q", c.line, got)
		}
	}
}
