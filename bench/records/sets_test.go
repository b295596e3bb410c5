package records

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestSets_AreLinesOfTheirShape(t *testing.T) {
	const rows = 1000
	for _, s := range Sets() {
		t.Run(s.Name, func(t *testing.T) {
			var text, again bytes.Buffer
			if err := s.write(&text, rows); err != nil {
				t.Fatal(err)
			}
			if err := s.write(&again, rows); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(text.Bytes(), again.Bytes()) {
				t.Fatal("not the same bytes twice")
			}
			lines := bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))
			if len(lines) != rows || s.Rows < rows || s.Rows%s.BatchRows != 0 {
				t.Fatalf("%d records, want %d; %d in batches of %d", len(lines), rows, s.Rows, s.BatchRows)
			}
			schemas := map[string]bool{}
			for i, l := range lines {
				payload := l
				if s.Envelope {
					var frame struct{ Schema, Payload json.RawMessage }
					if err := json.Unmarshal(l, &frame); err != nil {
						t.Fatalf("record %d: %v: %s", i, err, l)
					}
					schemas[string(frame.Schema)] = true
					payload = frame.Payload
				}
				var fields map[string]any
				if err := json.Unmarshal(payload, &fields); err != nil || len(fields) < 2 {
					t.Fatalf("record %d: %d fields: %v: %s", i, len(fields), err, payload)
				}
			}
			want := 1
			if s.Name == "schemas/envelope" {
				want = schemaCount
			}
			if s.Envelope && len(schemas) != want {
				t.Errorf("%d schemas, want %d", len(schemas), want)
			}
		})
	}
}

func TestSetOf_RefusesOtherNames(t *testing.T) {
	if s, err := SetOf("wide/envelope"); err != nil || !s.Envelope || s.File() != "wide-envelope.jsonl" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := SetOf("narrow"); err == nil {
		t.Error("a set that is not there was found")
	}
}
