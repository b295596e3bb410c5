package records

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestWrite_ShapeOfTheDataSet(t *testing.T) {
	var plain, framed, again bytes.Buffer
	for out, envelope := range map[*bytes.Buffer]bool{&plain: false, &framed: true, &again: false} {
		if err := Write(out, envelope); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(plain.Bytes(), again.Bytes()) {
		t.Fatal("not the same bytes twice")
	}
	lines := bytes.Split(bytes.TrimSuffix(plain.Bytes(), []byte("\n")), []byte("\n"))
	framedLines := bytes.Split(bytes.TrimSuffix(framed.Bytes(), []byte("\n")), []byte("\n"))
	if len(lines) != Rows || len(framedLines) != Rows {
		t.Fatalf("%d and %d records, want %d", len(lines), len(framedLines), Rows)
	}
	if mean := float64(plain.Len()-Rows) / Rows; mean < 164 || mean > 170 {
		t.Errorf("a record has %.1f bytes on average, want about 167", mean)
	}
	for i, line := range lines[:100] {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil || len(fields) != 10 {
			t.Fatalf("record %d: %d fields: %v: %s", i, len(fields), err, line)
		}
		var frame struct{ Schema, Payload json.RawMessage }
		if err := json.Unmarshal(framedLines[i], &frame); err != nil || !bytes.Equal(frame.Payload, line) || string(frame.Schema) != EnvelopeSchema {
			t.Fatalf("record %d: envelope %s: %v", i, framedLines[i], err)
		}
	}
}
