package typemap

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc/postgres/pgoutput"
)

// samples are texts that the server writes, by type.
var samples = map[string]struct {
	oid      uint32
	modifier int32
	texts    []string
}{
	"bool":          {oidBool, -1, []string{"t", "f"}},
	"int2":          {oidInt2, -1, []string{"0", "-32768", "32767"}},
	"int4":          {oidInt4, -1, []string{"0", "-2147483648", "2147483647"}},
	"int8":          {oidInt8, -1, []string{"0", "-9223372036854775808", "9223372036854775807"}},
	"oid":           {oidOID, -1, []string{"0", "4294967295"}},
	"float4":        {oidFloat4, -1, []string{"0", "-1.5", "1e+10", "NaN", "Infinity", "3.4028235e+38"}},
	"float8":        {oidFloat8, -1, []string{"0", "-0", "1e+300", "NaN", "-Infinity", "0.1"}},
	"numeric(9,2)":  {oidNumeric, 9<<16 + 2 + 4, []string{"0.00", "12.34", "-0.01", "1234567.89", "-1.28", "1.27"}},
	"numeric(38,4)": {oidNumeric, 38<<16 + 4 + 4, []string{"0.0000", "-1234567890123456789012345678901234.5678", "9999999999999999.9999"}},
	"numeric":       {oidNumeric, -1, []string{"0", "1.2300", "-100", "123456789012345678901234567890.5"}},
	"text":          {oidText, -1, []string{"", "abc", "ünïcode €"}},
	"bytea":         {oidBytea, -1, []string{`\x`, `\x0102ff`}},
	"json":          {oidJSON, -1, []string{`{"a": 1}`}},
	"uuid":          {oidUUID, -1, []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}},
	"bit(1)":        {oidBit, 1, []string{"0", "1"}},
	"bit(10)":       {oidBit, 10, []string{"0000000000", "1000000001", "1111111111"}},
	"date":          {oidDate, -1, []string{"1970-01-01", "2024-02-29", "0044-03-15 BC", "5874897-12-31", "infinity", "-infinity"}},
	"time(3)":       {oidTime, 3, []string{"00:00:00", "12:34:56.789", "24:00:00"}},
	"time":          {oidTime, -1, []string{"00:00:00", "12:34:56.789123", "23:59:59.999999"}},
	"timestamp(3)":  {oidTimestamp, 3, []string{"1970-01-01 00:00:00", "1969-12-31 23:59:59.999", "0044-03-15 00:00:00 BC"}},
	"timestamp":     {oidTimestamp, -1, []string{"1970-01-01 00:00:00", "2024-02-29 12:34:56.789123", "infinity", "-infinity"}},
	"timestamptz":   {oidTimestamptz, -1, []string{"1970-01-01 00:00:00+00", "2024-02-29 12:34:56.789123+02", "10000-01-01 00:00:00+00", "0044-03-15 00:00:00+00 BC", "infinity"}},
	"timetz":        {oidTimetz, -1, []string{"12:34:56.789+02", "00:00:00-12", "24:00:00+00"}},
	"interval":      {oidInterval, -1, []string{"00:00:00", "1 year 2 mons 3 days 04:05:06.789", "-1 days +02:03:00", "-00:00:00.5"}},
	"point":         {oidPoint, -1, []string{"(1,2.5)", "(-1e+300,0)"}},
	"money":         {oidMoney, -1, []string{"$0.00", "-$1,234.56"}},
}

// everyMode calls f for every value of every mode that a type looks at, the others at their defaults.
func everyMode(f func(name string, m *Modes)) {
	set := func(name string, change func(m *Modes)) {
		m := &Modes{Decimal: "precise", Temporal: "adaptive", Binary: "bytes", Hstore: "json", Interval: "numeric", MoneyDigits: 2, Placeholder: []byte("__unavailable")}
		change(m)
		f(name, m)
	}
	for _, v := range []string{"precise", "string", "double"} {
		set("decimal "+v, func(m *Modes) { m.Decimal = v })
	}
	for _, v := range []string{"adaptive_time_microseconds", "connect", "isostring", "microseconds", "nanoseconds"} {
		set("temporal "+v, func(m *Modes) { m.Temporal = v })
	}
	for _, v := range []string{"base64", "base64-url-safe", "hex"} {
		set("binary "+v, func(m *Modes) { m.Binary = v })
	}
	set("interval string", func(m *Modes) { m.Interval = "string" })
}

