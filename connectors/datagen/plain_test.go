package datagen

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// plain returns the value of a field in record g, in plain words: what column does for many records.
func (f *field) plain(g uint64) batch.Value {
	if f.nulls != 0 && mix(f.nullState+g*golden) < f.nulls {
		return batch.Null()
	}
	draw := mix(f.state + g*golden)
	whole := func(v int64) batch.Value {
		switch f.schema.Logical() {
		case batch.LogicalDate:
			return batch.DateValue(v * 86400000)
		case batch.LogicalTimestamp:
			return batch.DateValue(v)
		}
		return batch.IntValue(f.schema.Kind(), v)
	}
	text := func(b []byte) batch.Value {
		if f.schema.Kind() == batch.KindBytes {
			return batch.BytesValue(b)
		}
		return batch.StringValue(string(b))
	}
	switch f.op {
	case opSequence:
		return whole(f.lo + f.step*int64(g))
	case opRange:
		return whole(f.lo + int64(below(draw, f.span)))
	case opScaled:
		v := float64(f.lo+int64(below(draw, f.span))) / f.scale
		if f.schema.Kind() == batch.KindFloat32 {
			return batch.Float32Value(float32(v))
		}
		return batch.Float64Value(v)
	case opChance:
		return batch.BooleanValue(draw < f.threshold)
	case opOneOf:
		if k := int(below(draw, uint64(len(f.choices)+f.nullCount))); k < len(f.choices) {
			return f.choices[k]
		}
		return batch.Null()
	case opText:
		n := f.minLen + int(below(mix(f.lenState+g*golden), uint64(f.maxLen-f.minLen+1)))
		var out []byte
		for i := range n {
			if i > 0 && i%textChars == 0 {
				draw = mix(draw + golden)
			}
			out = append(out, alphabet[draw>>(5*(i%textChars))&31])
		}
		return text(out)
	}
	out := []byte(strings.Clone(string(f.template)))
	for _, r := range f.runs {
		v := below(draw, r.pow)
		for i := r.at + r.n - 1; i >= r.at; i-- {
			out[i] = byte('0' + v%10)
			v /= 10
		}
		draw = mix(draw + golden)
	}
	return text(out)
}

// wide has every type and generator.
const wide = `all.Types(
	a int8, b int16?, c int32 = range(-5, 5), d int64 = sequence, e int64 = sequence(100, -7), e2 int8 = sequence(120),
	f float32 = range(-1, 1), g float64 = range(0.01, 99.99, 2), h float64? nulls(33.3),
	i boolean, j boolean? = chance(10) nulls(50), k string, l string = text(0, 40), m bytes = text(3), n bytes? = oneof(x, "y z", null),
	o string = pattern("###-#######################-x"), p string = pattern(""), q date, r date = range(-10, 10), s timestamp,
	t timestamp = sequence(1700000000000, 1000), u int32? = oneof(1, 2, null, null), v float32 = oneof(0.5, 1.5), w boolean = oneof(true),
	x date = oneof(0, 19000), y timestamp = oneof(5), "z z" string? = text(5) nulls(100), zz string = pattern("#") )`

func TestColumns_AreThePlainValues(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for _, text := range []string{wide, "orders", "users", "metrics"} {
		sh, err := parseShape(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []records{{0, 1, 300}, {7, 3, 129}, {1 << 40, 5, 64}, {2, 2, 1}} {
			s := sh.seeded(int64(r.first) - 5)
			hold := pool.New(0)
			dicts := make([]*batch.Column, len(s.fields))
			for i := range s.fields {
				if s.fields[i].op == opOneOf {
					if dicts[i], err = s.fields[i].dictionary(hold); err != nil {
						t.Fatal(err)
					}
				}
			}
			b := pool.New(r.n)
			b.Value = s.generate(b, r, dicts, nil)
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
			for i := range r.n {
				for k := range s.fields {
					f := &s.fields[k]
					if got, want := b.Value.Children[k].Value(i), f.plain(r.first+uint64(i)*r.stride); !got.Equal(want) {
						t.Fatalf("field %q, record %d of %+v: %s, want %s", f.name, i, r,
							batch.AppendLiteral(nil, f.schema, got), batch.AppendLiteral(nil, f.schema, want))
					}
				}
			}
			b.Release()
			hold.Release()
		}
	}
}

func FuzzParseShape(f *testing.F) {
	f.Add(wide)
	for _, s := range []string{"orders", "a int8", "a", "(", "x(y string = oneof(\"", "a int64? = range(1,2) nulls(3), b bytes=pattern(\"##\")"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sh, err := parseShape(text)
		if err != nil {
			return
		}
		if len(sh.fields) == 0 || len(sh.fields) != len(sh.schema.Fields()) {
			t.Fatalf("%q: %d fields", text, len(sh.fields))
		}
		for i := range sh.fields {
			fl := &sh.fields[i]
			if err := fl.schema.Validate(fl.plain(uint64(i))); err != nil {
				t.Fatalf("%q: field %q: %v", text, fl.name, err)
			}
		}
	})
}
