package bench_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/bench"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/avro"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
)

// registryCases are the records of dataset in columns and behind a registry's frames, and what reads and writes them.
type registryCases struct {
	columns []*batch.Column
	owners  []*batch.Batch
	rows    []batch.Bytes
	mixed   []batch.Bytes // the same, row i with the id of schema i%100 of as many
	pool    *batch.Pool
	d       codec.Decoder
	five    *stage.Sink // decodes, and has five transforms
	e, json codec.Encoder
	bb      batch.BytesBuilder
	status  batch.Status
}

// newRegistryCases returns those of a class. path is what follows the URL of a registry that knows one text only.
func newRegistryCases(b *testing.B, class *codec.Class, path func(text string) string) *registryCases {
	b.Helper()
	schemas := codectest.NewSchemas()
	b.Cleanup(schemas.Close)
	fixed := "" // the text of the schema, once it is known: the registry answers for any number with it
	open := func() codec.Converter {
		c, err := class.New(map[string]string{"schema.registry.url": schemas.URL + fixed}, false, codec.Context{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := c.Close(); err != nil {
				b.Error(err)
			}
		})
		return c
	}
	c := &registryCases{pool: batch.NewPool(mem.NewPool())}
	b.Cleanup(func() {
		for _, o := range c.owners {
			o.Release()
		}
	})
	c.bb.Pool = c.pool.Mem
	c.e, c.json = open().NewEncoder(), newConverter(b, schemasEnable(false)).NewEncoder()
	typed := newConverter(b, schemasEnable(true)).NewDecoder()
	for _, in := range dataset(b, true) {
		dst := c.pool.New(len(in.Views))
		c.owners = append(c.owners, dst)
		col := decodeAll(b, dst, typed, &codec.Input{Topic: "t", Values: in}, &c.status)
		c.columns = append(c.columns, col)
		c.write(b, dst, c.e, col)
		bytes, slab := c.bb.Finish()
		if slab != nil {
			dst.Arena.Adopt(slab)
		}
		bytes.Valid = nil
		c.rows = append(c.rows, bytes)
	}
	number := int32(0)
	for _, octet := range c.rows[0].At(0)[1:5] {
		number = number<<8 | int32(octet)
	}
	fixed = path(schemas.Text(number))
	typedBack := open()
	c.d = typedBack.NewDecoder()
	chain, err := bench.FiveTransforms()
	if err != nil {
		b.Fatal(err)
	}
	c.five = stage.NewSink(stage.SinkOptions{
		Key: stage.Side{Converter: newConverter(b, nil)}, Value: stage.Side{Converter: typedBack}, Transforms: chain,
		Operator: errant.NewOperator(errant.Options{}), KeyProjection: &batch.Projection{None: true},
	})
	for _, in := range c.rows {
		m := batch.Bytes{Views: in.Views}
		m.Bufs[0] = bytes.Clone(in.Bufs[0])
		for i, v := range m.Views {
			binary.BigEndian.PutUint32(m.Bufs[0][v.Pos+1:], uint32(1+i%manyIDs))
		}
		c.mixed = append(c.mixed, m)
	}
	for i := range c.columns { // text lies as a fetch of Avro has it, not far apart between envelopes
		dst := c.pool.New(len(c.rows[i].Views))
		c.owners = append(c.owners, dst)
		c.columns[i] = decodeAll(b, dst, c.d, &codec.Input{Topic: "t", Headers: &batch.Headers{}, Values: c.rows[i]}, &c.status)
	}
	return c
}

// manyIDs is how many schemas are interleaved.
const manyIDs = 100

// decodeMixed reads rows of many schemas, each group by itself, as a sink's stage does.
func (c *registryCases) decodeMixed(b *testing.B, dst *batch.Batch, in batch.Bytes) {
	var g codec.Groups
	input := codec.Input{Topic: "t", Headers: &batch.Headers{}, Values: in}
	if err := c.d.Group(dst, &input, &g, &c.status); err != nil || g.N != manyIDs {
		b.Fatal(g.N, err)
	}
	rows := mem.Alloc[int32](&dst.Arena, len(g.Row))
	ends := [manyIDs + 1]int32{}
	for _, of := range g.Row {
		ends[of+1]++
	}
	for k := range manyIDs {
		ends[k+1] += ends[k]
	}
	at := ends
	for i, of := range g.Row {
		rows[at[of]] = int32(i)
		at[of]++
	}
	for k := range int32(manyIDs) {
		if _, err := c.d.Decode(dst, &input, k, rows[ends[k]:ends[k+1]], nil, &c.status); err != nil {
			b.Fatal(err)
		}
	}
}