// TestDecoder_LoopsAgreeWithParse decodes each type in each mode, nulls and unchanged values between, by column and value
// by value.
func TestDecoder_LoopsAgreeWithParse(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	everyMode(func(modes string, m *Modes) {
		for name, s := range samples {
			for _, optional := range []bool{true, false} {
				d := m.Decoder(&Column{Name: "c", Type: &Type{OID: s.oid, Name: name}, Modifier: s.modifier, Optional: optional})
				if d == nil {
					t.Fatalf("%s: left out", name)
				}
				in := Cells{Width: 1, Failed: func(*ValueError) {}}
				add := func(c pgoutput.Cell) {
					in.Tuples = append(in.Tuples, int32(len(in.Cells)))
					in.Cells = append(in.Cells, c)
				}
				for _, text := range s.texts {
					add(pgoutput.Cell{Pos: uint32(len(in.Buf)), Len: int32(len(text))})
					in.Buf = append(in.Buf, text...)
					add(pgoutput.Cell{Len: pgoutput.Null})
				}
				if optional || !d.unchanged.IsNull() {
					add(pgoutput.Cell{Len: pgoutput.Unchanged})
				}
				in.Tuples = append(in.Tuples, pgoutput.None)

				b := pool.New(len(in.Tuples))
				have, err := d.Column(b, &in, false)
				if err != nil {
					t.Fatalf("%s, %s: %v", name, modes, err)
				}
				want, err := d.plain(b, &in)
				if err != nil {
					t.Fatalf("%s, %s, plain: %v", name, modes, err)
				}
				for i := range in.Tuples {
					if h, w := have.Value(i), want.Value(i); !h.Equal(w) {
						t.Errorf("%s, %s, optional %v, row %d: %v, plain %v", name, modes, optional, i, h, w)
					}
				}
				b.Release()
			}
		}
	})
}

// TestDecoder_Failed checks that what an optional column does not take becomes null, and is told; a required column, or
// nobody to tell, makes it an error.
func TestDecoder_Failed(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	m := &Modes{Decimal: "precise", Temporal: "adaptive", Binary: "base64", Interval: "numeric", Placeholder: []byte("unsent")}
	for _, c := range []struct {
		typ      Type
		modifier int32
		cell     pgoutput.Cell
		refused  bool // or else there is a placeholder
	}{
		{Type{OID: oidNumeric}, 10<<16 + 2 + 4, pgoutput.Cell{Len: 3}, true}, // NaN
		{Type{OID: oidNumeric}, -1, pgoutput.Cell{Len: 3}, true},
		{Type{OID: oidNumeric}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, true},
		{Type{OID: oidBytea}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, true},
		{Type{OID: oidVarbit}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, true},
		{Type{OID: 1005, Element: &Type{OID: oidInt2}}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, true},
		{Type{OID: 1185, Element: &Type{OID: oidTimestamptz}}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, true},
		{Type{OID: 1007, Element: &Type{OID: oidInt4}}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, false},
		{Type{OID: 1009, Element: &Type{OID: oidText}}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, false},
		{Type{OID: oidText}, -1, pgoutput.Cell{Len: pgoutput.Unchanged}, false},
	} {
		for _, optional := range []bool{true, false} {
			for _, told := range []bool{true, false} {
				var failed []*ValueError
				in := Cells{Buf: []byte("NaN"), Cells: []pgoutput.Cell{c.cell}, Width: 1, Tuples: []int32{0}}
				if told {
					in.Failed = func(e *ValueError) { failed = append(failed, e) }
				}
				b := pool.New(1)
				v, err := m.Decoder(&Column{Name: "c", Type: &c.typ, Modifier: c.modifier, Optional: optional}).Column(b, &in, false)
				becomesNull := c.refused && optional && told
				if (err != nil) != (c.refused && !becomesNull) || (len(failed) == 1) != becomesNull || err == nil && v.IsNull(0) != becomesNull {
					t.Errorf("type %d, %+v, optional %v, told %v: %v, %v", c.typ.OID, c.cell, optional, told, failed, err)
				}
				b.Release()
			}
		}
	}
}

