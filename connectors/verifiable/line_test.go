package verifiable

import (
	"math"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
)

// mapOf returns a map of keys and values in turn.
func mapOf(v ...batch.Value) batch.Value {
	m := &batch.MapValue{}
	for i := 0; i < len(v); i += 2 {
		m.Keys, m.Values = append(m.Keys, v[i]), append(m.Values, v[i+1])
	}
	return batch.MapValueOf(m)
}

// testdata/lines.txt is what ObjectMapper (jackson-databind 2.21.2) writes of maps that are filled as
// VerifiableSourceTask and VerifiableSinkTask fill theirs.
func TestLine_IsTheOriginals(t *testing.T) {
	text, err := os.ReadFile("testdata/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	str, i32, i64, f64 := batch.StringValue, batch.Int32Value, batch.Int64Value, batch.Float64Value
	list := func(v ...batch.Value) batch.Value { return batch.ArrayValue(v) }
	decimal := func(unscaled int64, scale int32) batch.Value {
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(unscaled), Scale: scale})
	}
	schema := batch.NewSchema(batch.KindStruct).Field("name", batch.Of(batch.KindString, false)).Build()
	object := batch.StructValueOf(&batch.StructValue{Schema: schema, Fields: []batch.Value{str("x")}})
	now := i64(1700000000000)

	var have []byte
	made := newLine("name", "task", "topic", "time_ms", "seqno")
	for _, v := range []batch.Value{
		i64(1), batch.Null(), str("a\"\\\b\t\n\f\r\x01\x7f\u2028\U0001f600/é"), f64(1.5), batch.Float32Value(1.5), f64(math.NaN()),
		batch.Float32Value(float32(math.Inf(-1))), f64(1e21), batch.Float32Value(1e-5), batch.BytesValue([]byte{1, 2, 255}),
		decimal(150, 2), decimal(1, -3), batch.DateValue(-5), list(),
		mapOf(str("b"), i64(1), str("a"), list(i64(1), str("x"), batch.Null()), i32(5), batch.BooleanValue(true)),
		mapOf(batch.Null(), i64(1)), mapOf(batch.DateValue(5), i64(1)), mapOf(batch.BytesValue([]byte{1}), i64(1)), mapOf(object, i64(1)),
		mapOf(f64(1), i64(1)), mapOf(decimal(1, -3), i64(1)), object, list(i64(1), object), batch.BooleanValue(true), batch.Int16Value(3),
	} {
		have = made.append(have, str("n"), i32(0), str("t"), now, v)
	}
	have = made.append(have, str(`q"`), i32(1), str("t"), now, i64(3))
	done := newLine("name", "task", "topic", "time_ms", "seqno", "committed")
	have = done.append(have, str("n"), i32(0), str("t"), now, i64(5), batch.BooleanValue(true))
	put := newLine("name", "task", "sinkTask", "topic", "time_ms", "seqno", "offset")
	flushed := newLine("name", "task", "sinkTask", "topic", "time_ms", "seqno", "offset", "flushed")
	for _, key := range []batch.Value{i32(7), batch.Null(), str("k"), object} {
		members := []batch.Value{str("n"), key, i32(1), str("t"), now, i64(5), i64(9)}
		have = put.append(have, members...)
		have = flushed.append(have, append(members, batch.BooleanValue(true))...)
	}
	want, lines := strings.Split(string(text), "\n"), strings.Split(string(have), "\n")
	if len(want) != len(lines) {
		t.Fatalf("%d lines, want %d", len(lines), len(want))
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("line %d: %s\nwant %s", i+1, lines[i], want[i])
		}
	}
}
