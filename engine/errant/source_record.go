package errant

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
)

// appendSourceRecord writes a row, as it was polled, as SourceRecord.toString does: where it came from,
// where it goes and what it holds. Users ask for it with errors.log.include.messages.
// Source: SourceRecord.toString, ConnectRecord.toString.
func appendSourceRecord(s []byte, b *batch.Batch, row int) []byte {
	var text literal.JavaText
	r := b.Row(int32(row))
	s = append(s, "SourceRecord{sourcePartition="...)
	s = text.Append(s, r.SourcePartition())
	s = append(s, ", sourceOffset="...)
	s = text.Append(s, r.SourceOffset())
	s = append(s, "} ConnectRecord{topic='"...)
	s = append(s, r.Topic()...)
	s = append(s, "', kafkaPartition="...)
	s = appendUnless(s, int64(r.Partition()), int64(batch.NoPartition))
	s = append(s, ", key="...)
	s = text.Append(s, r.Key())
	s = append(s, ", keySchema="...)
	s = appendSchema(s, r.KeySchema())
	s = append(s, ", value="...)
	s = text.Append(s, r.Value())
	s = append(s, ", valueSchema="...)
	s = appendSchema(s, r.ValueSchema())
	s = append(s, ", timestamp="...)
	s = appendUnless(s, r.Timestamp(), batch.NoTimestamp)
	s = append(s, ", headers="...)
	s = appendHeaders(s, text, r.Headers())
	return append(s, '}')
}

// appendUnless writes a number, or null when it is the one that stands for none.
func appendUnless(s []byte, n, none int64) []byte {
	if n == none {
		return append(s, "null"...)
	}
	return strconv.AppendInt(s, n, 10)
}

// appendHeaders writes headers as ConnectHeaders.toString does.
func appendHeaders(s []byte, text literal.JavaText, list []batch.Header) []byte {
	s = append(s, "ConnectHeaders(headers="...)
	if len(list) > 0 {
		s = append(s, '[')
		for i := range list {
			if i > 0 {
				s = append(s, ", "...)
			}
			s = append(s, "ConnectHeader(key="...)
			s = append(s, list[i].Key...)
			s = append(s, ", value="...)
			s = text.Append(s, list[i].Value)
			s = append(s, ", schema="...)
			s = appendSchema(s, list[i].Schema)
			s = append(s, ')')
		}
		s = append(s, ']')
	}
	return append(s, ')')
}

// appendSchema writes a schema as ConnectSchema.toString does.
func appendSchema(s []byte, schema *batch.Schema) []byte {
	if schema == nil {
		return append(s, "null"...)
	}
	s = append(s, "Schema{"...)
	if schema.HasName() {
		s = append(s, schema.Name()...)
		s = append(s, ':')
	}
	s = append(s, schema.Kind().String()...)
	return append(s, '}')
}
