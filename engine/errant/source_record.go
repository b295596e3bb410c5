package errant

import (
	"sort"
	"strconv"

	"github.com/millrace/millrace/batch"
)

// appendSourceRecord writes a row as SourceRecord.toString does: where it came from and where it goes.
// Key and value are shown by their schema types alone: log lines must not carry payloads that the
// dead letter queue of a sink would keep out of the log as well.
func appendSourceRecord(s []byte, b *batch.Batch, row int) []byte {
	s = append(s, "SourceRecord{sourcePartition="...)
	if b.Source != nil {
		s = appendText(s, b.Source.Partitions()[b.Source.Partition(row)])
		s = append(s, ", sourceOffset="...)
		s = appendText(s, b.Source.Offset(row))
	} else {
		s = append(s, "null, sourceOffset=null"...)
	}
	s = append(s, "} ConnectRecord{topic='"...)
	if len(b.Topics.Names) > 0 {
		s = append(s, b.Topics.At(row)...)
	}
	s = append(s, "', kafkaPartition="...)
	p := b.Partition
	if b.Partitions != nil {
		p = b.Partitions[row]
	}
	if p == batch.NoPartition {
		s = append(s, "null"...)
	} else {
		s = strconv.AppendInt(s, int64(p), 10)
	}
	s = append(s, ", keySchema="...)
	s = appendSchema(s, b.Key)
	s = append(s, ", valueSchema="...)
	s = appendSchema(s, b.Value)
	s = append(s, ", timestamp="...)
	if b.Timestamps == nil || b.Timestamps[row] == batch.NoTimestamp {
		s = append(s, "null"...)
	} else {
		s = strconv.AppendInt(s, b.Timestamps[row], 10)
	}
	return append(s, '}')
}

// appendSchema writes a schema as ConnectSchema.toString does.
func appendSchema(s []byte, c *batch.Column) []byte {
	if c == nil || c.Schema() == nil {
		return append(s, "null"...)
	}
	sch := c.Schema()
	if sch.HasName() {
		s = append(s, "Schema{"...)
		s = append(s, sch.Name()...)
		s = append(s, ':')
	} else {
		s = append(s, "Schema{"...)
	}
	s = append(s, sch.Kind().String()...)
	return append(s, '}')
}

// appendText writes source partitions and offsets, maps of primitives, as AbstractMap.toString does.
func appendText(s []byte, v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagNull:
		return append(s, "null"...)
	case batch.TagString:
		return append(s, v.Str()...)
	case batch.TagBoolean:
		return strconv.AppendBool(s, v.Bool())
	case batch.TagFloat32, batch.TagFloat64:
		return strconv.AppendFloat(s, v.Float(), 'g', -1, 64)
	case batch.TagMap:
		m := v.Map()
		order := make([]int, len(m.Keys))
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(i, k int) bool { return m.Keys[order[i]].Str() < m.Keys[order[k]].Str() })
		s = append(s, '{')
		for n, i := range order {
			if n > 0 {
				s = append(s, ", "...)
			}
			s = appendText(s, m.Keys[i])
			s = append(s, '=')
			s = appendText(s, m.Values[i])
		}
		return append(s, '}')
	}
	return strconv.AppendInt(s, v.Int(), 10)
}
