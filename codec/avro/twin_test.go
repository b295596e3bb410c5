package avro

import (
	"bytes"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/codectest"
)

// TestTwins_RandomColumns: rows of any schema and form are written by plan as they are a value at a time, in every way that must make no
// difference, and what was written is read by plan as it is a value at a time.
func TestTwins_RandomColumns(t *testing.T) {
	r := newFakeRegistry(t)
	configs := []map[string]string{
		{"scrub.invalid.names": "true"},
		{"scrub.invalid.names": "true", "enhanced.avro.schema.support": "true", "ignore.default.for.nullables": "true"},
		{"scrub.invalid.names": "true", "connect.meta.data": "false", "allow.optional.map.keys": "true"},
	}
	planned, read := 0, 0
	for seed := range uint64(seeds) {
		p, q := checkTwins(t, r.open(t, configs[seed%3]), batchtest.NewRandom(seed))
		planned, read = planned+p, read+q
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if planned < seeds/3 || read < seeds {
		t.Errorf("%d plans and %d rows read in %d cases", planned, read, seeds)
	}
}

const seeds = 120

// checkTwins compares both ways for one random column, and returns how many plans there were and how many rows were read.
func checkTwins(t *testing.T, c *converter, random *batchtest.Random) (plans, rows int) {
	b := batch.NewPool(mem.Checked(t)).New(0)
	defer b.Release()
	s := random.Schema()
	col, _, _ := random.Column(b, s, 12)
	encoded := codectest.CheckEncoder(t, c, "t", col)
	w := c.writing(s)
	if w.fast {
		plans++
	}
	var raw [][]byte
	for i, e := range encoded {
		if e.Bytes == nil {
			continue
		}
		body, err := c.plainAppend(nil, s, w.avro, col.Value(i))
		if err != nil || !bytes.Equal(body, e.Bytes[5:]) {
			t.Errorf("row %d is %x by plan, %x a value at a time, %v, of %s\n%s", i, e.Bytes[5:], body, err, batch.AppendLiteral(nil, s, col.Value(i)), w.schema.Text)
		}
		raw = append(raw, e.Bytes)
	}
	if len(raw) == 0 {
		return plans, 0
	}
	if _, err := ParseSchema(w.schema.Text); err != nil {
		return plans, 0 // no registry takes it
	}
	for i, d := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: raw}) {
		checkPlainRead(t, c, raw[i], d)
		if d.Err == nil {
			rows++
		}
	}
	return plans, rows
}

// checkPlainRead compares what a row became with what it becomes a value at a time.
func checkPlainRead(t *testing.T, c *converter, raw []byte, d codectest.Decoded) {
	t.Helper()
	for _, r := range c.readings.All() {
		if r.of.ID.Number != int32(raw[1])<<24|int32(raw[2])<<16|int32(raw[3])<<8|int32(raw[4]) {
			continue
		}
		v, err := c.plainRow("t", r, raw[5:])
		if codectest.ErrorText(err) != codectest.ErrorText(d.Err) || err == nil && !v.Equal(d.Value) {
			t.Errorf("%x is %s by plan (%t), %s %v a value at a time, of %s", raw, d, r.fast, batch.AppendLiteral(nil, r.schema, v), err, r.writer)
		}
	}
}

// TestEncode_GivesUpARowThatGrew: a row that turns out to need the plain writer after the buffer was made larger for it leaves
// nothing of itself to the rows behind.
func TestEncode_GivesUpARowThatGrew(t *testing.T) {
	r := newFakeRegistry(t)
	c := r.open(t, map[string]string{"enhanced.avro.schema.support": "true"})
	a, err := ParseSchema(`{"type":"record","name":"R","fields":[{"name":"text","type":"string"},{"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.toConnect(a, nil)
	if err != nil {
		t.Fatal(err)
	}
	cb := batch.NewColumnBuilder(s, false)
	for _, symbol := range []string{"X", "none", "Y"} {
		v := batch.NewStructValue(s)
		v.Fields[0], v.Fields[1] = batch.StringValue(strings.Repeat(symbol, 1000)), batch.StringValue(symbol)
		if err := cb.Append(batch.StructValueOf(v)); err != nil {
			t.Fatal(err)
		}
	}
	b := batch.NewPool(mem.Checked(t)).New(0)
	defer b.Release()
	encoded := codectest.CheckEncoder(t, c, "t", cb.Finish(b))
	if encoded[1].Err == nil {
		t.Error("a symbol that the enum has not is written")
	}
	for i, symbol := range map[int]string{0: "X", 2: "Y"} {
		want := append(text(nil, strings.Repeat(symbol, 1000)), byte(i))
		if encoded[i].Err != nil || !bytes.Equal(encoded[i].Bytes[5:], want) {
			t.Errorf("row %d has %d bytes, %v, want %d", i, len(encoded[i].Bytes), encoded[i].Err, len(want))
		}
	}
}
