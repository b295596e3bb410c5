package bench

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/bench/meter"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
)

// Topic is the topic of all records.
const Topic = "orders"

// converterCases are JsonConverter alone over one data set: the same names and records as bench/java has.
type converterCases struct {
	set    records.Set
	pool   *batch.Pool
	decode codec.Decoder
	encode codec.Encoder
	in     []batch.Bytes // raw values of each batch
	read   [][]part      // the same decoded, kept for encoding

	none batch.Headers // of records: they have none

	// Of the present batch: an argument of an interface call would be allocated for each.
	parts  []part
	input  codec.Input
	groups codec.Groups
	output codec.Output
	status batch.Status

	out   batch.BytesBuilder
	bytes float64 // per record
}

// part is the rows of a batch that share a schema; sel nil is all of them.
type part struct {
	column *batch.Column
	sel    batch.Selection
}

// Case is a named pass over all records.
type Case struct {
	Name           string
	Records        int
	BytesPerRecord float64
	Pass           meter.Pass
	Background     bool // other goroutines take part: how much a pass allocates varies
}

// converterSteps are what is measured of a data set, of those of a further shape without the last: bench/java has the same.
var converterSteps = []string{"decode", "encode", "roundtrip"}

// ConverterCases returns the cases of JsonConverter over one data set.
func ConverterCases(set records.Set) ([]Case, error) {
	c, err := newConverterCases(set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	var all []Case
	for k, one := range []func(i int) error{c.decodeOne, c.encodeOne, c.roundTrip} {
		if k == 2 && strings.Contains(set.Name, "/") {
			break
		}
		all = append(all, Case{Name: caseName(converterSteps[k], set), Records: set.Rows, BytesPerRecord: c.bytes, Pass: c.pass(one)})
	}
	return all, nil
}

// pass goes over all batches.
func (c *converterCases) pass(one func(i int) error) meter.Pass {
	return func() error {
		for i := range c.in {
			if err := one(i); err != nil {
				return err
			}
		}
		return nil
	}
}

func caseName(step string, set records.Set) string { return "json/" + step + "/" + set.Name }

// newJSON returns a JsonConverter.
func newJSON(envelope bool) (codec.Converter, error) {
	for _, k := range connectjson.Classes() {
		if k.Name == "org.apache.kafka.connect.json.JsonConverter" {
			return k.New(map[string]string{"schemas.enable": strconv.FormatBool(envelope)}, false, codec.Context{})
		}
	}
	return nil, fmt.Errorf("no JsonConverter among the classes of codec/connectjson")
}

func newConverterCases(set records.Set) (*converterCases, error) {
	conv, err := newJSON(set.Envelope)
	if err != nil {
		return nil, err
	}
	c := &converterCases{set: set, pool: batch.NewPool(mem.NewPool()), decode: conv.NewDecoder(), encode: conv.NewEncoder()}
	c.out.Pool = c.pool.Mem
	if err := c.load(); err != nil {
		return nil, err
	}
	for i := range c.in {
		b, err := c.decoded(i) // never released: what is encoded lives in it
		if err != nil {
			return nil, err
		}
		c.read = append(c.read, append([]part(nil), c.parts...))
		err = c.write(b, i, c.parts)
		c.out.Discard()
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// load lays the values of each batch one behind the other, as a fetch brings them.
func (c *converterCases) load() error {
	var text bytes.Buffer
	if err := c.set.Write(&text); err != nil {
		return err
	}
	c.bytes = float64(text.Len()-c.set.Rows) / float64(c.set.Rows)
	lines := bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))
	if len(lines) != c.set.Rows || len(lines)%c.set.BatchRows != 0 {
		return fmt.Errorf("%d records, %d in batches of %d expected", len(lines), c.set.Rows, c.set.BatchRows)
	}
	for len(lines) > 0 {
		var in batch.Bytes
		for _, l := range lines[:c.set.BatchRows] {
			in.Views = append(in.Views, batch.View{Pos: uint32(len(in.Bufs[0])), Len: uint32(len(l))})
			in.Bufs[0] = append(in.Bufs[0], l...)
		}
		in.Bufs[0] = append(in.Bufs[0], make([]byte, mem.Slack)...)[:len(in.Bufs[0])]
		c.in = append(c.in, in)
		lines = lines[c.set.BatchRows:]
	}
	return nil
}

// decoded reads batch i into a new batch, as c.parts.
func (c *converterCases) decoded(i int) (*batch.Batch, error) {
	c.input = codec.Input{Topic: Topic, Headers: &c.none, Values: c.in[i]}
	b := c.pool.New(c.input.Values.Len())
	b.Topics = batch.OneTopic(Topic)
	c.parts, c.groups = c.parts[:0], codec.Groups{}
	c.status.Reset()
	err := c.decode.Group(b, &c.input, &c.groups, &c.status)
	for g := int32(0); err == nil && g < c.groups.N; g++ {
		p := part{sel: selection(b, &c.groups, g)}
		p.column, err = c.decode.Decode(b, &c.input, g, p.sel, nil, &c.status)
		c.parts = append(c.parts, p)
	}
	if err == nil {
		err = c.failed(i)
	}
	if err != nil {
		b.Release()
		return nil, err
	}
	return b, nil
}

// failed returns the error of the first row of batch i that has one.
func (c *converterCases) failed(i int) error {
	if c.status.Any() {
		return fmt.Errorf("batch %d, row %d: %w", i, c.status.Errors()[0].Row, c.status.Errors()[0].Err)
	}
	return nil
}

// selection returns the rows of a group, as the engine finds them.
func selection(b *batch.Batch, groups *codec.Groups, g int32) batch.Selection {
	if groups.Row == nil {
		return nil
	}
	sel := mem.Alloc[int32](&b.Arena, len(groups.Row))[:0]
	for i, of := range groups.Row {
		if of == g {
			sel = append(sel, int32(i))
		}
	}
	return sel
}

func (c *converterCases) decodeOne(i int) error {
	b, err := c.decoded(i)
	if err == nil {
		b.Release()
	}
	return err
}

// encodeOne writes batch i, as it was read at the start.
func (c *converterCases) encodeOne(i int) error {
	b := c.pool.New(c.set.BatchRows)
	defer b.Release()
	return c.write(b, i, c.read[i])
}

// write writes the rows of batch i with b's memory, and compares their size with what came in.
func (c *converterCases) write(b *batch.Batch, i int, parts []part) error {
	c.out.Reset(&b.Arena, c.set.BatchRows, len(c.in[i].Bufs[0]))
	c.status.Reset()
	for _, p := range parts {
		c.output = codec.Output{Topics: batch.OneTopic(Topic), Column: p.column, Sel: p.sel}
		if err := c.encode.Encode(&c.out, &c.output, &c.status); err != nil {
			return err
		}
	}
	if err := c.failed(i); err != nil {
		return err
	}
	if len(c.out.Buf) != len(c.in[i].Bufs[0]) {
		return fmt.Errorf("batch %d: %d bytes written, %d read: a converter writes what it has read", i, len(c.out.Buf), len(c.in[i].Bufs[0]))
	}
	return nil
}

func (c *converterCases) roundTrip(i int) error {
	b, err := c.decoded(i)
	if err != nil {
		return err
	}
	defer b.Release()
	return c.write(b, i, c.parts)
}
