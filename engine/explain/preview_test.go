package explain

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// golden compares got with a file, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

func testRecords(t *testing.T, path string) []*Record {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := ReadRecords(bytes.NewReader(text), filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func testRunner(t *testing.T, s *Subject) *Runner {
	t.Helper()
	r, err := NewRunner(t.Context(), s.Worker, batch.NewPool(mem.Checked(t)), s.File.Map())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Each folder of testdata/preview is a config with records: what preview and explain print of them.
func TestPreview(t *testing.T) {
	dirs, _ := filepath.Glob("testdata/preview/*")
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, "connector.json"))
			if err != nil {
				t.Fatal(err)
			}
			s := testSubject(t, ParseFile("connector.json", text), false)
			records := testRecords(t, filepath.Join(dir, "records.jsonl"))
			r := testRunner(t, s)
			var shown, machine bytes.Buffer
			for i, rec := range records {
				tr, err := r.Run(t.Context(), rec)
				if err != nil {
					t.Fatal(err)
				}
				if err := tr.WriteText(&shown, i+1); err != nil {
					t.Fatal(err)
				}
				machine.Write(append(tr.AppendJSON(nil, i+1), '\n'))
			}
			golden(t, filepath.Join(dir, "want.txt"), shown.Bytes())
			golden(t, filepath.Join(dir, "want.jsonl"), machine.Bytes())

			report := Report{File: "connector.json", Chain: s.Chain()}
			if report.Findings, err = s.Lint(t.Context()); err != nil {
				t.Fatal(err)
			}
			if report.Config, err = s.Config(t.Context()); err != nil {
				t.Fatal(err)
			}
			if report.Sample, err = r.Sample(t.Context(), records); err != nil {
				t.Fatal(err)
			}
			var explained bytes.Buffer
			if err := report.WriteText(&explained); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join(dir, "want.explain.txt"), explained.Bytes())
		})
	}
}

// A record that no bytes of the converter can be makes an error that names the member.
func TestRun_RecordWithoutBytes(t *testing.T) {
	s := testSubject(t, ParseFile("c.json", []byte(`{"name":"n","connector.class":"BlackholeSink","topics":"t",
		"key.converter":"org.apache.kafka.connect.converters.IntegerConverter","value.converter":"org.apache.kafka.connect.converters.BooleanConverter"}`)), false)
	r := testRunner(t, s)
	for line, want := range map[string]string{
		`{"key":"a"}`:           "key: IntegerConverter needs a number",
		`{"key":3000000000}`:    "key: ",
		`{"value":1}`:           "value: BooleanConverter needs true or false",
		`{"key":{"a":1}}`:       "key: IntegerConverter needs a number",
		`{"value":{"a":"b"}}`:   "value: BooleanConverter needs true or false",
		`{"key":1,"value":"t"}`: "value: BooleanConverter needs true or false",
	} {
		list, err := ReadRecords(strings.NewReader(line), "r")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = r.Run(t.Context(), list[0]); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

func TestReadRecords_Errors(t *testing.T) {
	for text, want := range map[string]string{
		"{}\n{":                             "r:2: not a JSON object: ",
		"[]":                                "r:1: a record is a JSON object",
		`{"topics":"t"}`:                    "r:1: topics: a record has no such member",
		`{"topic":1}`:                       "r:1: topic: a topic is a text",
		`{"partition":"x"}`:                 "r:1: partition: ",
		`{"value":{"$base64":"?"}}`:         "r:1: value: illegal base64",
		`{"headers":1}`:                     "r:1: headers: headers are an object",
		`{"headers":[{"key":"a"}]}`:         "r:1: headers: headers in an array",
		`{"headers":{"a":{"$base64":"?"}}}`: "r:1: headers: a: illegal base64",
	} {
		_, err := ReadRecords(strings.NewReader(text), "r")
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
