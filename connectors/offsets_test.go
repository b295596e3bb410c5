package connectors_test

import (
	"bytes"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

func parseMap(t testing.TB, text string) connectors.OffsetMap {
	t.Helper()
	v, err := connectors.ParseOffsetMap([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func mapOf(pairs ...any) connectors.OffsetMap {
	m := &batch.MapValue{}
	for i := 0; i < len(pairs); i += 2 {
		m.Put(batch.StringValue(pairs[i].(string)), pairs[i+1].(batch.Value))
	}
	return batch.MapValueOf(m)
}

// Escapes and number text are Java's, and the order of a HashMap is kept.
func TestAppendOffsetKey_WritesJavaBytes(t *testing.T) {
	data, err := os.ReadFile("testdata/offsetkeys.txt")
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		keys++
		name, partition, err := connectors.ParseOffsetKey([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := connectors.AppendOffsetKey(nil, name, partition); err != nil || string(got) != line {
			t.Errorf("got  %s, %v\nwant %s", got, err, line)
		}
	}
	if keys != 10 {
		t.Fatalf("%d keys", keys)
	}
}

func TestAppendOffsetKey_OrdersAsHashMap(t *testing.T) {
	m := &batch.MapValue{}
	for _, name := range strings.Fields("server db schema table lsn txId ts_usec lsn_commit lsn_proc messageType snapshot last_snapshot_record event") {
		m.Put(batch.StringValue(name), batch.Int32Value(int32(len(name))))
	}
	got, err := connectors.AppendOffsetKey(nil, `c "1"`, batch.MapValueOf(m))
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile("testdata/offsetkeys.txt"); err != nil || !bytes.Contains(data, got) {
		t.Fatalf("%s is not what Java writes (%v)", got, err)
	}
}

func TestAppendOffsetMap_EveryPrimitive(t *testing.T) {
	v := mapOf("b", batch.Int8Value(-128), "s", batch.Int16Value(7), "i", batch.Int32Value(-1), "l", batch.Int64Value(math.MinInt64),
		"f", batch.Float32Value(0.1), "d", batch.Float64Value(1e20), "n", batch.Float64Value(math.NaN()),
		"m", batch.Float32Value(float32(math.Inf(-1))), "t", batch.BooleanValue(true), "x", batch.Null(),
		"y", batch.BytesValue([]byte{0, 1, 255, 62}), "u", batch.StringValue("a\xffb"))
	got, err := connectors.AppendOffsetMap(nil, v)
	want := `{"b":-128,"s":7,"d":1.0E20,"t":true,"u":"a` + "�" + `b","f":0.1,"x":null,"i":-1,"y":"AAH/Pg==","l":-9223372036854775808,"m":"-Infinity","n":"NaN"}`
	if err != nil || string(got) != want {
		t.Fatalf("got  %s, %v\nwant %s", got, err, want)
	}
}

func TestCheckOffsetMap_JavaTexts(t *testing.T) {
	const only = "Offsets may only contain primitive types as values, but field f contains "
	date := mapOf("f", batch.DateValue(1))
	decimal := mapOf("f", batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(5), Scale: 1}))
	numeric := &batch.MapValue{}
	numeric.Put(batch.Int64Value(1), batch.Null())
	for _, c := range []struct {
		v    connectors.OffsetMap
		want string
	}{
		{batch.Null(), ""},
		{parseMap(t, `{"f":1,"g":"x","h":null,"i":true,"j":1.5}`), ""},
		{parseMap(t, `{"f":[1]}`), only + "ARRAY"},
		{parseMap(t, `{"e":1,"f":{"a":1}}`), only + "MAP"},
		{parseMap(t, `{"f":9223372036854775808}`), only + "class java.math.BigInteger"},
		{decimal, only + "class java.math.BigDecimal"},
		{date, only + "class java.util.Date"},
		{batch.StringValue("x"), "Offsets must be specified as a Map"},
		{batch.MapValueOf(numeric), "Offsets may only use String keys"},
	} {
		got := ""
		if err := connectors.CheckOffsetMap(c.v); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if _, err := connectors.AppendOffsetMap(nil, c.v); (err == nil) != (c.want == "") {
			t.Errorf("append: %v", err)
		}
	}
}

func TestParseOffsetMap_AsJavaReads(t *testing.T) {
	v := parseMap(t, `{"a":1,"b":1.0,"c":1e2,"d":1e400,"e":-0,"f":true,"g":null,"h":"x","a":2} trailing`)
	want := mapOf("a", batch.Int64Value(2), "b", batch.Float64Value(1), "c", batch.Float64Value(100), "d", batch.Float64Value(math.Inf(1)),
		"e", batch.Int64Value(0), "f", batch.BooleanValue(true), "g", batch.Null(), "h", batch.StringValue("x"))
	if !v.Equal(want) {
		t.Fatalf("got %+v", v)
	}
	if !parseMap(t, " null").IsNull() {
		t.Fatal("null is not null")
	}
	deep := `{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}"
	for _, text := range []string{"", " ", "{", `{"a"`, `{"a":}`, `{"a":1,`, `"x"`, "[1]", "5", "\xff", `{"a":"` + "\xff" + `"}`, deep,
		`{"a":` + strings.Repeat("9", 1001) + "}"} {
		if _, err := connectors.ParseOffsetMap([]byte(text)); err == nil {
			t.Errorf("%.40q: no error", text)
		}
	}
}

func TestParseOffsetKey_RefusesWhatIsNoKey(t *testing.T) {
	for _, text := range []string{`{}`, `[]`, `["c"]`, `["c",{},1]`, `[1,{}]`, `["c",5]`, `["c",[]]`, `null`, `x`} {
		if _, _, err := connectors.ParseOffsetKey([]byte(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func TestOffsetContent_ComparesWhatWouldBeStored(t *testing.T) {
	content := func(v connectors.OffsetMap) string {
		s, err := connectors.OffsetContent(v)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a := content(mapOf("x", batch.Int32Value(1), "y", batch.Float32Value(0.1)))
	if b := content(mapOf("y", batch.Float64Value(0.1), "x", batch.Int64Value(1))); a != b {
		t.Fatal("width and order count")
	}
	for _, v := range []connectors.OffsetMap{batch.Null(), mapOf(), mapOf("x", batch.Int64Value(1)),
		mapOf("x", batch.Float64Value(1), "y", batch.Float64Value(0.1)), mapOf("x", batch.StringValue("1"), "y", batch.Float64Value(0.1))} {
		if content(v) == a {
			t.Errorf("%+v is taken for another", v)
		}
	}
}

// What parses and may be stored, is written in a form that reads back as the same.
func FuzzOffsetKey(f *testing.F) {
	data, err := os.ReadFile("testdata/offsetkeys.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		f.Add(line)
	}
	f.Add([]byte(`["c",{"a":[1,{"b":null}],"b":1e999,"c":99999999999999999999}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		name, partition, err := connectors.ParseOffsetKey(text)
		if err != nil {
			return
		}
		key, err := connectors.AppendOffsetKey(nil, name, partition)
		if err != nil {
			if connectors.CheckOffsetMap(partition) == nil {
				t.Fatal(err)
			}
			return
		}
		n, again, err := connectors.ParseOffsetKey(key)
		if err != nil || n != name {
			t.Fatalf("%s: %q, %v", key, n, err)
		}
		a, errA := connectors.OffsetContent(partition)
		b, errB := connectors.OffsetContent(again)
		if errA != nil || errB != nil || a != b {
			t.Fatalf("%s is not the same as %s (%v, %v)", key, text, errA, errB)
		}
		if twice, err := connectors.AppendOffsetKey(nil, n, again); err != nil || !bytes.Equal(twice, key) {
			t.Fatalf("%s, then %s", key, twice)
		}
	})
}
