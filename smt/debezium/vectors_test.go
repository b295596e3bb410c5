package debezium

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

var rewrite = flag.Bool("rewrite", false, "ask the original for the answers in testdata anew; ORACLE_CLASSPATH has its jars")

// vector is a configuration with the original's answers: to configure, or to each record of the file
// records/NAME.jsonl.
type vector struct {
	Class   string            `json:"class"`
	Records string            `json:"records"`
	Config  map[string]string `json:"config"`
	Failure *failure          `json:"failure,omitempty"`
	Answers []json.RawMessage `json:"answers,omitempty"`
}

type failure struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func lines(t testing.TB, path string) (out []json.RawMessage) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if len(bytes.TrimSpace(line)) > 0 {
			out = append(out, bytes.TrimSpace(line))
		}
	}
	return out
}

func TestAnswersOfTheOriginal(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no vectors", err)
	}
	for _, file := range files {
		var vectors []*vector
		for _, line := range lines(t, file) {
			v := &vector{}
			if err := json.Unmarshal(line, v); err != nil {
				t.Fatal(file, err)
			}
			vectors = append(vectors, v)
		}
		if *rewrite {
			ask(t, vectors)
			writeVectors(t, file, vectors)
		}
		for _, v := range vectors {
			config, _ := json.Marshal(v.Config)
			t.Run(v.Class+string(config), func(t *testing.T) { v.run(t) })
		}
	}
}

// run compares one by one and, as batches, all records at once.
func (v *vector) run(t *testing.T) {
	tr, err := newOf(t, v.Class, v.Config)
	if v.Failure != nil {
		want := v.Failure.Type + ": " + v.Failure.Message
		if err == nil || !strings.HasPrefix(errorText(err), want) {
			t.Fatalf("want %s, got %v", want, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	all := tr.(*columnar.Transform)
	records := lines(t, "testdata/records/"+v.Records+".jsonl")
	if len(records) != len(v.Answers) {
		t.Fatalf("%d answers to %d records", len(v.Answers), len(records))
	}
	read := make([]smt.Record, len(records))
	want := make([]string, len(records))
	for i := range records {
		n, err := tagged.Parse(records[i])
		if err != nil {
			t.Fatal(err)
		}
		read[i] = readRecord(t, n)
		want[i] = answerText(t, v.Answers[i])
	}
	pool := batch.NewPool(mem.Checked(t))
	for i, r := range read {
		out, keep, err := one(t, all, pool, r)
		compareAnswer(t, i, want[i], out, keep, err)
	}
	for from := 0; from < len(read); {
		to := from + 1
		for to < len(read) && fits(read[from:to+1]) {
			to++
		}
		b := batchOf(t, pool, read[from:to])
		more, done := all.Columns(b)
		if !done {
			if more, err = all.Plain.Apply(b); err != nil {
				t.Fatal(err)
			}
		}
		got := outcomes(b, more)
		for i := range to - from {
			if w := want[from+i]; got[int32(i)] != w && !sameFailure(w, got[int32(i)]) {
				t.Errorf("record %d in a batch (columns %v):\nwant %s\n got %s", from+i, done, w, got[int32(i)])
			}
		}
		release(append(more, b))
		from = to
	}
}

func fits(records []smt.Record) bool {
	_, keys := sharedSchema(records, func(r smt.Record) (*batch.Schema, batch.Value) { return r.KeySchema, r.Key })
	_, values := sharedSchema(records, func(r smt.Record) (*batch.Schema, batch.Value) { return r.ValueSchema, r.Value })
	return keys && values
}

// one sends a record through the plain form.
func one(t *testing.T, tr *columnar.Transform, pool *batch.Pool, r smt.Record) (out string, keep bool, err error) {
	t.Helper()
	b := batchOf(t, pool, []smt.Record{r})
	more, err := tr.Plain.Apply(b)
	if err != nil {
		t.Fatal(err)
	}
	defer release(append(more, b))
	if b.Status.Any() {
		return "", false, b.Status.Errors()[0].Err
	}
	out, keep = outcomes(b, more)[0]
	return out, keep, nil
}

func compareAnswer(t *testing.T, i int, want, got string, keep bool, err error) {
	t.Helper()
	if err != nil {
		got = errorText(err)
	}
	if want != got && !sameFailure(want, got) {
		t.Errorf("record %d:\nwant %s\n got %s", i, want, got)
	}
	if keep != (got != "" && err == nil) {
		t.Errorf("record %d: kept %v", i, keep)
	}
}

// sameFailure says that both failed with one class, where the original's text is the virtual machine's:
// which helpful message a null pointer has depends on how it was compiled.
func sameFailure(want, got string) bool {
	for _, class := range []string{"NullPointerException: ", "ClassCastException: "} {
		if strings.HasPrefix(want, class) && strings.HasPrefix(got, class) {
			return true
		}
	}
	return false
}

func answerText(t *testing.T, answer json.RawMessage) string {
	t.Helper()
	n, err := tagged.Parse(answer)
	if err != nil {
		t.Fatal(err)
	}
	if n.IsNull() {
		return ""
	}
	if e := n.Get("error"); !e.Missing {
		return e.Get("type").Text + ": " + e.Get("message").Text
	}
	return recordText(readRecord(t, n))
}

// ask fills in the answers of the original.
func ask(t *testing.T, vectors []*vector) {
	t.Helper()
	var requests bytes.Buffer
	enc := json.NewEncoder(&requests)
	for i, v := range vectors {
		must(t, enc.Encode(map[string]any{"id": 2 * i, "op": "configure", "handle": "h" + string(rune('0'+i)), "kind": "transform", "class": classPrefix + v.Class, "config": v.Config}))
		must(t, enc.Encode(map[string]any{"id": 2*i + 1, "op": "applyBatch", "handles": []string{"h" + string(rune('0'+i))}, "records": lines(t, "testdata/records/"+v.Records+".jsonl")}))
	}
	cmd := exec.CommandContext(t.Context(), "../../e2e/oracle/run.sh")
	cmd.Stdin = &requests
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(bytes.NewReader(out))
	sc.Buffer(nil, 1<<26)
	for sc.Scan() {
		var a struct {
			ID    int      `json:"id"`
			Error *failure `json:"error"`
			OK    struct {
				Records []json.RawMessage `json:"records"`
			} `json:"ok"`
		}
		must(t, json.Unmarshal(sc.Bytes(), &a))
		v := vectors[a.ID/2]
		if a.ID%2 == 0 {
			v.Failure = a.Error
		} else if v.Answers = nil; v.Failure == nil {
			v.Answers = a.OK.Records
		}
	}
}

func writeVectors(t *testing.T, file string, vectors []*vector) {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, v := range vectors {
		must(t, enc.Encode(v))
	}
	must(t, os.WriteFile(file, out.Bytes(), 0o644))
}

func must(t testing.TB, err error) {
	if err != nil {
		t.Helper()
		t.Fatal(err)
	}
}

func release(list []*batch.Batch) {
	for _, b := range list {
		b.Release()
	}
}
