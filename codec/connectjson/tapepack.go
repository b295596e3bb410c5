package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// pack appends the value v of t as Dynamic.AppendPacked would.
func pack(dst []byte, t *jsonscan.Tape, v jsonscan.Ref) []byte {
	switch t.Kind(v) {
	case jsonscan.String:
		return batch.AppendPackedString(dst, t.String(v))
	case jsonscan.Array:
		dst = batch.AppendPackedArray(dst, t.Count(v))
		all := t.Elements(v)
		for item, ok := all.Next(); ok; item, ok = all.Next() {
			dst = pack(dst, t, item)
		}
		return dst
	case jsonscan.Object:
		dst = batch.AppendPackedMap(dst, t.Count(v))
		all := t.Members(v)
		for name, item, ok := all.Next(); ok; name, item, ok = all.Next() {
			dst = pack(batch.AppendPackedString(dst, name), t, item)
		}
		return dst
	}
	var none batch.Dynamic // JSON has no structs, which alone would be kept in it
	return none.AppendPacked(dst, scalar(t, v))
}

// scalar returns a schemaless number, boolean or null. Integers wrap at 64 bits.
func scalar(t *jsonscan.Tape, v jsonscan.Ref) batch.Value {
	if c := t.Text[v.At]; c == '-' || c >= '0' && c <= '9' {
		m, exp10, end := jsonscan.ScanNumber(t.Text, v.At, t.N)
		switch {
		case end < 0:
		case exp10 == jsonscan.IsInteger:
			return batch.Int64Value(m)
		default:
			return batch.Float64Value(jsonscan.Double(m, exp10, t.Text[v.At:end]))
		}
	}
	n := t.Scalar(v)
	return reader{}.schemaless(&n)
}
