package generate

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func TestTrial_SameSeedSameTrial(t *testing.T) {
	all, err := Flows("all")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		distinct := map[string]bool{}
		for i := range uint64(30) {
			a, b := trial.AppendStored(nil, f.Trial(7, i), trial.Outcome{}), trial.AppendStored(nil, f.Trial(7, i), trial.Outcome{})
			if !bytes.Equal(a, b) {
				t.Fatalf("%v: trial %d is not the same twice", f, i)
			}
			distinct[string(a)] = true
		}
		if len(distinct) < 25 {
			t.Errorf("%v: only %d distinct trials of 30", f, len(distinct))
		}
	}
}

func TestTrial_RequestsAreJSONAndStoredFormReadsBack(t *testing.T) {
	all, err := Flows("all")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		for i := range uint64(100) {
			tr := f.Trial(1, i)
			tr.Items = tr.Items[:min(len(tr.Items), 16)]
			lines := bytes.Split(bytes.TrimSuffix(tr.AppendRequests(nil, 10), []byte("\n")), []byte("\n"))
			if len(lines) != tr.Responses() {
				t.Fatalf("%v: %d lines, %d responses", f, len(lines), tr.Responses())
			}
			for _, line := range lines {
				if _, err := protocol.Parse(line); err != nil {
					t.Fatalf("%v: trial %d: %v: %s", f, i, err, line)
				}
			}
			stored := trial.AppendStored(nil, tr, trial.Outcome{Setup: &trial.Failure{Type: "X"}})
			again, out, err := trial.ReadStored(stored)
			if err != nil {
				t.Fatalf("%v: trial %d: %v", f, i, err)
			}
			if got := trial.AppendStored(nil, again, out); !bytes.Equal(got, stored) {
				t.Fatalf("%v: trial %d reads back as\n%s\nwant\n%s", f, i, got, stored)
			}
		}
	}
}

func TestFlows_UnknownKindNamesTheChoice(t *testing.T) {
	if _, err := Flows("json/read", "zip"); err == nil || !bytes.Contains([]byte(err.Error()), []byte("json/read")) {
		t.Fatalf("error %v", err)
	}
}

// The order is that of java.util.HashMap: the sample is the property order of a JSON Schema that Java printed.
func TestHashOrder(t *testing.T) {
	var items []protocol.Value
	for _, name := range []string{"i", "s", "d", "ts", "m", "m2", "arr", "n", "by"} {
		items = append(items, protocol.Value{Tag: protocol.Str, Text: name}, protocol.Value{})
	}
	hashOrder(items)
	want := []string{"arr", "s", "d", "m2", "by", "i", "m", "n", "ts"}
	for i, name := range want {
		if items[2*i].Text != name {
			t.Fatalf("position %d: %q, want %q", i, items[2*i].Text, name)
		}
	}
}
