package apache

import (
	"strconv"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java/datetext"
)

// recordText is toString of a record. Source: SinkRecord, SourceRecord, ConnectRecord, ConnectHeaders.
func recordText(r batch.Row) string {
	w := recordWriter{java: literal.JavaText{Zone: datetext.ZoneFor(time.Local)}}
	if offset, ok := r.Offset(); ok {
		w.add("SinkRecord{kafkaOffset=", strconv.FormatInt(offset, 10))
		w.add(", timestampType=", r.TimestampType().String())
		w.add(", originalTopic=", r.Origin().Topic)
		w.add(", originalKafkaPartition=", strconv.Itoa(int(r.Origin().Partition)))
		w.add(", originalKafkaOffset=", strconv.FormatInt(offset, 10))
	} else {
		w.value("SourceRecord{sourcePartition=", r.SourcePartition())
		w.value(", sourceOffset=", r.SourceOffset())
	}
	w.add("} ConnectRecord{topic='", r.Topic())
	w.add("', kafkaPartition=", orNull(int64(r.Partition()), int64(batch.NoPartition)))
	w.value(", key=", r.Key())
	w.schema(", keySchema=", r.KeySchema())
	w.value(", value=", r.Value())
	w.schema(", valueSchema=", r.ValueSchema())
	w.add(", timestamp=", orNull(r.Timestamp(), batch.NoTimestamp))
	w.add(", headers=ConnectHeaders(headers=", "")
	for i, h := range r.Headers() {
		w.add([...]string{"[", ", "}[min(i, 1)], "")
		w.add("ConnectHeader(key=", h.Key)
		w.value(", value=", h.Value)
		w.schema(", schema=", h.Schema)
		w.add(")", "")
	}
	if len(r.Headers()) > 0 {
		w.add("]", "")
	}
	w.add(")}", "")
	return string(w.out)
}

// orNull writes a number; none stands for null.
func orNull(n, none int64) string {
	if n == none {
		return "null"
	}
	return strconv.FormatInt(n, 10)
}

type recordWriter struct {
	out  []byte
	java literal.JavaText
}

func (w *recordWriter) add(label, text string) { w.out = append(append(w.out, label...), text...) }

func (w *recordWriter) value(label string, v batch.Value) {
	w.out = w.java.Append(append(w.out, label...), v)
}

func (w *recordWriter) schema(label string, s *batch.Schema) {
	if s == nil {
		w.add(label, "null")
		return
	}
	w.add(label, schemaText(s))
}
