package bench

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
)

// Topic is the topic of all records.
const Topic = "orders"

// converterCases are JsonConverter alone: the same names and records as bench/java has.
type converterCases struct {
	pool   *batch.Pool
	decode codec.Decoder
	encode codec.Encoder
	in     []batch.Bytes  // raw values of each batch
	read   []*batch.Batch // the same decoded, kept for encoding
	out    batch.BytesBuilder
	bytes  float64 // per record
}

// Case is a named pass over all records.
type Case struct {
	Name           string
	Records        int
	BytesPerRecord float64
	Pass           Pass
}

// ConverterCases returns the cases of JsonConverter without ("schemaless") and with the schema envelope.
func ConverterCases() ([]Case, error) {
	var all []Case
	for _, mode := range []string{"schemaless", "envelope"} {
		c, err := newConverterCases(mode == "envelope")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", mode, err)
		}
		for _, step := range []struct {
			name string
			one  func(i int) error
		}{{"decode", c.decodeOne}, {"encode", c.encodeOne}, {"roundtrip", c.roundTrip}} {
			all = append(all, Case{Name: "json/" + step.name + "/" + mode, Records: records.Rows, BytesPerRecord: c.bytes, Pass: func() error {
				for i := range c.in {
					if err := step.one(i); err != nil {
						return err
					}
				}
				return nil
			}})
		}
	}
	return all, nil
}

func newConverterCases(envelope bool) (*converterCases, error) {
	var class *codec.Class
	for _, k := range connectjson.Classes() {
		if k.Name == "org.apache.kafka.connect.json.JsonConverter" {
			class = k
		}
	}
	if class == nil {
		return nil, fmt.Errorf("no JsonConverter among the classes of codec/connectjson")
	}
	conv, err := class.New(map[string]string{"schemas.enable": strconv.FormatBool(envelope)}, false)
	if err != nil {
		return nil, err
	}
	c := &converterCases{pool: batch.NewPool(mem.NewPool()), decode: conv.NewDecoder(), encode: conv.NewEncoder()}
	c.out.Pool = c.pool.Mem
	if err := c.load(envelope); err != nil {
		return nil, err
	}
	for i := range c.in {
		b, col, err := c.decoded(i)
		if err != nil {
			return nil, err
		}
		b.Value = col
		c.read = append(c.read, b)
		if err := c.encodeOne(i); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// load lays the values of each batch one behind the other, as a fetch brings them.
func (c *converterCases) load(envelope bool) error {
	var text bytes.Buffer
	if err := records.Write(&text, envelope); err != nil {
		return err
	}
	c.bytes = float64(text.Len()-records.Rows) / records.Rows
	lines := bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))
	for len(lines) >= records.BatchRows {
		var in batch.Bytes
		for _, l := range lines[:records.BatchRows] {
			in.Views = append(in.Views, batch.View{Pos: uint32(len(in.Bufs[0])), Len: uint32(len(l))})
			in.Bufs[0] = append(in.Bufs[0], l...)
		}
		in.Bufs[0] = append(in.Bufs[0], make([]byte, mem.Slack)...)[:len(in.Bufs[0])]
		c.in = append(c.in, in)
		lines = lines[records.BatchRows:]
	}
	if len(c.in) != records.Batches || len(lines) != 0 {
		return fmt.Errorf("%d batches and %d records over, %d batches expected", len(c.in), len(lines), records.Batches)
	}
	return nil
}

// decoded reads batch i into a new batch.
func (c *converterCases) decoded(i int) (*batch.Batch, *batch.Column, error) {
	in := codec.Input{Topic: Topic, Values: c.in[i]}
	b := c.pool.New(in.Values.Len())
	b.Topics = batch.OneTopic(Topic)
	var groups codec.Groups
	var status batch.Status
	err := c.decode.Group(b, &in, &groups, &status)
	var col *batch.Column
	if err == nil && groups.N == 1 {
		col, err = c.decode.Decode(b, &in, 0, nil, nil, &status)
	}
	switch {
	case err != nil:
	case groups.N != 1:
		err = fmt.Errorf("batch %d has %d schemas", i, groups.N)
	case status.Any():
		err = fmt.Errorf("batch %d, row %d: %w", i, status.Errors()[0].Row, status.Errors()[0].Err)
	}
	if err != nil {
		b.Release()
		return nil, nil, err
	}
	return b, col, nil
}

func (c *converterCases) decodeOne(i int) error {
	b, _, err := c.decoded(i)
	if err == nil {
		b.Release()
	}
	return err
}

// encodeOne writes batch i, as it was read at the start, and compares the size with what came in.
func (c *converterCases) encodeOne(i int) error { return c.write(i, c.read[i].Value) }

func (c *converterCases) write(i int, col *batch.Column) error {
	b := c.pool.New(records.BatchRows)
	defer b.Release()
	c.out.Reset(&b.Arena, records.BatchRows, len(c.in[i].Bufs[0]))
	var status batch.Status
	if err := c.encode.Encode(&c.out, &codec.Output{Topics: batch.OneTopic(Topic), Column: col}, &status); err != nil {
		return err
	}
	if status.Any() {
		return fmt.Errorf("batch %d, row %d: %w", i, status.Errors()[0].Row, status.Errors()[0].Err)
	}
	if len(c.out.Buf) != len(c.in[i].Bufs[0]) {
		return fmt.Errorf("batch %d: %d bytes written, %d read: JsonConverter writes what it has read", i, len(c.out.Buf), len(c.in[i].Bufs[0]))
	}
	return nil
}

func (c *converterCases) roundTrip(i int) error {
	b, col, err := c.decoded(i)
	if err != nil {
		return err
	}
	defer b.Release()
	return c.write(i, col)
}
