package conformance_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/conformance"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/smt"
)

// plugins are converters of this project and a transform and predicate made for the test.
func plugins() plugin.Set {
	upper := func(r smt.Record) (smt.Record, bool, error) {
		switch {
		case r.Value.IsNull():
			return r, false, nil
		case r.Value.Tag() != batch.TagString:
			return r, true, codec.Data("no text")
		}
		r.Value = batch.StringValue(strings.ToUpper(r.Value.Str()))
		return r, true, nil
	}
	return plugin.Set{
		Converters: codec.NewSet(append(primitive.Classes(), header.Classes()...)...),
		Transforms: smt.NewSet(&smt.Class{Name: "t.Upper", Def: config.NewDef(), New: func(map[string]string, smt.Context) (smt.Transform, error) { return smt.Rows(upper, nil), nil }}),
		Predicates: smt.NewPredicateSet(&smt.Class{Name: "t.TopicA", Def: config.NewDef(), NewPredicate: func(map[string]string, smt.Context) (smt.Predicate, error) { return topicA{}, nil }}),
	}
}

// topicA holds for records of topic a.
type topicA struct{}

func (topicA) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	for r := range b.Rows() {
		if r.Topic() == "a" {
			yes = append(yes, r.Index())
		} else {
			no = append(no, r.Index())
		}
	}
	return yes, no, nil
}

func (topicA) Close() error { return nil }

// TestServe_Script holds requests (> lines) against answers (< lines).
func TestServe_Script(t *testing.T) {
	text, err := os.ReadFile("testdata/script.txt")
	if err != nil {
		t.Fatal(err)
	}
	var in, want strings.Builder
	for l := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(l, "> "):
			in.WriteString(l[2:])
		case strings.HasPrefix(l, "< "):
			want.WriteString(l[2:])
		}
	}
	var out strings.Builder
	opt := conformance.Options{Plugins: plugins(), Pool: batch.NewPool(mem.Checked(t)), Validate: func(_ context.Context, class string, config map[string]string) ([]byte, error) {
		return fmt.Appendf(nil, `{"name":%q,"n":%d}`, class, len(config)), nil
	}}
	if err := conformance.Serve(t.Context(), strings.NewReader(in.String()), &out, opt); err != nil {
		t.Fatal(err)
	}
	asked := bufio.NewScanner(strings.NewReader(in.String()))
	got, expected := bufio.NewScanner(strings.NewReader(out.String())), bufio.NewScanner(strings.NewReader(want.String()))
	n := 0
	for expected.Scan() {
		n++
		if !asked.Scan() || !got.Scan() {
			t.Fatalf("answer %d is missing, want %s", n, expected.Text())
		}
		if got.Text() != expected.Text() {
			t.Errorf("request %s\ngot    %s\nwant   %s", asked.Text(), got.Text(), expected.Text())
		}
	}
	if got.Scan() || n == 0 {
		t.Fatalf("%d answers expected, and then came %s", n, got.Text())
	}
}

func FuzzServe(f *testing.F) {
	f.Add(`{"id":1,"op":"configure","handle":"c","kind":"converter","class":"StringConverter","config":{}}`)
	f.Add(`{"id":1,"op":"toConnectBatch","handle":"c","topic":"t","items":["AA==",null]}`)
	f.Add(`{"id":1,"op":"applyBatch","handles":["u"],"records":[{"kind":"sink","topic":"a","partition":0,"offset":"1","key":{},"value":{"schema":null,"value":{"s":"x"}},"headers":[]}]}`)
	f.Fuzz(func(t *testing.T, line string) {
		const head = `{"id":1,"op":"configure","handle":"c","kind":"converter","class":"LongConverter"}` + "\n" +
			`{"id":2,"op":"configure","handle":"u","kind":"transform","class":"t.Upper"}` + "\n"
		line = strings.ReplaceAll(line, "\n", " ")
		var out strings.Builder
		if err := conformance.Serve(t.Context(), strings.NewReader(head+line), &out, conformance.Options{Plugins: plugins(), Pool: batch.NewPool(mem.Checked(t)),
			Validate: func(context.Context, string, map[string]string) ([]byte, error) { return []byte("{}"), nil }}); err != nil {
			t.Fatal(err)
		}
		want := 3
		if line == "" {
			want = 2
		}
		if n := strings.Count(out.String(), "\n"); n != want {
			t.Fatalf("%d answers to %d requests:\n%s", n, want, out.String())
		}
		if strings.Contains(out.String(), "panic:") {
			t.Fatal(out.String())
		}
	})
}
