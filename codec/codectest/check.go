package codectest

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// CheckDecoder runs a decoder of conv over rows, whose selection is ignored, in every way that must make
// no difference, and returns what each row became.
func CheckDecoder(t TB, conv codec.Converter, rows Rows) []Decoded {
	t.Helper()
	rows.Sel = nil
	d := conv.NewDecoder()
	want := Decode(t, d, rows)
	compare := func(how string, got []Decoded, at func(i int) int) {
		t.Helper()
		for i := range got {
			if w := want[at(i)]; !got[i].same(w) {
				t.Errorf("codectest: row %d (%q) %s: %s, with all others: %s", at(i), rows.Raw[at(i)], how, got[i], w)
			}
		}
	}
	self := func(i int) int { return i }
	compare("a second time", Decode(t, d, rows), self)
	compare("by another decoder", Decode(t, conv.NewDecoder(), rows), self)

	n := len(rows.Raw)
	back := rows
	back.Raw = slices.Clone(rows.Raw)
	slices.Reverse(back.Raw)
	if rows.Headers == nil {
		compare("in reverse", Decode(t, d, back), func(i int) int { return n - 1 - i })
	}
	for _, sel := range selections(n) {
		part := rows
		part.Sel = sel
		got := Decode(t, d, part)
		for _, r := range sel {
			compare("under a selection", got[r:r+1], func(int) int { return int(r) })
		}
	}
	for i := range n {
		one := rows
		one.Raw = rows.Raw[i : i+1]
		if rows.Headers != nil {
			one.Headers = &batch.Headers{Offsets: []int32{0, int32(len(rows.Headers.Of(i)))}, Entries: rows.Headers.Of(i)}
		}
		compare("alone", Decode(t, d, one), func(int) int { return i })
	}
	return want
}

// CheckEncoder runs an encoder of conv over the rows of c, which belongs to a batch that outlives the
// call, in every way that must make no difference, and returns what each row became.
func CheckEncoder(t TB, conv codec.Converter, topic string, c *batch.Column) []Encoded {
	t.Helper()
	e := conv.NewEncoder()
	want := Encode(t, e, topic, c, nil)
	compare := func(how string, got []Encoded, at func(i int) int) {
		t.Helper()
		for i := range got {
			if w := want[at(i)]; !got[i].same(w) {
				t.Errorf("codectest: row %d (%s) %s: %s, with all others: %s", at(i), batch.AppendLiteral(nil, c.Schema(), c.Value(at(i))), how, got[i], w)
			}
		}
	}
	self := func(i int) int { return i }
	compare("a second time", Encode(t, e, topic, c, nil), self)
	compare("by another encoder", Encode(t, conv.NewEncoder(), topic, c, nil), self)

	n := c.Len()
	for _, sel := range selections(n) {
		got := Encode(t, e, topic, c, sel)
		for _, r := range sel {
			compare("under a selection", got[r:r+1], func(int) int { return int(r) })
		}
	}
	scratch := batch.NewPool(mem.Checked(t)).New(n)
	defer scratch.Release()
	compare("in plain form", Encode(t, e, topic, scratch.PlainColumn(c), nil), self)
	back := all(nil, n)
	slices.Reverse(back)
	compare("in reverse", Encode(t, e, topic, scratch.TakeColumn(c, back), nil), func(i int) int { return n - 1 - i })
	for i := range n {
		compare("alone", Encode(t, e, topic, scratch.SliceColumn(c, i, i+1), nil), func(int) int { return i })
	}
	return want
}

// CheckStable decodes rows, encodes what became of them, and demands that decoding those bytes gives the
// same again, whichever NaN a NaN is, and encoding that the same bytes.
func CheckStable(t TB, conv codec.Converter, rows Rows) {
	t.Helper()
	d, e := conv.NewDecoder(), conv.NewEncoder()
	again := func(raw [][]byte) (out []Decoded, enc []Encoded) {
		pool := batch.NewPool(mem.Checked(t))
		b := pool.New(len(raw))
		defer b.Release()
		in := codec.Input{Topic: rows.topic(), Headers: &batch.Headers{}, Values: layOut(b, raw)}
		out, enc = make([]Decoded, len(raw)), make([]Encoded, len(raw))
		decodeInto(t, d, b, &in, nil, func(c *batch.Column, sel batch.Selection) {
			got := Encode(t, e, rows.topic(), c, sel)
			for _, r := range sel {
				out[r] = Decoded{Schema: c.SchemaOf(int(r)), Value: sameNaN(c.Value(int(r)))}
				enc[r] = got[r]
			}
		})
		for _, f := range b.Status.Errors() {
			out[f.Row] = Decoded{Err: f.Err}
		}
		return out, enc
	}
	first, bytes := again(rows.Raw)
	var raw [][]byte
	var from []int
	for i := range first {
		if first[i].Err == nil && bytes[i].Err == nil {
			raw, from = append(raw, bytes[i].Bytes), append(from, i)
		}
	}
	second, bytes2 := again(raw)
	for k, i := range from {
		if !second[k].same(first[i]) || !bytes2[k].same(bytes[i]) {
			t.Errorf("codectest: row %d (%q) is %s, written %s; read again %s, written %s", i, rows.Raw[i], first[i], bytes[i], second[k], bytes2[k])
		}
	}
}

// selections returns selections of n rows: none, every other row, every third, the last one.
func selections(n int) []batch.Selection {
	out := []batch.Selection{{}}
	for _, step := range []int{2, 3} {
		sel := batch.Selection{}
		for r := step - 1; r < n; r += step {
			sel = append(sel, int32(r))
		}
		out = append(out, sel)
	}
	if n > 0 {
		out = append(out, batch.Selection{int32(n - 1)})
	}
	return out
}
