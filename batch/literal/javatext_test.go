package literal_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java/datetext"
)

// mapOf returns a map of keys and values in turn.
func mapOf(v ...batch.Value) batch.Value {
	m := &batch.MapValue{}
	for i := 0; i < len(v); i += 2 {
		m.Keys, m.Values = append(m.Keys, v[i]), append(m.Values, v[i+1])
	}
	return batch.MapValueOf(m)
}

// The texts are those of String.valueOf with connect-api 4.3.1 on JDK 25 in the zone Europe/Berlin; maps
// are HashMaps filled in this order.
func TestJavaText_IsToString(t *testing.T) {
	str, i64 := batch.StringValue, batch.Int64Value
	order := mapOf(str("zip"), str("1"), str("note"), batch.Null(), str("country"), batch.ArrayValue([]batch.Value{str("a")}),
		str("amount"), batch.Float64Value(1.5), str("created"), i64(2), str("qty"), batch.Int32Value(3),
		str("active"), batch.BooleanValue(false), str("id"), i64(7), str("sku"), str("s"), str("customer"), str("c"))
	const orderText = "{zip=1, note=null, country=[a], amount=1.5, created=2, qty=3, active=false, id=7, sku=s, customer=c}"
	schema := batch.NewSchema(batch.KindStruct).Field("a", batch.Of(batch.KindInt32, false)).Field("b", batch.Of(batch.KindString, true)).
		Field("c", batch.NewSchema(batch.KindInt32).Default(batch.Int32Value(4)).Build()).
		Field("d", batch.NewSchema(batch.KindArray).Elem(batch.Of(batch.KindString, false)).Optional(true).Build()).Build()
	structOf := func(a, b, c, d batch.Value) batch.Value {
		return batch.StructValueOf(&batch.StructValue{Schema: schema, Fields: []batch.Value{a, b, c, d}})
	}
	none := batch.Null()
	berlin := literal.JavaText{Zone: datetext.ZoneOf("Europe/Berlin")}
	for _, c := range []struct {
		v    batch.Value
		want string
	}{
		{none, "null"},
		{batch.Int8Value(-5), "-5"},
		{i64(math.MinInt64), "-9223372036854775808"},
		{batch.Float32Value(1.1), "1.1"},
		{batch.Float64Value(1e21), "1.0E21"},
		{batch.Float64Value(math.NaN()), "NaN"},
		{batch.BooleanValue(true), "true"},
		{str(`a "b"\`), `a "b"\`},
		{batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(12345), Scale: -3}), "1.2345E+7"},
		{batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(-5), Scale: 2}), "-0.05"},
		{batch.DateValue(1700000000123), "Tue Nov 14 23:13:20 CET 2023"},
		{batch.DateValue(-1), "Thu Jan 01 00:59:59 CET 1970"},
		{batch.ArrayValue([]batch.Value{batch.Int32Value(1), str("x"), none, batch.ArrayValue(nil), batch.Float64Value(2.5)}), "[1, x, null, [], 2.5]"},
		{order, orderText},
		{mapOf(batch.Int32Value(100), str("a"), batch.Int32Value(17), str("b"), batch.Int32Value(-1), str("c"), batch.Int32Value(3), str("d")),
			"{-1=c, 17=b, 3=d, 100=a}"},
		{mapOf(), "{}"},
		{mapOf(i64(5000000000), str("a"), i64(-1), str("b"), batch.Float64Value(2.5), str("c"), batch.BooleanValue(true), str("d"),
			batch.Float32Value(1.5), str("e"), none, str("f"), batch.DateValue(99999999999), str("g")),
			"{-1=b, 1.5=e, null=f, 5000000000=a, 2.5=c, Sat Mar 03 10:46:39 CET 1973=g, true=d}"},
		{structOf(batch.Int32Value(1), none, none, batch.ArrayValue([]batch.Value{str("x"), str("y")})), "Struct{a=1,d=[x, y]}"},
		{structOf(none, str("q"), batch.Int32Value(9), none), "Struct{b=q,c=9}"},
		{structOf(none, none, none, none), "Struct{}"},
		{batch.ArrayValue([]batch.Value{structOf(batch.Int32Value(1), none, none, none), order}), "[Struct{a=1}, " + orderText + "]"},
	} {
		if got := string(berlin.Append(nil, c.v)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	linked := mapOf(str("zip"), mapOf(str("b"), i64(1), str("a"), i64(2)), str("amount"), none)
	if got := string(literal.JavaText{Linked: true}.Append(nil, linked)); got != "{zip={b=1, a=2}, amount=null}" {
		t.Errorf("a LinkedHashMap is %s", got)
	}
	// An array's text has its identity in Java: the form alone can be equal.
	if got := string(literal.JavaText{}.Append(nil, batch.BytesValue([]byte("abc")))); got != "[B@1ecc1" {
		t.Errorf("got %s", got)
	}
}
