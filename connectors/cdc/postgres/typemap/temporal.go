package typemap

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
)

// scaled divides or multiplies microseconds into the unit of a column: 1000 milliseconds, 1 microseconds, -1000
// nanoseconds. Milliseconds round down, as Instant.toEpochMilli; nanoseconds wrap.
func scaled(micros, unit int64) int64 {
	switch {
	case unit == 1:
		return micros
	case unit < 0:
		return micros * -unit
	}
	q := micros / unit
	if micros%unit < 0 {
		q--
	}
	return q
}

func parseDays(text []byte) (batch.Value, error) {
	v, err := days(text)
	return batch.Int32Value(int32(v)), err
}

func parseConnectDate(text []byte) (batch.Value, error) {
	v, err := days(text)
	return batch.DateValue(v * 86_400_000), err
}

func parseISODate(text []byte) (batch.Value, error) {
	v, err := days(text)
	return batch.StringValue(string(append(appendISODate(nil, v), 'Z'))), err
}

func parseTime(k batch.Kind, unit int64) parse {
	return func(text []byte) (batch.Value, error) {
		v, err := dayTime(text)
		return batch.IntValue(k, scaled(v, unit)), err
	}
}

// inMillis cuts times to milliseconds: arrays of them reach Debezium as java.sql.Time, which has no more.
func inMillis(parse parse) parse {
	const width = len("12:34:56.789")
	return func(text []byte) (batch.Value, error) {
		if _, err := dayTime(text); err != nil {
			return batch.Value{}, err
		}
		return parse(text[:min(len(text), width)])
	}
}

func parseConnectTime(text []byte) (batch.Value, error) {
	v, err := dayTime(text)
	return batch.DateValue(v / 1000), err
}

func parseISOTime(text []byte) (batch.Value, error) {
	v, err := dayTime(text)
	return batch.StringValue(string(append(appendISOTime(nil, v%dayMicros, 0), 'Z'))), err
}

func parseStamp(unit int64) parse {
	return func(text []byte) (batch.Value, error) {
		v, err := stamp(text, false)
		return batch.Int64Value(scaled(v, unit)), err
	}
}

func parseConnectStamp(text []byte) (batch.Value, error) {
	v, err := stamp(text, false)
	return batch.DateValue(scaled(v, 1000)), err
}

func parseISOStamp(text []byte) (batch.Value, error) {
	v, err := stamp(text, false)
	return batch.StringValue(string(appendISOStamp(nil, v, 0))), err
}

// parseZoned reads a timestamptz; fraction is the number of decimals of its seconds, 0 for as many as are needed.
func parseZoned(fraction int) parse {
	return func(text []byte) (batch.Value, error) {
		v, err := stamp(text, true)
		return batch.StringValue(string(appendZoned(nil, v, fraction))), err
	}
}

// parseZonedTime reads a timetz and moves it to UTC.
func parseZonedTime(text []byte) (batch.Value, error) {
	v, err := zonedTime(text)
	return batch.StringValue(string(append(appendISOTime(nil, v, 0), 'Z'))), err
}

func zonedTime(text []byte) (int64, error) {
	s, offset, ok := cutZone(text)
	v, good := clock(s)
	if !ok || !good {
		return 0, errTime
	}
	v = (v - offset*1_000_000) % dayMicros
	if v < 0 {
		v += dayMicros
	}
	return v, nil
}

// dayInts decodes dates into days.
func dayInts(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Int32s()
	for i := range out {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := days(in.Buf[cell.Pos : int(cell.Pos)+int(cell.Len)])
		if err != nil {
			return i, err
		}
		out[i] = int32(v)
	}
	return -1, nil
}

func binaryDays(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Int32s()
	for i := range out {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		if cell.Len != 4 {
			return i, errSize
		}
		switch v := int32(binary.BigEndian.Uint32(in.Buf[cell.Pos:])); v {
		case math.MaxInt32:
			out[i] = infinityDays
		case math.MinInt32:
			out[i] = minusInfinityDays
		default:
			out[i] = v + epochDays
		}
	}
	return -1, nil
}

// timeInts decodes times of the day into the column's unit.
func timeInts(d *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	narrow := d.Schema.Kind() == batch.KindInt32
	for i := range in.Tuples {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := dayTime(in.Buf[cell.Pos : int(cell.Pos)+int(cell.Len)])
		if err != nil {
			return i, err
		}
		if narrow {
			c.Int32s()[i] = int32(scaled(v, d.unit))
		} else {
			c.Int64s()[i] = scaled(v, d.unit)
		}
	}
	return -1, nil
}

func binaryTimes(d *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	narrow := d.Schema.Kind() == batch.KindInt32
	for i := range in.Tuples {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		if cell.Len != 8 {
			return i, errSize
		}
		v := scaled(int64(binary.BigEndian.Uint64(in.Buf[cell.Pos:])), d.unit)
		if narrow {
			c.Int32s()[i] = int32(v)
		} else {
			c.Int64s()[i] = v
		}
	}
	return -1, nil
}

// stampInts decodes timestamps into the column's unit.
func stampInts(d *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Int64s()
	for i := range out {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := stamp(in.Buf[cell.Pos:int(cell.Pos)+int(cell.Len)], false)
		if err != nil {
			return i, err
		}
		out[i] = scaled(v, d.unit)
	}
	return -1, nil
}

// binaryStamp reads microseconds since 2000.
func binaryStamp(b []byte) int64 {
	switch v := int64(binary.BigEndian.Uint64(b)); v {
	case math.MaxInt64:
		return infinityMicros
	case math.MinInt64:
		return minusInfinityMicros
	default:
		return v + epochStamp
	}
}

func binaryStamps(d *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := c.Int64s()
	for i := range out {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		if cell.Len != 8 {
			return i, errSize
		}
		out[i] = scaled(binaryStamp(in.Buf[cell.Pos:]), d.unit)
	}
	return -1, nil
}

// zonedBytesMax is the longest timestamptz: a sign, six digits of the year, six decimals.
const zonedBytesMax = 32

// zoneds writes timestamptz in UTC, from text.
func zoneds(d *Decoder, b *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := b.Arena.Bytes(len(c.Views) * zonedBytesMax)[:0]
	for i := range c.Views {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		v, err := stamp(in.Buf[cell.Pos:int(cell.Pos)+int(cell.Len)], true)
		if err != nil {
			return i, err
		}
		from := len(out)
		out = appendZoned(out, v, int(d.scale))
		c.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(out) - from)}
	}
	c.Bufs[1] = out
	return -1, nil
}

func binaryZoneds(d *Decoder, b *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	out := b.Arena.Bytes(len(c.Views) * zonedBytesMax)[:0]
	for i := range c.Views {
		cell := in.at(i)
		if cell.Len < 0 {
			continue
		}
		if cell.Len != 8 {
			return i, errSize
		}
		from := len(out)
		out = appendZoned(out, binaryStamp(in.Buf[cell.Pos:]), int(d.scale))
		c.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(out) - from)}
	}
	c.Bufs[1] = out
	return -1, nil
}
