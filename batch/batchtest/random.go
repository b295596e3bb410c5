package batchtest

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// Random makes schemas, values and batches from a seed: the same seed gives the same ones.
// Not safe for concurrent use.
type Random struct {
	*rand.Rand
	Depth int // how deep types and schemaless values nest; 3 at first
}

// NewRandom returns a generator for the seed.
func NewRandom(seed uint64) *Random {
	return &Random{Rand: rand.New(rand.NewPCG(seed, 1)), Depth: 3}
}

func (r *Random) one(of int) bool { return r.IntN(of) == 0 }

// Schema returns a schema of any type, logical and nested ones too, with any properties.
func (r *Random) Schema() *batch.Schema { return r.schema(r.Depth) }

func (r *Random) schema(depth int) *batch.Schema {
	var b *batch.Builder
	most := int(batch.KindStruct) + 5
	if depth == 0 {
		most = int(batch.KindBytes) + 1
	}
	switch k := batch.Kind(r.IntN(most)); k {
	case batch.KindArray:
		b = batch.NewSchema(k).Elem(r.schema(depth - 1))
	case batch.KindMap:
		b = batch.NewSchema(k).Key(r.schema(depth - 1)).Elem(r.schema(depth - 1))
	case batch.KindStruct:
		b = r.fields(depth)
	case batch.KindStruct + 1:
		b = Decimal(int32(r.IntN(8) - 2))
	case batch.KindStruct + 2:
		b = Date()
	case batch.KindStruct + 3:
		b = Time()
	case batch.KindStruct + 4:
		b = Timestamp()
	default:
		if r.one(2) {
			return batch.Of(k, r.one(2))
		}
		b = batch.NewSchema(k)
		if r.one(3) {
			b.Name(r.Text()).Version(int32(r.IntN(5)))
		}
	}
	b.Optional(r.one(2))
	if r.one(8) {
		b.Doc(r.Text()).Param(r.Text(), r.Text())
	}
	if s := b.Build(); r.one(6) {
		return b.Default(r.present(s)).Build()
	}
	return b.Build()
}

func (r *Random) fields(depth int) *batch.Builder {
	b := batch.NewSchema(batch.KindStruct)
	for i := range r.IntN(6) {
		b.Field(fmt.Sprintf("f%d", i), r.schema(depth-1))
	}
	if r.one(4) {
		b.Name(r.Text())
	}
	return b
}

// Struct returns a struct schema of at least one member.
func (r *Random) Struct() *batch.Schema {
	b := r.fields(r.Depth)
	b.Field("last", r.schema(r.Depth-1))
	return b.Build()
}

// Text returns a short string: empty, ASCII, any Unicode, delimiters, now and then invalid UTF-8.
func (r *Random) Text() string {
	const odd = "\x00\t\n ,:\"\\[]{}()<>~!@#=?éß€😀\uffff"
	runes := []rune(odd)
	out := []rune{}
	for range r.IntN(12) {
		if r.one(4) {
			out = append(out, runes[r.IntN(len(runes))])
		} else {
			out = append(out, rune('a'+r.IntN(26)))
		}
	}
	return string(out)
}

// Value returns a value under s, null for one optional value in four; schemaless when s is nil.
func (r *Random) Value(s *batch.Schema) batch.Value {
	if s == nil {
		return r.Schemaless()
	}
	if s.Optional() && r.one(4) {
		return batch.Value{}
	}
	return r.present(s)
}

func (r *Random) present(s *batch.Schema) batch.Value {
	switch s.Logical() {
	case batch.LogicalDecimal:
		scale, _ := s.Scale()
		if r.one(10) {
			scale++
		}
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: r.big(), Scale: scale})
	case batch.LogicalDate:
		return batch.DateValue(int64(r.integer(22)) * 86400000)
	case batch.LogicalTime:
		return batch.DateValue(int64(r.IntN(86400001)))
	case batch.LogicalTimestamp:
		return batch.DateValue(r.integer(63))
	}
	switch k := s.Kind(); k {
	case batch.KindArray:
		v := make([]batch.Value, r.IntN(4))
		for i := range v {
			v[i] = r.Value(s.Elem())
		}
		return batch.ArrayValue(v)
	case batch.KindMap:
		m := &batch.MapValue{}
		for range r.IntN(4) {
			m.Put(r.Value(s.Key()), r.Value(s.Elem()))
		}
		return batch.MapValueOf(m)
	case batch.KindStruct:
		st := batch.NewStructValue(s)
		for i, f := range s.Fields() {
			st.Fields[i] = r.Value(f.Schema)
		}
		return batch.StructValueOf(st)
	default:
		return r.scalar(k)
	}
}

