package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/avro"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/jsonschema"
	"github.com/millrace/millrace/codec/protobuf"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// registryFormats are the converters that keep schemas in a registry. bench/java has the first two, bench/peers reads the first.
var registryFormats = []struct {
	name  string
	class *codec.Class
	path  func(text string) string // behind the URL of a registry that knows that schema
}{
	{"avro", avro.Classes()[0], codectest.SchemaPath},
	{"protobuf", protobuf.Classes()[0], func(text string) string { return codectest.TypedSchemaPath(schemaregistry.Protobuf, text) }},
	{"jsonschema", jsonschema.Classes()[0], func(text string) string { return codectest.TypedSchemaPath(schemaregistry.JSON, text) }},
}

// registrySteps are what is measured of a format; the last reads and writes JSON without a schema.
var registrySteps = []string{"decode", "encode", "tojson"}

// registryCases are the records with an envelope, in a format that keeps schemas in a registry.
type registryCases struct {
	*converterCases
	json codec.Encoder
	text string // of the schema
}

// RegistryCases returns the cases of the formats whose cases are wanted, over the plain records. schemas answers their converters.
func RegistryCases(schemas *codectest.Schemas, wanted func(name string) bool) ([]Case, error) {
	var all []Case
	for _, f := range registryFormats {
		if !slices.ContainsFunc(registrySteps, func(step string) bool { return wanted(f.name + "/" + step) }) {
			continue
		}
		c, err := newRegistryCases(schemas, f.class, f.path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		for k, one := range []func(i int) error{c.decodeOne, c.encodeOne, c.toJSON} {
			all = append(all, Case{Name: f.name + "/" + registrySteps[k], Records: c.set.Rows, BytesPerRecord: c.bytes, Pass: c.pass(one)})
		}
	}
	return all, nil
}

func newRegistryCases(schemas *codectest.Schemas, class *codec.Class, path func(string) string) (*registryCases, error) {
	set, err := records.SetOf("envelope")
	if err != nil {
		return nil, err
	}
	from, err := newConverterCases(set)
	if err != nil {
		return nil, err
	}
	plain, err := newJSON(false)
	if err != nil {
		return nil, err
	}
	c := &registryCases{converterCases: &converterCases{set: set, pool: from.pool}, json: plain.NewEncoder()}
	c.out.Pool = c.pool.Mem
	writer, err := class.New(map[string]string{"schema.registry.url": schemas.URL}, false, codec.Context{})
	if err != nil {
		return nil, err
	}
	c.encode = writer.NewEncoder()
	total := 0
	for i := range from.in {
		in, err := c.written(from.read[i])
		if err != nil {
			return nil, err
		}
		c.in = append(c.in, in)
		total += len(in.Bufs[0])
	}
	c.bytes = float64(total) / float64(set.Rows)
	c.text = schemas.Text(int32(binary.BigEndian.Uint32(c.in[0].At(0)[1:])))
	reader, err := class.New(map[string]string{"schema.registry.url": schemas.URL + path(c.text)}, false, codec.Context{})
	if err != nil {
		return nil, err
	}
	c.decode = reader.NewDecoder()
	for i := range c.in {
		if _, err := c.decoded(i); err != nil { // never released: what is encoded lives in it
			return nil, err
		}
		c.read = append(c.read, slices.Clone(c.parts))
	}
	return c, nil
}

// written returns rows as their bytes, laid one behind the other in memory of their own.
func (c *registryCases) written(parts []part) (batch.Bytes, error) {
	b := c.pool.New(c.set.BatchRows)
	defer b.Release()
	c.out.Reset(&b.Arena, c.set.BatchRows, 1<<18)
	for _, p := range parts {
		if err := c.encode.Encode(&c.out, &codec.Output{Topics: batch.OneTopic(Topic), Column: p.column, Sel: p.sel}, &c.status); err != nil {
			return batch.Bytes{}, err
		}
	}
	if err := c.failed(0); err != nil {
		return batch.Bytes{}, err
	}
	written, slab := c.out.Finish()
	if slab != nil {
		b.Arena.Adopt(slab)
	}
	var in batch.Bytes
	for i := range written.Len() {
		row := written.At(i)
		in.Views = append(in.Views, batch.View{Pos: uint32(len(in.Bufs[0])), Len: uint32(len(row))})
		in.Bufs[0] = append(in.Bufs[0], row...)
	}
	in.Bufs[0] = append(in.Bufs[0], make([]byte, mem.Slack)...)[:len(in.Bufs[0])]
	return in, nil
}

// toJSON reads batch i and writes it as JSON without a schema.
func (c *registryCases) toJSON(i int) error {
	b, err := c.decoded(i)
	if err != nil {
		return err
	}
	defer b.Release()
	c.out.Reset(&b.Arena, c.set.BatchRows, 2*len(c.in[i].Bufs[0]))
	for _, p := range c.parts {
		c.output = codec.Output{Topics: batch.OneTopic(Topic), Column: p.column, Sel: p.sel}
		if err := c.json.Encode(&c.out, &c.output, &c.status); err != nil {
			return err
		}
	}
	if len(c.out.Buf) == 0 {
		return fmt.Errorf("batch %d: nothing was written", i)
	}
	c.out.Discard()
	return c.failed(i)
}

// WriteAvro writes the plain records for other readers of Avro: the length of the schema's text and the text, then each record's length and its
// bytes without the frame. Lengths are varints.
func WriteAvro(w io.Writer, schemas *codectest.Schemas) error {
	c, err := newRegistryCases(schemas, registryFormats[0].class, registryFormats[0].path)
	if err != nil {
		return err
	}
	const frameBytes = 5
	var out bytes.Buffer
	put := func(b []byte) {
		out.Write(binary.AppendUvarint(nil, uint64(len(b))))
		out.Write(b)
	}
	put([]byte(c.text))
	for _, in := range c.in {
		for i := range in.Len() {
			put(in.At(i)[frameBytes:])
		}
	}
	_, err = w.Write(out.Bytes())
	return err
}
