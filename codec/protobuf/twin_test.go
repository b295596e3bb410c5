package protobuf

import (
	"bytes"
	"encoding/binary"
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
		{"scrub.invalid.names": "true", "optional.for.nullables": "true", "enhanced.protobuf.schema.support": "true"},
		{"scrub.invalid.names": "true", "wrapper.for.nullables": "true", "ignore.default.for.nullables": "true"},
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

const seeds = 60

// checkTwins compares both ways for one random column, and returns how many plans there were and how many rows were read.
func checkTwins(t *testing.T, c *converter, random *batchtest.Random) (plans, rows int) {
	b := batch.NewPool(mem.Checked(t)).New(0)
	defer b.Release()
	s := batch.NewSchema(batch.KindStruct).Field("a", random.Schema()).Field("b", random.Schema()).Build()
	col, _, _ := random.Column(b, s, 12)
	encoded := codectest.CheckEncoder(t, c, "t", col)
	w := c.writing(s)
	if w.steps != nil {
		plans++
	}
	var raw [][]byte
	for i, e := range encoded {
		if e.Bytes == nil {
			continue
		}
		m, err := c.plain(s, w, col.Value(i))
		if err != nil || m == nil {
			t.Fatalf("row %d is %x by plan, %v a value at a time", i, e.Bytes, err)
		}
		if body := m.append(nil); !bytes.HasSuffix(e.Bytes, body) || len(e.Bytes)-len(body) < 6 {
			t.Errorf("row %d is %x by plan, %x a value at a time, of %s\n%s", i, e.Bytes, body, batch.AppendLiteral(nil, s, col.Value(i)), w.schema.Text)
		}
		raw = append(raw, e.Bytes)
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
	for k, r := range c.readings.All() {
		prefix := binary.BigEndian.AppendUint32([]byte{0}, uint32(k.ID.Number))
		for _, i := range k.ID.Indexes() {
			if i == 0 && len(k.ID.Indexes()) == 1 {
				prefix = append(prefix, 0)
				break
			}
			if len(prefix) == 5 {
				prefix = binary.AppendVarint(prefix, int64(len(k.ID.Indexes())))
			}
			prefix = binary.AppendVarint(prefix, int64(i))
		}
		if !bytes.HasPrefix(raw, prefix) {
			continue
		}
		v, err := c.plainRow("t", r, raw[len(prefix):])
		if codectest.ErrorText(err) != codectest.ErrorText(d.Err) || err == nil && !v.Equal(d.Value) {
			t.Errorf("%x is %s by plan (%t), %s %v a value at a time", raw, d, r.steps != nil, batch.AppendLiteral(nil, r.schema, v), err)
		}
	}
}