// TestDecoder_Refuses checks that what is no value of a type is an error that names column and value.
func TestDecoder_Refuses(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	m := &Modes{Decimal: "precise", Temporal: "adaptive", Binary: "bytes", Interval: "numeric", MoneyDigits: 2}
	for name, s := range samples {
		if s.oid == oidText || s.oid == oidJSON || s.oid == oidUUID {
			continue
		}
		d := m.Decoder(&Column{Name: "c", Type: &Type{OID: s.oid, Name: name}, Modifier: s.modifier})
		b := pool.New(1)
		in := Cells{Buf: []byte("x?"), Cells: []pgoutput.Cell{{Len: 2}}, Width: 1, Tuples: []int32{0}}
		if _, err := d.Column(b, &in, false); err == nil {
			t.Errorf("%s takes %q", name, in.Buf)
		}
		b.Release()
	}
}

// TestDecoder_Binary compares binary cells with the text of the same values.
func TestDecoder_Binary(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	be := binary.BigEndian
	cases := []struct {
		oid      uint32
		modifier int32
		text     string
		binary   []byte
	}{
		{oidBool, -1, "t", []byte{1}},
		{oidInt2, -1, "-2", be.AppendUint16(nil, 0xfffe)},
		{oidInt4, -1, "-2147483648", be.AppendUint32(nil, 1<<31)},
		{oidInt8, -1, "-9", be.AppendUint64(nil, ^uint64(8))},
		{oidOID, -1, "4294967295", be.AppendUint32(nil, math.MaxUint32)},
		{oidFloat4, -1, "-1.5", be.AppendUint32(nil, math.Float32bits(-1.5))},
		{oidFloat8, -1, "1e+300", be.AppendUint64(nil, math.Float64bits(1e300))},
		{oidText, -1, "abc", []byte("abc")},
		{oidBytea, -1, `\x0102ff`, []byte{1, 2, 255}},
		{oidDate, -1, "1999-12-31", be.AppendUint32(nil, 0xffffffff)},
		{oidDate, -1, "infinity", be.AppendUint32(nil, math.MaxInt32)},
		{oidTime, -1, "00:00:01.5", be.AppendUint64(nil, 1_500_000)},
		{oidTime, 3, "00:00:01.5", be.AppendUint64(nil, 1_500_000)},
		{oidTimestamp, -1, "2000-01-01 00:00:00.000001", be.AppendUint64(nil, 1)},
		{oidTimestamp, 3, "1999-12-31 23:59:59.999", be.AppendUint64(nil, ^uint64(999))},
		{oidTimestamp, -1, "-infinity", be.AppendUint64(nil, 1<<63)},
		{oidTimestamptz, -1, "2000-01-01 00:00:00+00", be.AppendUint64(nil, 0)},
	}
	for _, c := range cases {
		everyMode(func(modes string, m *Modes) {
			d := m.Decoder(&Column{Name: "c", Type: &Type{OID: c.oid}, Modifier: c.modifier})
			cell := c.binary
			if !d.Binary {
				cell = []byte(c.text)
			}
			b := pool.New(1)
			defer b.Release()
			in := Cells{Buf: cell, Cells: []pgoutput.Cell{{Len: int32(len(cell))}}, Width: 1, Tuples: []int32{0}}
			have, err := d.Column(b, &in, true)
			if err != nil {
				t.Fatalf("%d, %s: %v", c.oid, modes, err)
			}
			want, err := d.Parse([]byte(c.text))
			if err != nil || !have.Value(0).Equal(want) {
				t.Errorf("%d, %s: %q is %v, its text %v, %v", c.oid, modes, c.binary, have.Value(0), want, err)
			}
		})
	}
}