// integer returns a number of at most so many bits beside the sign, small ones as often as large.
func (r *Random) integer(bits int) int64 {
	return int64(r.Uint64()) >> (63 - r.IntN(bits+1))
}

func (r *Random) big() *big.Int {
	v := big.NewInt(r.integer(63))
	if r.one(4) {
		v.Mul(v, big.NewInt(r.integer(63)))
	}
	return v
}

func (r *Random) scalar(k batch.Kind) batch.Value {
	switch k {
	case batch.KindFloat32:
		return batch.Float32Value(float32(r.float()))
	case batch.KindFloat64:
		return batch.Float64Value(r.float())
	case batch.KindBoolean:
		return batch.BooleanValue(r.one(2))
	case batch.KindString:
		return batch.StringValue(r.Text())
	case batch.KindBytes:
		b := make([]byte, r.IntN(9))
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		return batch.BytesValue(b)
	}
	return batch.IntValue(k, r.integer(7+8*(1<<k-1)))
}

func (r *Random) float() float64 {
	switch r.IntN(10) {
	case 0:
		return math.NaN()
	case 1:
		return math.Inf(1 - 2*r.IntN(2))
	case 2:
		return math.Copysign(0, -1)
	case 3:
		return float64(r.integer(20))
	}
	return (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(60)-30))
}

// Schemaless returns a value without a schema, of any class, null too.
func (r *Random) Schemaless() batch.Value { return r.schemaless(r.Depth) }

func (r *Random) schemaless(depth int) batch.Value {
	most := 18
	if depth == 0 {
		most = 12
	}
	switch n := r.IntN(most); n {
	case 0:
		return batch.Value{}
	case 10:
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: r.big(), Scale: int32(r.integer(8))})
	case 11:
		return batch.DateValue(r.integer(63))
	case 12:
		return r.Value(r.Struct())
	case 13:
		m := &batch.MapValue{}
		for range r.IntN(3) {
			m.Put(r.schemaless(0), r.schemaless(depth-1))
		}
		return batch.MapValueOf(m)
	case 14:
		v := make([]batch.Value, r.IntN(4))
		for i := range v {
			v[i] = r.schemaless(depth - 1)
		}
		return batch.ArrayValue(v)
	case 15, 16, 17:
		return r.object(depth)
	default:
		return r.scalar(batch.Kind(n - 1))
	}
}

// object returns a map of named members: frequent names, rare ones, now and then hundreds.
func (r *Random) object(depth int) batch.Value {
	m := &batch.MapValue{}
	n := r.IntN(6)
	if r.one(40) {
		n = 300
	}
	for i := range n {
		name := fmt.Sprintf("m%d", r.IntN(6))
		switch {
		case n == 300:
			name = fmt.Sprintf("wide%d", i)
		case r.one(12):
			name = r.Text()
		}
		m.Put(batch.StringValue(name), r.schemaless(depth-1))
	}
	return batch.MapValueOf(m)
}

// Column returns a column of b of n rows under s (dynamic when nil) in any form, some rows without
// schema, and the values and schemas that its rows have.
func (r *Random) Column(b *batch.Batch, s *batch.Schema, n int) (*batch.Column, []batch.Value, []*batch.Schema) {
	values, schemas := make([]batch.Value, n), make([]*batch.Schema, n)
	switch {
	case r.one(8):
		v := r.Value(s)
		for i := range values {
			values[i], schemas[i] = v, s
		}
		return b.NewConstant(s, n, v), values, schemas
	case r.one(6) && s != nil && n > 0:
		dict, of, _ := r.plain(b, s, 1+r.IntN(5), false)
		index := make([]int32, n)
		for i := range index {
			index[i] = int32(r.IntN(len(of)))
			values[i], schemas[i] = of[index[i]], s
		}
		c := b.NewDictionary(s, index, dict)
		if r.one(2) {
			valid := b.MakeValid(c)
			for i := range values {
				if r.one(4) {
					valid.Clear(i)
					values[i] = batch.Value{}
				}
			}
		}
		return c, values, schemas
	}
	return r.plain(b, s, n, true)
}

