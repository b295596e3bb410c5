package tagged_test

import (
	"math"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/tagged"
)

func TestAppend_ReadsBack(t *testing.T) {
	for seed := range uint64(500) {
		r := batchtest.NewRandom(seed)
		for _, s := range []*batch.Schema{nil, r.Schema()} {
			text := tagged.AppendSchema(nil, s)
			back, err := tagged.ParseSchema(text)
			if err != nil || !back.Equal(s) {
				t.Fatalf("seed %d: schema %s became %s: %v", seed, text, tagged.AppendSchema(nil, back), err)
			}
			v := r.Value(s)
			text = tagged.AppendValue(nil, s, v)
			again, err := tagged.ParseValue(s, text)
			if err != nil || !again.Equal(v) {
				t.Fatalf("seed %d: value %s became %s: %v", seed, text, tagged.AppendValue(nil, s, again), err)
			}
		}
	}
}

func TestAppend_Texts(t *testing.T) {
	st := batch.NewStructValue(batch.NewSchema(batch.KindStruct).Field("a", batch.Of(batch.KindInt8, true)).Build())
	st.Fields[0] = batch.Int8Value(-3)
	for _, c := range []struct {
		v    batch.Value
		want string
	}{
		{batch.Value{}, `null`},
		{batch.Float64Value(math.Copysign(0, -1)), `{"f64":"-0"}`},
		{batch.Float32Value(float32(math.Inf(-1))), `{"f32":"-Infinity"}`},
		{batch.StringValue("a\"\\\n\u00fc\xed\xa0\x80"), `{"s":"a\"\\\u000a` + "\u00fc" + `\ud800"}`},
		{batch.StructValueOf(st), `{"struct":[["a",{"i8":-3}]],"schema":{"type":"struct","fields":[{"field":"a","schema":{"type":"int8","optional":true}}]}}`},
		{batch.DateValue(-1), `{"millis":"-1"}`},
		{batch.ArrayValue([]batch.Value{batch.BooleanValue(true), {}}), `{"list":[{"bool":true},null]}`},
	} {
		if got := string(tagged.AppendValue(nil, nil, c.v)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
