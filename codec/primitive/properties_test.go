package primitive_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/primitive"
)

// each runs f with every class, configured as a converter and as a header converter.
func each(t *testing.T, f func(t *testing.T, c codec.Converter, h codec.HeaderConverter)) {
	for _, class := range primitive.Classes() {
		configs := []map[string]string{nil}
		if class.Def.Names()[len(class.Def.Names())-1] == "converter.encoding" {
			configs = append(configs, map[string]string{"converter.encoding": "ISO-8859-1"}, map[string]string{"converter.encoding": "UTF-16"})
		}
		for _, config := range configs {
			t.Run(fmt.Sprint(class.Name, config), func(t *testing.T) {
				c, err := class.New(config, false, codec.Context{})
				if err != nil {
					t.Fatal(err)
				}
				h, err := class.NewHeader(config)
				if err != nil {
					t.Fatal(err)
				}
				f(t, c, h)
			})
		}
	}
}

// randomBytes makes rows of text, of the lengths of numbers, of booleans, of anything, and nulls.
func randomBytes(r *batchtest.Random, n int) [][]byte {
	rows := make([][]byte, n)
	for i := range rows {
		switch r.IntN(6) {
		case 0:
		case 1:
			rows[i] = []byte(r.Text())
		case 2:
			rows[i] = []byte{byte(r.IntN(4))}
		default:
			rows[i] = make([]byte, []int{0, 1, 2, 3, 4, 8, 9, 40}[r.IntN(8)])
			for k := range rows[i] {
				rows[i][k] = byte(r.Uint32())
			}
		}
	}
	return rows
}

func TestDecode_AsHeadersOneByOne(t *testing.T) {
	each(t, func(t *testing.T, c codec.Converter, h codec.HeaderConverter) {
		for seed := range uint64(6) {
			rows := randomBytes(batchtest.NewRandom(seed), rand.New(rand.NewPCG(seed, 1)).IntN(90))
			for i, got := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: rows}) {
				s, v, err := h.ToConnect("t", "h", rows[i])
				if codectest.ErrorText(got.Err) != codectest.ErrorText(err) || !got.Schema.Equal(s) || !got.Value.Equal(v) {
					t.Errorf("seed %d: row %d: %q became %s, as a header %s: %v", seed, i, rows[i], got, batch.AppendLiteral(nil, s, v), err)
				}
			}
			codectest.CheckStable(t, c, codectest.Rows{Raw: rows})
		}
	})
}

// TestEncode_AsHeadersOneByOne compares columns of every schema and form with their values.
func TestEncode_AsHeadersOneByOne(t *testing.T) {
	each(t, func(t *testing.T, c codec.Converter, h codec.HeaderConverter) {
		pool := batch.NewPool(mem.Checked(t))
		for seed := range uint64(24) {
			r := batchtest.NewRandom(seed)
			r.Depth = 2
			b := pool.New(0)
			s := schemaFor(r, seed)
			col, _, _ := r.Column(b, s, r.IntN(20))
			linked := col.Form() != batch.FormDynamic || col.Dyn.Linked
			for i, got := range codectest.CheckEncoder(t, c, "t", col) {
				if !linked && hasMap(col.Value(i)) {
					continue // a column knows the order of a HashMap, a header's value does not
				}
				out, null, err := h.FromConnect([]byte{}, "t", "h", col.SchemaOf(i), col.Value(i))
				if codectest.ErrorText(got.Err) != codectest.ErrorText(err) || err == nil && (null != (got.Bytes == nil) || string(out) != string(got.Bytes)) {
					t.Errorf("seed %d: row %d: %s became %s, as a header %q: %v", seed, i, batch.AppendLiteral(nil, s, col.Value(i)), got, out, err)
				}
			}
			b.Release()
		}
	})
}

// schemaFor returns the schemas that the loops take for some seeds, any for others.
func schemaFor(r *batchtest.Random, seed uint64) *batch.Schema {
	switch seed % 4 {
	case 0:
		return nil
	case 1:
		return r.Schema()
	}
	kinds := []batch.Kind{batch.KindString, batch.KindBytes, batch.KindBoolean, batch.KindInt16, batch.KindInt32, batch.KindInt64, batch.KindFloat32, batch.KindFloat64}
	return batch.Of(kinds[r.IntN(len(kinds))], r.IntN(2) == 0)
}

// hasMap reports whether a map is in v.
func hasMap(v batch.Value) bool {
	switch v.Tag() {
	case batch.TagMap:
		return true
	case batch.TagArray:
		for _, e := range v.Array() {
			if hasMap(e) {
				return true
			}
		}
	case batch.TagStruct:
		for _, e := range v.Struct().Fields {
			if hasMap(e) {
				return true
			}
		}
	}
	return false
}

// The texts are those of java.util.HashMap and LinkedHashMap of JDK 17.
func TestStringEncoder_MapsInTheOrderOfAHashMap(t *testing.T) {
	m := &batch.MapValue{}
	for i, k := range []string{"i", "s", "d", "ts", "m", "m2", "arr", "n", "by"} {
		m.Put(batch.StringValue(k), batch.Int32Value(int32(i)))
	}
	mixed := &batch.MapValue{}
	for _, k := range []batch.Value{batch.Int64Value(33), batch.StringValue("a"), batch.Null(), batch.BooleanValue(true), batch.Float64Value(1.5), batch.Int32Value(2)} {
		mixed.Put(k, batch.ArrayValue(nil))
	}
	nested := &batch.MapValue{}
	for i, k := range []batch.Value{
		batch.ArrayValue([]batch.Value{batch.Int32Value(1), batch.StringValue("x")}),
		batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue("k")}, Values: []batch.Value{batch.Int64Value(2)}}),
		batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(150), Scale: 2}),
		batch.DateValue(123456789012), batch.Int8Value(-3), batch.Float32Value(2.5), batch.Int64Value(-7),
	} {
		nested.Put(k, batch.Int32Value(int32(i+1)))
	}
	b := batch.NewPool(mem.Checked(t)).New(3)
	defer b.Release()
	values := []batch.Value{batch.MapValueOf(m), batch.MapValueOf(mixed), batch.MapValueOf(nested)}
	for linked, want := range map[bool][]string{
		false: {"{arr=6, s=1, d=2, m2=5, by=8, i=0, m=4, n=7, ts=3}", "{null=[], 33=[], a=[], 2=[], 1.5=[], true=[]}",
			"{2.5=6, Thu Nov 29 21:33:09 UTC 1973=4, -3=5, -7=7, [1, x]=1, {k=2}=2, 1.50=3}"},
		true: {"{i=0, s=1, d=2, ts=3, m=4, m2=5, arr=6, n=7, by=8}", "{33=[], a=[], null=[], true=[], 1.5=[], 2=[]}",
			"{[1, x]=1, {k=2}=2, 1.50=3, Thu Nov 29 21:33:09 UTC 1973=4, -3=5, 2.5=6, -7=7}"},
	} {
		for i, got := range codectest.CheckEncoder(t, converter(t, "StringConverter", nil), "t", b.DynamicColumn(values, linked)) {
			if string(got.Bytes) != want[i] {
				t.Errorf("linked %t: %s, want %s", linked, got.Bytes, want[i])
			}
		}
	}
}
