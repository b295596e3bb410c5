//go:build differential || soak

package differential_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/peer"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// failInvalid is the key of validation.
const failInvalid = "json.fail.invalid.schema"

// readFormat is the format of a kind in the registry.
var readFormat = map[string]string{"avro": "AVRO", "protobuf": "PROTOBUF", generate.JSONSchema: "JSON"}

// readAgain compares what the converters of a kind, or of a flow of it, read and write with what packages of other people make of the same bytes: readers/.
// For JSON Schema it is whether a text is valid. cases is how many rows of each direction they are to judge.
func readAgain(t *testing.T, kind string, cases int, seed uint64) {
	t.Helper()
	flows, err := generate.Flows(kind)
	if err != nil {
		t.Fatal(err)
	}
	python, err := harness.Python(filepath.Join("readers", "requirements.txt"))
	harness.Need(t, err, "our bytes as others read them")
	ours, schemas := subject(t)
	others := startReaders(t, python)
	for _, f := range flows {
		t.Run(string(f.Direction), func(t *testing.T) {
			a := again{ours: ours, schemas: schemas, others: others, left: map[string]int{}}
			for i := uint64(0); a.judged < cases; i++ {
				if i > uint64(cases) {
					t.Fatalf("of %d trials only %d rows could be judged: %v", i, a.judged, a.left)
				}
				tr := f.Whole(seed, i)
				if a.trial(t, tr); t.Failed() {
					t.Fatalf("seed %d, trial %d: %.3000s", seed, i, trial.AppendStored(nil, tr, trial.Outcome{}))
				}
			}
			t.Logf("seed %d: %d rows are the same, %d written by the other and read again; left: %v", seed, a.judged, a.reread, a.left)
		})
	}
}

// again is one comparison of all.
type again struct {
	ours    *peer.Peer
	schemas *codectest.Schemas
	others  *readers
	judged  int // rows that the other reader agreed on
	reread  int
	left    map[string]int // what it could not judge, and why
}

// row is what the readers are asked of a record, and verdict what they say.
type (
	row struct {
		Payload []byte          `json:"payload"`
		Data    json.RawMessage `json:"data,omitempty"`
		at      int             // in the trial
	}
	verdict struct {
		Is, Why string
		Bytes   []byte
	}
)

// trial puts one trial to both.
func (a *again) trial(t *testing.T, tr *trial.Trial) {
	tr.Plugins[0].Config = plainConfig(tr.Kind, tr.Plugins[0].Config)
	out := a.ask(t, tr)
	if out.Setup != nil {
		t.Fatalf("the converter is refused: %v", out.Setup)
	}
	for text, rows := range a.rows(t, tr, out) {
		verdicts := a.others.ask(t, readFormat[tr.Kind], text, rows)
		if tr.Kind == generate.JSONSchema {
			a.valid(t, tr, out, text, rows, verdicts)
			continue
		}
		a.same(t, tr, text, rows, verdicts)
	}
}

// plainConfig leaves out keys that change what a record means beside its schema.
func plainConfig(kind string, config []protocol.Pair) []protocol.Pair {
	keep := []string{"schema.registry.url"}
	if kind != "protobuf" {
		keep = append(keep, "flatten.singleton.unions", "object.additional.properties", "decimal.format", "ignore.modern.dialects", "scrub.invalid.names", "enhanced.avro.schema.support", "connect.meta.data")
	}
	return slices.DeleteFunc(slices.Clone(config), func(p protocol.Pair) bool { return !slices.Contains(keep, p.Key) })
}

// rows are the records of a trial that have bytes, by the text of their schema.
func (a *again) rows(t *testing.T, tr *trial.Trial, out trial.Outcome) map[string][]row {
	all := map[string][]row{}
	for i, answer := range out.Items {
		b, data := answer.Bytes, tr.Items[i].Data
		if tr.Op == trial.ToConnect {
			b, data = tr.Items[i].Bytes, answer.Data
		}
		validated := tr.Kind == generate.JSONSchema
		if len(b) < 5 || b[0] != 0 || answer.Failure != nil && !(validated && tr.Op == trial.ToConnect) || data.Schema == nil && !validated {
			a.left["no record"]++
			continue
		}
		text := a.schemas.Text(int32(binary.BigEndian.Uint32(b[1:])))
		if tr.Op == trial.ToConnect {
			text = fixedText(t, tr)
		}
		r := row{Payload: b[5:], at: i}
		if !validated {
			r.Data = append(protocol.AppendTyped([]byte{'{'}, data), '}')
		}
		all[text] = append(all[text], r)
	}
	return all
}

// fixedText is the schema that a trial of reading has in the URL of its registry.
func fixedText(t *testing.T, tr *trial.Trial) string {
	path := strings.TrimPrefix(tr.Plugins[0].Config[0].Text, codectest.SchemasURL+"/")
	text, err := base64.RawURLEncoding.DecodeString(path)
	if err != nil {
		t.Fatal(err)
	}
	if tr.Kind == "avro" {
		return string(text)
	}
	_, schema, _ := strings.Cut(string(text), "\n")
	return schema
}