func (r *Random) plain(b *batch.Batch, s *batch.Schema, n int, tombstones bool) (*batch.Column, []batch.Value, []*batch.Schema) {
	cb := batch.NewColumnBuilder(s, r.one(2))
	values, schemas := make([]batch.Value, n), make([]*batch.Schema, n)
	tombstones = tombstones && r.one(3)
	for i := range values {
		if tombstones && r.one(4) {
			cb.AppendNoSchema()
			continue
		}
		values[i], schemas[i] = r.Value(s), s
		if err := cb.Append(values[i]); err != nil {
			panic(fmt.Sprintf("batchtest: generated value does not fit %s: %v", s, err))
		}
	}
	return cb.Finish(b), values, schemas
}

// Batch returns a batch of at most rowsMax rows in memory of pool: any schemas, schemaless or not,
// topics, partitions, timestamps, headers, offsets, sometimes a selection and failures.
// The caller owns it.
func (r *Random) Batch(pool *mem.Pool, rowsMax int) *batch.Batch {
	b := batch.NewPool(pool).New(r.IntN(rowsMax + 1))
	n := b.Len()
	b.Topics = batch.OneTopic("t")
	if r.one(2) {
		b.Topics.Names = []string{"a", "b c", "é"}
		b.Topics.Index = make([]int32, n)
		for i := range n {
			b.Topics.Index[i] = int32(r.IntN(3))
		}
	}
	if r.one(2) {
		b.Partition = int32(r.IntN(9))
		b.Origin = batch.Origin{Topic: "origin", Partition: b.Partition}
		b.TimestampType = batch.CreateTime
		at := r.Int64N(1000)
		for range n {
			at += 1 + r.Int64N(3)
			b.Offsets = append(b.Offsets, at)
			b.Timestamps = append(b.Timestamps, r.Int64N(1e13))
		}
	}
	r.headers(b)
	b.Key, _, _ = r.Column(b, r.sometimes(), n)
	b.Value, _, _ = r.Column(b, r.sometimes(), n)
	headerColumns(b)
	if r.one(2) {
		b.Sel = batch.Selection{}
		for i := range n {
			if !r.one(3) {
				b.Sel = append(b.Sel, int32(i))
			}
		}
	}
	if r.one(3) && n > 0 {
		b.Status.Fail(int32(r.IntN(n)), n, fmt.Errorf("refused"))
	}
	return b
}

func (r *Random) sometimes() *batch.Schema {
	switch r.IntN(4) {
	case 0:
		return nil
	case 1:
		return r.Struct()
	}
	return r.Schema()
}

func (r *Random) headers(b *batch.Batch) {
	if !r.one(3) {
		return
	}
	b.Headers.Offsets = []int32{0}
	for range b.Len() {
		for range r.IntN(3) {
			h := batch.Header{Key: r.Text()}
			if r.one(2) {
				h.Raw = []byte(r.Text())
			} else {
				h.Decoded, h.Schema = true, r.schema(1)
				h.Value = r.Value(h.Schema)
			}
			b.Headers.Entries = append(b.Headers.Entries, h)
		}
		b.Headers.Offsets = append(b.Headers.Offsets, int32(len(b.Headers.Entries)))
	}
	if n := len(b.Headers.Entries); n%3 == 1 { // every row has the same; nothing is drawn for it, so that seeds stay what they are
		b.Headers = batch.Headers{Entries: b.Headers.Entries[:min(n, 3)]}
	}
}

// headerColumns gives some batches headers in columns: the key, bytes, and a constant that some rows have.
// Nothing is drawn for it, so that seeds stay what they are.
func headerColumns(b *batch.Batch) {
	if n := len(b.Headers.Entries); n%3 != 2 || b.Key.NoSchema != nil {
		return
	}
	raw, some := batch.Bytes{Views: make([]batch.View, b.Len()), Valid: bits.New(b.Len())}, bits.New(b.Len())
	raw.Bufs[0] = []byte("bytes")
	for i := range b.Len() {
		raw.Views[i].Len = uint32(i % 6)
		raw.Valid.SetTo(i, i%4 > 0)
		some.SetTo(i, i%3 > 0)
	}
	b.AddHeaders(
		batch.HeaderColumn{Key: "key", Schema: b.Key.Schema(), Column: b.Key},
		batch.HeaderColumn{Key: "raw", Raw: raw},
		batch.HeaderColumn{Key: "h", Rows: some, Column: b.NewConstant(nil, b.Len(), batch.Int64Value(7))})
}
