package batch_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// The texts are those that ConnectSchema.validateValue and Struct.put of connect-api 4.3.1 give.
func TestValidate_TextsOfTheOriginal(t *testing.T) {
	i32 := batch.Of(batch.KindInt32, false)
	str := batch.StringValue("x")
	list := batch.NewSchema(batch.KindArray).Elem(i32).Build()
	dict := batch.NewSchema(batch.KindMap).Key(batch.Of(batch.KindString, false)).Elem(list).Build()
	st := batch.NewSchema(batch.KindStruct).Field("f", i32).Build()
	other := batch.NewSchema(batch.KindStruct).Field("g", i32).Build()
	decimal := batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(1)})
	for _, c := range []struct {
		s    *batch.Schema
		v    batch.Value
		want string
	}{
		{i32, batch.Int32Value(1), ""},
		{i32, str, `Invalid Java object for schema with type INT32: class java.lang.String for value`},
		{i32, batch.Value{}, `Invalid value: null used for required value, schema type: INT32`},
		{batch.Of(batch.KindInt8, true), batch.Value{}, ""},
		{batch.NewSchema(batch.KindInt32).Name("n").Build(), str, `Invalid Java object for schema "n" with type INT32: class java.lang.String for value`},
		{batchtest.Date().Build(), batch.Int32Value(1), `Invalid Java object for schema "org.apache.kafka.connect.data.Date" with type INT32: class java.lang.Integer for value`},
		{batchtest.Decimal(2).Build(), decimal, ""},
		{batch.Of(batch.KindBytes, false), decimal, `Invalid Java object for schema with type BYTES: class java.math.BigDecimal for value`},
		{list, batch.ArrayValue([]batch.Value{batch.BytesValue(nil)}), `Invalid Java object for schema with type INT32: class [B for element of array value`},
		{dict, batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{str}, Values: []batch.Value{batch.ArrayValue([]batch.Value{{}})}}),
			`Invalid value: null used for required element of array value of map value, schema type: INT32`},
		{dict, batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{{}}, Values: []batch.Value{{}}}), `Invalid value: null used for required key of map value, schema type: STRING`},
		{st, batch.StructValueOf(batch.NewStructValue(other)), "Struct schemas do not match."},
		{st, batch.StructValueOf(batch.NewStructValue(st)), `Invalid value: null used for required field: "f", schema type: INT32`},
		{batch.NewSchema(batch.KindArray).Build(), batch.ArrayValue(nil), "No schema defined for element of array value"},
	} {
		err := c.s.Validate(c.v)
		if c.want == "" && err == nil {
			continue
		}
		var class interface{ JavaClass() string }
		if err == nil || err.Error() != c.want || !errors.As(err, &class) || class.JavaClass() != "org.apache.kafka.connect.errors.DataException" {
			t.Errorf("%s: got %v, want %s", c.s, err, c.want)
		}
	}
}

func TestStructValue_PutChecksAsTheOriginal(t *testing.T) {
	s := batch.NewSchema(batch.KindStruct).Field("f", batch.Of(batch.KindInt32, false)).
		Field("d", batch.NewSchema(batch.KindString).Default(batch.StringValue("std")).Build()).Build()
	v := batch.NewStructValue(s)
	for name, want := range map[string]string{
		"f": `Invalid Java object for schema with type INT32: class java.lang.String for field: "f"`,
		"g": "g is not a valid field name",
	} {
		if err := v.Put(name, batch.StringValue("x")); err == nil || err.Error() != want {
			t.Errorf("put %s: %v", name, err)
		}
	}
	if err := v.Put("f", batch.Int32Value(7)); err != nil {
		t.Fatal(err)
	}
	if d, err := v.Get("d"); err != nil || d.Str() != "std" {
		t.Fatalf("default: %v %v", d, err)
	}
	if err := v.Validate(); err != nil {
		t.Fatalf("null with a default: %v", err)
	}
}

func TestColumnBuilder_RefusesAndGoesOn(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(2)
	defer b.Release()
	s := batch.NewSchema(batch.KindStruct).Field("day", batchtest.Date().Build()).Build()
	cb := batch.NewColumnBuilder(s, false)
	row := func(v batch.Value) error {
		return cb.Append(batch.StructValueOf(&batch.StructValue{Schema: s, Fields: []batch.Value{v}}))
	}
	for _, c := range []struct {
		v    batch.Value
		want string
	}{
		{batch.DateValue(86400000), ""},
		{batch.DateValue(86400001), "Kafka Connect Date type should not have any time fields set to non-zero values."},
		{batch.Int32Value(1), `Invalid Java object for schema "org.apache.kafka.connect.data.Date" with type INT32: class java.lang.Integer for field: "day"`},
		{batch.Value{}, ""},
	} {
		if err := row(c.v); (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	b.Value = cb.Finish(b)
	if got := b.String(); got != "day date\n1970-01-02\nnull\n" {
		t.Fatalf("got %s", got)
	}
}