// same demands that the other reader read the same, and that we read what it writes as what we wrote or read.
func (a *again) same(t *testing.T, tr *trial.Trial, text string, rows []row, verdicts []verdict) {
	kind := readFormat[tr.Kind] + "\n"
	if tr.Kind == "avro" {
		kind = ""
	}
	p := tr.Plugins[0]
	p.Config = slices.Clone(p.Config)
	p.Config[0].Text = codectest.SchemasURL + codectest.SchemaPath(kind+text)
	from := &trial.Trial{Kind: tr.Kind, Op: trial.ToConnect, Batch: true, Topic: "t", Plugins: []trial.Plugin{p}}
	to := from.Clone()
	head := []byte{0, 0, 0, 0, 1}
	for i, v := range verdicts {
		switch v.Is {
		case "same":
			a.judged++
		case "left":
			a.left[v.Why]++
			continue
		default:
			t.Errorf("row %d: %s: %.1500s\n%.3000s\npayload %x", rows[i].at, v.Is, v.Why, text, rows[i].Payload)
			return
		}
		if v.Bytes != nil {
			from.Items = append(from.Items, trial.Item{Bytes: slices.Concat(head, rows[i].Payload)})
			to.Items = append(to.Items, trial.Item{Bytes: slices.Concat(head, v.Bytes)})
		}
	}
	if len(from.Items) == 0 {
		return
	}
	before, after := a.ask(t, from), a.ask(t, to)
	for i := range from.Items {
		a.reread++
		one := func(o trial.Outcome) []byte {
			return trial.AppendStored(nil, &trial.Trial{Op: trial.ToConnect}, trial.Outcome{Items: o.Items[i : i+1]})
		}
		if !bytes.Equal(one(before), one(after)) {
			t.Errorf("%x reads as %.1500s\n%x, written by the other, as %.1500s\n%.3000s", from.Items[i].Bytes, one(before), to.Items[i].Bytes, one(after), text)
		}
	}
}

// valid demands that validation takes what the other reader calls valid, and nothing else.
func (a *again) valid(t *testing.T, tr *trial.Trial, out trial.Outcome, text string, rows []row, verdicts []verdict) {
	checked := tr.Clone()
	checked.Plugins[0].Config = append(checked.Plugins[0].Config, protocol.Pair{Key: failInvalid, Text: "true"})
	now := a.ask(t, checked)
	for i, v := range verdicts {
		before, after := out.Items[rows[i].at], now.Items[rows[i].at]
		switch {
		case v.Is == "left":
			a.left[v.Why]++
		case before.Failure != nil && notJSON(before.Failure):
			a.left["no JSON, or no schema"]++
		case (v.Is == "invalid") != (after.Failure != nil && notJSON(after.Failure)):
			t.Errorf("row %d: %s: %.500s; ours: %v\n%.3000s\n%.2000s", rows[i].at, v.Is, v.Why, after.Failure, text, rows[i].Payload)
			return
		default:
			a.judged++
		}
	}
}

// notJSON reports whether a record was refused before its mapping to Connect or behind that from it: by the validation, or what comes before it.
func notJSON(f *trial.Failure) bool {
	return strings.Contains(f.Message, "due to serialization error of topic")
}

// ask asks our side.
func (a *again) ask(t *testing.T, tr *trial.Trial) trial.Outcome {
	t.Helper()
	sent := make(chan error, 1)
	go func() { sent <- a.ours.Write(tr.AppendRequests(nil, 1)) }()
	answers, err := a.ours.ReadLines(tr.Responses())
	if err == nil {
		err = <-sent
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := tr.ReadOutcome(answers, 1)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readers is the process of the other readers.
type readers struct {
	to   io.WriteCloser
	from *bufio.Reader
}

func startReaders(t *testing.T, python string) *readers {
	t.Helper()
	protos, err := filepath.Abs(filepath.Join("..", "..", "codec", "protobuf", "known"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, python, "-B", filepath.Join("readers", "main.py"))
	cmd.Env = append(os.Environ(), "CONFLUENT_PROTOS="+protos)
	var log bytes.Buffer
	cmd.Stderr = &log
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = to.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the readers: %v\n%.3000s", err, log.String())
		}
		cancel()
	})
	return &readers{to, bufio.NewReaderSize(from, 1<<20)}
}

// ask puts rows of one schema to the readers.
func (r *readers) ask(t *testing.T, format, schema string, rows []row) []verdict {
	t.Helper()
	request, err := json.Marshal(map[string]any{"format": format, "schema": schema, "rows": rows})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.to.Write(append(request, '\n')); err != nil {
		t.Fatal(err)
	}
	line, err := r.from.ReadBytes('\n')
	var answer struct{ Rows []verdict }
	if err == nil {
		err = json.Unmarshal(line, &answer)
	}
	if err != nil || len(answer.Rows) != len(rows) {
		t.Fatalf("the readers answered %.500q: %v", line, err)
	}
	return answer.Rows
}