// throughFive reads rows, sends them through the transforms and writes what comes out as JSON.
func (c *registryCases) throughFive(b *testing.B, in batch.Bytes) {
	n := in.Len()
	raw := c.pool.New(n)
	raw.Topics, raw.RawValue, raw.Origin.Topic = batch.OneTopic("t"), in, "t"
	raw.RawKey = batch.Bytes{Views: mem.Zeroed[batch.View](&raw.Arena, n), Valid: mem.Zeroed[uint64](&raw.Arena, bits.Words(n))} // no keys
	raw.Offsets, raw.Timestamps = mem.Zeroed[int64](&raw.Arena, n), mem.Zeroed[int64](&raw.Arena, n)
	out, failed, err := c.five.Run(b.Context(), raw)
	if err != nil || len(failed) > 0 || !slices.ContainsFunc(out, func(o *batch.Batch) bool { return o.Live() > 0 }) {
		b.Fatal(err, failed)
	}
	for _, o := range out {
		c.bb.Reset(&o.Arena, o.Len(), 256*o.Len())
		if err := c.json.Encode(&c.bb, &codec.Output{Topics: o.Topics, Column: o.Value, Sel: o.Sel}, &c.status); err != nil {
			b.Fatal(err)
		}
		c.bb.Discard()
		o.Release()
	}
	raw.Release()
}

// write encodes col into bb, which stays to be finished or discarded.
func (c *registryCases) write(b *testing.B, dst *batch.Batch, e codec.Encoder, col *batch.Column) {
	c.bb.Reset(&dst.Arena, col.Len(), 256*col.Len())
	if err := e.Encode(&c.bb, &codec.Output{Topics: batch.OneTopic("t"), Column: col}, &c.status); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAvro reads and writes the records of BenchmarkDecode as Avro, rewrites them as JSON, straight and through five transforms, and
// reads them with the ids of a hundred schemas interleaved.
func BenchmarkAvro(b *testing.B) {
	benchmarkRegistry(b, avro.Classes()[0], codectest.SchemaPath)
}

func benchmarkRegistry(b *testing.B, class *codec.Class, path func(text string) string) {
	steps := []struct {
		name string
		one  func(b *testing.B, c *registryCases, dst *batch.Batch, i int)
	}{
		{"decode", func(b *testing.B, c *registryCases, dst *batch.Batch, i int) {
			decodeAll(b, dst, c.d, &codec.Input{Topic: "t", Headers: &batch.Headers{}, Values: c.rows[i]}, &c.status)
		}},
		{"encode", func(b *testing.B, c *registryCases, dst *batch.Batch, i int) {
			c.write(b, dst, c.e, c.columns[i])
			c.bb.Discard()
		}},
		{"tojson", func(b *testing.B, c *registryCases, dst *batch.Batch, i int) {
			c.write(b, dst, c.json, decodeAll(b, dst, c.d, &codec.Input{Topic: "t", Headers: &batch.Headers{}, Values: c.rows[i]}, &c.status))
			c.bb.Discard()
		}},
		{"five", func(b *testing.B, c *registryCases, _ *batch.Batch, i int) { c.throughFive(b, c.rows[i]) }},
		{"hundredids", func(b *testing.B, c *registryCases, dst *batch.Batch, i int) { c.decodeMixed(b, dst, c.mixed[i]) }},
	}
	for _, s := range steps {
		b.Run("step="+s.name+"/rows=1024", func(b *testing.B) {
			c := newRegistryCases(b, class, path)
			once := func(i int) {
				dst := c.pool.New(len(c.rows[0].Views))
				s.one(b, c, dst, i%len(c.rows))
				dst.Release()
			}
			once(0) // asks the registry
			b.ReportAllocs()
			i, start := 0, cpuTime(b)
			for b.Loop() {
				once(i)
				i++
			}
			if c.status.Any() {
				b.Fatal(c.status.Errors()[0].Err)
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*records.BatchRows), "cpu-ns/row")
		})
	}
}