func TestCalendar_RoundTrip(t *testing.T) {
	for d := int64(-800_000); d < 3_000_000; d += 17 {
		y, m, day := dateOf(d)
		if got := daysOf(y, m, day); got != d {
			t.Fatalf("day %d is %d-%d-%d, which is day %d", d, y, m, day, got)
		}
	}
	if got := string(appendISODate(nil, daysOf(-43, 3, 15))); got != "-0043-03-15" {
		t.Errorf("44 BC: %s", got)
	}
}

func TestArrays(t *testing.T) {
	m := &Modes{Decimal: "precise", Temporal: "adaptive", Binary: "bytes", Placeholder: []byte("p")}
	ints := m.Decoder(&Column{Name: "c", Type: &Type{OID: 1007, Element: &Type{OID: oidInt4, Delimiter: ','}}, Optional: true})
	texts := m.Decoder(&Column{Name: "c", Type: &Type{OID: 1009, Element: &Type{OID: oidText, Delimiter: ','}}, Optional: true})
	for text, want := range map[string]string{`{}`: "[]", `{1,NULL,-3}`: "[1 null -3]", `[0:1]={1,2}`: "[1 2]"} {
		v, err := ints.Parse([]byte(text))
		if err != nil || show(v) != want {
			t.Errorf("%s: %s, %v, want %s", text, show(v), err, want)
		}
	}
	v, err := texts.Parse([]byte(`{"a,\"b\\",NULL,"NULL",x}`))
	if err != nil || len(v.Array()) != 4 || v.Array()[0].Str() != `a,"b\` || !v.Array()[1].IsNull() || v.Array()[2].Str() != "NULL" {
		t.Errorf("texts: %v, %v", v, err)
	}
	shapes := m.Decoder(&Column{Name: "c", Type: &Type{OID: 90001, Element: &Type{OID: oidText, Delimiter: ':'}}, Optional: true})
	if v, err := shapes.Parse([]byte(`{a,b:c}`)); err != nil || len(v.Array()) != 2 || v.Array()[0].Str() != "a,b" {
		t.Errorf("elements between colons: %v, %v", v, err)
	}
	for _, bad := range []string{"", "{", "{1", "1}", `{"a`, "[0:1]{1}"} {
		if _, err := ints.Parse([]byte(bad)); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func show(v batch.Value) string {
	s := "["
	for i, e := range v.Array() {
		if i > 0 {
			s += " "
		}
		if e.IsNull() {
			s += "null"
		} else {
			s += fmt.Sprint(e.Int())
		}
	}
	return s + "]"
}

func TestHstore(t *testing.T) {
	for text, want := range map[string]string{``: `{}`, `"a"=>"1", "b\"c"=>NULL`: `{"a":"1","b\"c":null}`} {
		v, err := parseHstoreJSON([]byte(text))
		if err != nil || v.Str() != want {
			t.Errorf("%s: %s, %v, want %s", text, v.Str(), err, want)
		}
	}
}

// FuzzLoops gives every type the same bytes: loop and parse agree on value and refusal.
func FuzzLoops(f *testing.F) {
	for _, s := range samples {
		for _, text := range s.texts {
			f.Add([]byte(text))
		}
	}
	m := &Modes{Decimal: "precise", Temporal: "adaptive", Binary: "bytes", Interval: "numeric", MoneyDigits: 2}
	pool := batch.NewPool(mem.NewPool())
	f.Fuzz(func(t *testing.T, text []byte) {
		for name, s := range samples {
			d := m.Decoder(&Column{Name: "c", Type: &Type{OID: s.oid}, Modifier: s.modifier})
			if d.text == nil {
				continue
			}
			b := pool.New(1)
			in := Cells{Buf: text, Cells: []pgoutput.Cell{{Len: int32(len(text))}}, Width: 1, Tuples: []int32{0}}
			have, err := d.Column(b, &in, false)
			want, plain := d.Parse(text)
			if (err == nil) != (plain == nil) || err == nil && !have.Value(0).Equal(want) {
				t.Errorf("%s: %q: %v, parse says %v %v", name, text, err, want, plain)
			}
			b.Release()
		}
	})
}
