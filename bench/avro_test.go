package bench_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/avro"
	"github.com/millrace/millrace/codec/codectest"
)

// registryCases are the records of dataset in columns and behind a registry's frames, and what reads and writes them.
type registryCases struct {
	columns []*batch.Column
	owners  []*batch.Batch
	rows    []batch.Bytes
	pool    *batch.Pool
	d       codec.Decoder
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
		c, err := class.New(map[string]string{"schema.registry.url": schemas.URL + fixed}, false)
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
	c.d = open().NewDecoder()
	for i := range c.columns { // text lies as a fetch of Avro has it, not far apart between envelopes
		dst := c.pool.New(len(c.rows[i].Views))
		c.owners = append(c.owners, dst)
		c.columns[i] = decodeAll(b, dst, c.d, &codec.Input{Topic: "t", Headers: &batch.Headers{}, Values: c.rows[i]}, &c.status)
	}
	return c
}

// write encodes col into bb, which stays to be finished or discarded.
func (c *registryCases) write(b *testing.B, dst *batch.Batch, e codec.Encoder, col *batch.Column) {
	c.bb.Reset(&dst.Arena, col.Len(), 256*col.Len())
	if err := e.Encode(&c.bb, &codec.Output{Topics: batch.OneTopic("t"), Column: col}, &c.status); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAvro reads and writes the records of BenchmarkDecode as Avro, and rewrites them as JSON.
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
	}
	for _, s := range steps {
		b.Run("step="+s.name+"/rows=1024", func(b *testing.B) {
			c := newRegistryCases(b, class, path)
			b.ReportAllocs()
			i, start := 0, cpuTime(b)
			for b.Loop() {
				dst := c.pool.New(len(c.rows[0].Views))
				s.one(b, c, dst, i%len(c.rows))
				dst.Release()
				i++
			}
			if c.status.Any() {
				b.Fatal(c.status.Errors()[0].Err)
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*records.BatchRows), "cpu-ns/row")
		})
	}
}
