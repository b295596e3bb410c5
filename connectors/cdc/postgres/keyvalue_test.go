package postgres

import (
	"reflect"
	"testing"

	"github.com/millrace/millrace/connectors/cdc/postgres/typemap"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/javaser"
)

// TestKeyValue checks what the JDBC driver makes of values, and that they come back as literals that mean the same.
func TestKeyValue(t *testing.T) {
	enum := &typemap.Type{Name: "mood", Labels: []string{"sad"}}
	for _, c := range []struct {
		typ     *typemap.Type
		text    string
		want    any
		literal string
	}{
		{&typemap.Type{Name: "int2"}, "-5", int32(-5), "'-5'"},
		{&typemap.Type{Name: "int4"}, "7", int32(7), "'7'"},
		{&typemap.Type{Name: "int8"}, "9007199254740993", int64(9007199254740993), "'9007199254740993'"},
		{&typemap.Type{Name: "oid"}, "4294967295", int64(4294967295), "'4294967295'"},
		{&typemap.Type{Name: "bool"}, "t", true, "'true'"},
		{&typemap.Type{Name: "float4"}, "0.1", float32(0.1), "'0.1'"},
		{&typemap.Type{Name: "float8"}, "1e+300", 1e300, "'1e+300'"},
		{&typemap.Type{Name: "text"}, `it's \`, `it's \`, `E'it''s \\'`},
		{&typemap.Type{Name: "bpchar"}, "a   ", "a   ", "'a   '"},
		{&typemap.Type{Name: "numeric"}, "12.50", java.NewDecimal(1250, 2), "'12.50'"},
		{&typemap.Type{Name: "numeric"}, "NaN", javaser.Typed{Type: "numeric", Value: "NaN"}, "'NaN'"},
		{&typemap.Type{Name: "uuid"}, "01234567-89ab-cdef-0123-456789abcdef", javaser.UUID{1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}, "'0123456789abcdef0123456789abcdef'"},
		{&typemap.Type{Name: "bytea"}, `\x00ff`, []byte{0, 255}, `E'\\x00ff'`},
		{&typemap.Type{Name: "date"}, "2024-02-29", javaser.Date(1709164800000), "'2024-02-29'"},
		{&typemap.Type{Name: "date"}, "infinity", javaser.Typed{Type: "date", Value: "infinity"}, "'infinity'"},
		{&typemap.Type{Name: "date"}, "0044-03-15 BC", javaser.Typed{Type: "date", Value: "0044-03-15 BC"}, "'0044-03-15 BC'"},
		{&typemap.Type{Name: "timestamp"}, "2024-01-02 03:04:05.5", javaser.Timestamp{Seconds: 1704164645, Nanos: 500000000}, "'2024-01-02 03:04:05.5'"},
		{&typemap.Type{Name: "timestamptz"}, "2024-01-02 03:04:05.000001+00", javaser.Timestamp{Seconds: 1704164645, Nanos: 1000}, "'2024-01-02 03:04:05.000001'"},
		{&typemap.Type{Name: "time"}, "24:00:00", "24:00:00", "'24:00:00'"},
		{&typemap.Type{Name: "inet"}, "10.0.0.1", javaser.Typed{Type: "inet", Value: "10.0.0.1"}, "'10.0.0.1'"},
		{enum, "sad", "sad", "'sad'"},
		{&typemap.Type{Name: "d", Base: &typemap.Type{Name: "int4"}}, "3", int32(3), "'3'"},
	} {
		got, err := keyValue(c.typ, []byte(c.text))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q: %#v, %v, want %#v", c.typ.Name, c.text, got, err, c.want)
			continue
		}
		if literal, err := keyLiteral(got); literal != c.literal || err != nil {
			t.Errorf("%s %q: literal %s, %v, want %s", c.typ.Name, c.text, literal, err, c.literal)
		}
		stored, err := javaser.AppendArray(nil, []any{got})
		if err != nil {
			t.Fatal(err)
		}
		back, err := javaser.ReadArray(stored)
		if err != nil {
			t.Fatal(err)
		}
		if literal, err := keyLiteral(back[0]); literal != c.literal || err != nil {
			t.Errorf("%s %q: literal of the stored value %s, %v", c.typ.Name, c.text, literal, err)
		}
	}
	if v, err := keyValue(enum, nil); v != nil || err != nil {
		t.Errorf("null: %v, %v", v, err)
	}
	if literal, err := keyLiteral(nil); literal != "NULL" || err != nil {
		t.Errorf("null: %s, %v", literal, err)
	}
	if _, err := keyLiteral(struct{}{}); err == nil {
		t.Error("a struct has a literal")
	}
}

func TestDelivered(t *testing.T) {
	for _, c := range []struct {
		seen     []uint32
		snapshot string
		want     bool
	}{
		{nil, "10:10:", true},
		{[]uint32{9}, "10:10:", true},
		{[]uint32{10}, "10:10:", false},
		{[]uint32{7, 8, 9}, "8:11:8,10", false},
		{[]uint32{7, 9, 9}, "8:11:8,10", true},
		{[]uint32{5}, "4294967301:4294967302:", true}, // in epoch 1
		{[]uint32{6}, "4294967301:4294967302:", false},
		{[]uint32{4}, "4294967301:4294967301:", true},
		{[]uint32{4294967295}, "4294967297:4294967297:", true}, // before the xids began anew
		{[]uint32{9}, "nonsense", false},
	} {
		var d delivered
		for _, x := range c.seen {
			d.add(x)
		}
		if got := d.by(c.snapshot); got != c.want {
			t.Errorf("%v by %s: %v", c.seen, c.snapshot, got)
		}
	}
	var d delivered
	for x := range uint32(2000) {
		d.add(x + 1)
	}
	if !d.by("2001:2001:1") { // which is no longer remembered
		t.Error("more are remembered than there is room for")
	}
}
