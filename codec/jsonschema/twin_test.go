package jsonschema

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/codectest"
)

const seeds = 60

// TestTwins_RandomColumns: rows of any schema and form are written by plan as they are a value at a time, in every way that must make no
// difference, and what was written is read by plan as it is a value at a time.
func TestTwins_RandomColumns(t *testing.T) {
	configs := []map[string]string{
		nil,
		{"decimal.format": "NUMERIC", "ignore.default.for.nullables": "true"},
		{"generalized.sum.type.support": "true", "object.additional.properties": "false"},
	}
	var converters []*converter
	for _, c := range configs {
		converters = append(converters, opened(t, "", c))
	}
	read := 0
	for seed := range uint64(seeds) {
		read += checkTwins(t, converters[seed%3], batchtest.NewRandom(seed))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if read < seeds {
		t.Errorf("%d rows read in %d cases", read, seeds)
	}
}

// checkTwins compares both ways for one random column, and returns how many rows were read.
func checkTwins(t *testing.T, c *converter, random *batchtest.Random) (rows int) {
	b := batch.NewPool(mem.Checked(t)).New(0)
	defer b.Release()
	s := random.Schema()
	col, _, _ := random.Column(b, s, 12)
	encoded := codectest.CheckEncoder(t, c, "t", col)
	w := c.writing(s)
	var raw [][]byte
	for i, e := range encoded {
		if e.Bytes == nil {
			continue
		}
		plain := plainWriter{data: &c.data}
		body, absent, err := plain.value(nil, s, col.Value(i), 0)
		if err != nil || absent || !bytes.Equal(body, e.Bytes[5:]) {
			t.Errorf("row %d is %s by plan, %s a value at a time, %v, of %s", i, e.Bytes[5:], body, err, batch.AppendLiteral(nil, s, col.Value(i)))
		}
		raw = append(raw, e.Bytes)
	}
	if len(raw) == 0 || w.err != nil {
		return 0
	}
	if _, err := mapped(t, &c.data, w.registered.Text); err != nil {
		return 0 // what some schemas are registered as cannot be read back, in the original neither
	}
	reader := opened(t, w.registered.Text, nil)
	reader.data = c.data
	for i, d := range codectest.CheckDecoder(t, reader, codectest.Rows{Raw: raw}) {
		checkPlainRead(t, reader, raw[i], d)
		if d.Err == nil {
			rows++
		}
	}
	return rows
}

// checkPlainRead compares what a row became with what it becomes a value at a time.
func checkPlainRead(t *testing.T, c *converter, raw []byte, d codectest.Decoded) {
	t.Helper()
	for _, r := range c.readings.All() {
		v, err := c.plainRow(r, raw[5:])
		if err == nil && r.err == nil {
			err = asError(batch.NewColumnBuilder(r.schema, true).Check(v))
		}
		if codectest.ErrorText(err) != codectest.ErrorText(d.Err) || err == nil && !v.Equal(d.Value) {
			t.Errorf("%s is %s by plan, %s %v a value at a time, under %s", raw[5:], d, batch.AppendLiteral(nil, r.schema, v), err, batch.AppendSchema(nil, r.schema))
		}
	}
}

// TestForms: what was read in any form of input is written again as the same bytes, and by no other way than a value at a time.
func TestForms(t *testing.T) {
	for _, of := range []struct {
		text string
		rows [][]byte
	}{{order, orderRows(40)}, {nested, nestedRows(40)}} {
		c := opened(t, of.text, nil)
		for i, d := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: of.rows}) {
			checkPlainRead(t, c, of.rows[i], d)
			if d.Err != nil {
				t.Errorf("row %d: %v", i, d.Err)
			}
		}
	}
}
