package conformance

import (
	"fmt"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/connectors"
)

// record is one record of a request.
type record struct {
	connectors.Record
	sink          bool
	offset        int64
	timestampType batch.TimestampType
	noTopic       bool
}

var timestampTypes = map[string]batch.TimestampType{
	"": batch.NoTimestampType, "NO_TIMESTAMP_TYPE": batch.NoTimestampType, "CREATE_TIME": batch.CreateTime, "LOG_APPEND_TIME": batch.LogAppendTime,
}

var timestampTypeNames = [...]string{"NO_TIMESTAMP_TYPE", "CREATE_TIME", "LOG_APPEND_TIME"}

func recordOf(n tagged.Node) (*record, error) {
	r := &record{noTopic: n.Get("topic").IsNull()}
	r.Topic = n.Get("topic").Text
	if err := r.envelope(n); err != nil {
		return nil, &invalidRequest{err.Error()}
	}
	key, err := typedOf(n.Get("key"))
	if err != nil {
		return nil, err
	}
	value, err := typedOf(n.Get("value"))
	if err != nil {
		return nil, err
	}
	r.KeySchema, r.Key, r.ValueSchema, r.Value = key.schema, key.value, value.schema, value.value
	for _, h := range n.Get("headers").Items {
		t, err := typedOf(h)
		if err != nil {
			return nil, err
		}
		r.Headers = append(r.Headers, batch.Header{Key: h.Get("name").Text, Decoded: true, Schema: t.schema, Value: t.value})
	}
	return r, nil
}

// envelope reads what is neither key, value nor header.
func (r *record) envelope(n tagged.Node) (err error) {
	if p := n.Get("partition"); !p.IsNull() {
		v, err := p.Number(32)
		if err != nil {
			return err
		}
		partition := int32(v)
		r.Partition = &partition
	}
	if t := n.Get("timestamp"); !t.IsNull() {
		v, err := t.Number(64)
		if err != nil {
			return err
		}
		r.Timestamp = &v
	}
	switch kind := n.Get("kind").Text; kind {
	case "source":
		if r.SourcePartition, err = tagged.ValueOf(nil, n.Get("sourcePartition")); err == nil {
			r.SourceOffset, err = tagged.ValueOf(nil, n.Get("sourceOffset"))
		}
		return err
	case "sink":
		r.sink = true
		if r.Partition == nil {
			return fmt.Errorf("a sink record needs a partition")
		}
		var ok bool
		if r.timestampType, ok = timestampTypes[n.Get("timestampType").Text]; !ok {
			return fmt.Errorf("timestamp type %q", n.Get("timestampType").Text)
		}
		r.offset, err = n.Get("offset").Number(64)
		return err
	default:
		return fmt.Errorf("unknown record kind %q", kind)
	}
}

// joins reports whether r can stand in one batch with before: consumed records of a batch come from one
// partition. Schemas are the builder's business.
func (r *record) joins(before *record) bool {
	if r.sink != before.sink || r.noTopic != before.noTopic {
		return false
	}
	return !r.sink || r.Topic == before.Topic && *r.Partition == *before.Partition && r.timestampType == before.timestampType
}

// batches builds the batches of records that may stand together, in order. A record that does not fit its
// own schema fails in errs.
func batches(pool *batch.Pool, records []*record, errs []error) []*batch.Batch {
	rb := connectors.NewRecordBuilder(pool)
	var kept []*record
	for i, r := range records {
		if err := rb.Append(&r.Record); err != nil {
			errs[i] = err
			continue
		}
		kept = append(kept, r)
	}
	list := rb.Finish()
	for _, b := range list {
		if kept[0].noTopic {
			b.Topics = batch.Topics{}
		}
		if kept[0].sink {
			consumed(b, kept[:b.Len()])
		}
		kept = kept[b.Len():]
	}
	return list
}

// consumed gives a batch what only consumed records have.
func consumed(b *batch.Batch, records []*record) {
	b.Source = nil
	b.TimestampType = records[0].timestampType
	b.Origin = batch.Origin{Topic: records[0].Topic, Partition: *records[0].Partition}
	b.Offsets = mem.Alloc[int64](&b.Arena, b.Len())
	for i, r := range records {
		b.Offsets[i] = r.offset
	}
}

// appendRecord appends row r of a batch as in is one.
func appendRecord(dst []byte, in *record, r batch.Row) []byte {
	kind := `{"kind":"source","topic":`
	if in.sink {
		kind = `{"kind":"sink","topic":`
	}
	dst = append(dst, kind...)
	if topic := r.Topic(); in.noTopic && topic == "" {
		dst = append(dst, "null"...)
	} else {
		dst = tagged.AppendString(dst, topic)
	}
	dst = append(dst, `,"partition":`...)
	if p := r.Partition(); p == batch.NoPartition {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendInt(dst, int64(p), 10)
	}
	dst = append(dst, `,"timestamp":`...)
	if ts := r.Timestamp(); ts == batch.NoTimestamp {
		dst = append(dst, "null"...)
	} else {
		dst = append(strconv.AppendInt(append(dst, '"'), ts, 10), '"')
	}
	if in.sink {
		offset, _ := r.Offset()
		dst = append(strconv.AppendInt(append(dst, `,"offset":"`...), offset, 10), '"')
		dst = tagged.AppendString(append(dst, `,"timestampType":`...), timestampTypeNames[r.TimestampType()])
	} else {
		dst = tagged.AppendValue(append(dst, `,"sourcePartition":`...), nil, r.SourcePartition())
		dst = tagged.AppendValue(append(dst, `,"sourceOffset":`...), nil, r.SourceOffset())
	}
	dst = appendTyped(append(dst, `,"key":`...), r.KeySchema(), r.Key())
	dst = appendTyped(append(dst, `,"value":`...), r.ValueSchema(), r.Value())
	dst = append(dst, `,"headers":[`...)
	for i, h := range r.Headers() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = tagged.AppendString(append(dst, `{"name":`...), h.Key)
		data := appendTyped(nil, h.Schema, h.Value)
		dst = append(append(dst, ','), data[1:]...)
	}
	return append(dst, "]}"...)
}
