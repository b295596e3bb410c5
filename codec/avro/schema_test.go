package avro

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/codectest"
)

// Texts are Java's. Source: org.apache.avro.Schema 1.11.3.
func TestParseSchema_Refuses(t *testing.T) {
	deep := strings.Repeat(`{"type":"array","items":`, SchemaDepthMax+1) + `"int"` + strings.Repeat("}", SchemaDepthMax+1)
	for text, want := range map[string]string{
		`"nope"`:                        `Undefined name: "nope"`,
		`{"type":"nope"}`:               `Type not supported: nope`,
		`{"a":1}`:                       `No type: {"a":1}`,
		`7`:                             `Schema not yet supported: 7`,
		`{"type":"record","name":"R"}`:  `Record has no fields: {"type":"record","name":"R"}`,
		`{"type":"record","fields":[]}`: `No name in schema: {"type":"record","fields":[]}`,
		`{"type":"record","name":"1","fields":[]}`:       `Illegal initial character: 1`,
		`{"type":"record","name":"a-b","fields":[]}`:     `Illegal character in: a-b`,
		`{"type":"enum","name":"E","symbols":["A","A"]}`: `Duplicate enum symbol: A`,
		`{"type":"fixed","name":"F"}`:                    `Invalid or no size: {"type":"fixed","name":"F"}`,
		`{"type":"array"}`:                               `Array has no items type: {"type":"array"}`,
		`["int","int"]`:                                  `Duplicate in union:int`,
		`[["int"]]`:                                      `Nested union: [["int"]]`,
		`[{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":1}]`: `Can't redefine: F`,
		`{"type":"record","name":"R","fields":[{"name":"f","type":"No"}]}`:            `"No" is not a defined name. The type of the "f" field must be a defined name or a {"type": ...} expression.`,
		deep: `schema of more than 200 types in each other, or of more than 100000`,
	} {
		if s, err := ParseSchema(text); err == nil || codectest.JavaMessage(err) != want {
			t.Errorf("%.80s: %v, %v, want %s", text, s, err, want)
		}
	}
}

// A schema prints as Java prints it: names shortened, members in Java's order, properties in their own.
func TestSchema_String(t *testing.T) {
	for text, want := range map[string]string{
		`{"fields":[{"type":["null",{"name":"b.C","type":"fixed","size":2}],"name":"x","default":null,"order":"ascending"},{"name":"y","type":"b.C","z":{"b":1,"a":1.10}}],"doc":"d","name":"a.R","type":"record","aliases":["Q","c.D"]}`: `{"type":"record","name":"R","namespace":"a","doc":"d","fields":[{"name":"x","type":["null",{"type":"fixed","name":"C","namespace":"b","size":2}],"default":null},{"name":"y","type":"b.C","z":{"b":1,"a":1.1}}],"aliases":["Q","c.D"]}`,
		`{"type":"string","b":"\u0001é😀","a":[true,null,1e3]}`: `{"type":"string","b":"\u0001é😀","a":[true,null,1000.0]}`,
		`{"type":"int"}`: `"int"`,
	} {
		s, err := ParseSchema(text)
		if err != nil || s.String() != want {
			t.Errorf("%s prints as %s, %v, want %s", text, s, err, want)
		}
	}
	s, err := ParseSchema(`{"type":"array","items":"x.R"}`, `{"type":"record","name":"x.R","fields":[]}`)
	if err != nil || s.Elem.FullName() != "x.R" {
		t.Errorf("with a reference: %v, %v", s, err)
	}
}

// Source: org.apache.avro.SchemaCompatibility.
func TestCompatibility(t *testing.T) {
	const rec = `{"type":"record","name":"R","fields":[`
	for _, c := range []struct {
		reader, writer string
		fine           bool
	}{
		{`"long"`, `"int"`, true}, {`"int"`, `"long"`, false}, {`"string"`, `"bytes"`, true}, {`["null","double"]`, `"float"`, true}, {`"int"`, `["null","int"]`, false},
		{rec + `]}`, rec + `{"name":"a","type":"int"}]}`, true}, {rec + `{"name":"a","type":"int"}]}`, rec + `]}`, false}, {rec + `{"name":"a","type":"int","default":1}]}`, rec + `]}`, true},
		{rec + `{"name":"a","aliases":["b"],"type":"long"}]}`, rec + `{"name":"b","type":"int"}]}`, true},
		{`{"type":"enum","name":"E","symbols":["A"]}`, `{"type":"enum","name":"E","symbols":["A","B"]}`, false}, {`{"type":"enum","name":"E","symbols":["A"],"default":"A"}`, `{"type":"enum","name":"x.E","symbols":["A","B"]}`, true},
		{`{"type":"fixed","name":"F","size":1}`, `{"type":"fixed","name":"F","size":2}`, false}, {`{"type":"map","values":"long"}`, `{"type":"map","values":"string"}`, false},
	} {
		a, err := ParseSchema(c.reader)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseSchema(c.writer)
		if err != nil {
			t.Fatal(err)
		}
		var found compatibility
		found.check(a, b, nil)
		if (len(found.found) == 0) != c.fine {
			t.Errorf("%s reads %s: %v", c.reader, c.writer, found.found)
		}
	}
}

// TestPinned: with use.latest.version records are written under the schema of the subject, whatever its names and docs are, and refused
// where its types are others.
func TestPinned(t *testing.T) {
	latest := strings.NewReplacer(`"connect.version":1,`, "", `"name":"Order"`, `"name":"Other"`, `"null","string"`, `"string","null"`, `,"default":null`, "").Replace(order)
	r := newFakeRegistry(t, order, latest, `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`)
	r.latest["t-value"], r.latest["u-value"] = 2, 3
	pool := batch.NewPool(mem.Checked(t))
	b := pool.New(1)
	defer b.Release()
	in := codectest.Input(b, orderRows(1, 2))
	d := r.open(t, nil).NewDecoder().(*decoder)
	p, err := d.plans.Of("t", schemaID(1))
	if err != nil {
		t.Fatal(err)
	}
	col := d.fast(b, in, p, 5, nil, &b.Status)
	c := r.open(t, map[string]string{"auto.register.schemas": "false", "use.latest.version": "true", "latest.compatibility.strict": "false"})
	got := codectest.CheckEncoder(t, c, "t", col)
	for i, row := range orderRows(2, 2) {
		want := append(append([]byte{}, row[:len(row)-1]...), 2)
		if i%4 != 0 {
			want = append(append([]byte{}, row[:len(row)-6]...), "\x00\x08note"...)
		}
		if got[i].Err != nil || string(got[i].Bytes) != string(want) {
			t.Errorf("row %d: %x, %v, want %x", i, got[i].Bytes, got[i].Err, want)
		}
	}
	for _, e := range codectest.Encode(t, c.NewEncoder(), "u", col, nil) {
		if e.Err == nil || !strings.Contains(e.Err.Error(), "cannot be written with schema id 3") {
			t.Errorf("another schema: %v", e.Err)
		}
	}
}
