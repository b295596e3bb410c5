package errant

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
)

// OwnHeaderPrefix is that of headers of dead letters that the original does not know.
const OwnHeaderPrefix = "__millrace.errors."

// Names of the headers that the original, which has no dead letters of sources, does not know.
const (
	HeaderSourcePartition = OwnHeaderPrefix + "source.partition" // JSON, as offsets are stored
	HeaderSourceOffset    = OwnHeaderPrefix + "source.offset"
	HeaderKeyFormat       = OwnHeaderPrefix + "key.format"
	HeaderValueFormat     = OwnHeaderPrefix + "value.format"
)

// Formats of a key or value that the connector's own converter refuses. Without a header it is as that one writes.
const (
	formatJSON = "json" // JsonConverter's envelope of schema and payload
	formatText = "text" // the text that the log shows
)

// SourceRecords turns rows of a source, as they were polled, into records: through the connector's converters, or,
// what those refuse, as JSON with its schema. Safe for concurrent use.
type SourceRecords struct {
	header codec.HeaderConverter

	mu         sync.Mutex // encoders are used by one goroutine at a time
	key, value sideLetters
}

// sideLetters encodes the keys or values of dead letters.
type sideLetters struct {
	own, json codec.Encoder
	format    string // name of the header
}

// NewSourceRecords returns what writes rows through a connector's converters; jsonKey and jsonValue, with schemas,
// take what those refuse.
func NewSourceRecords(key, value codec.Converter, header codec.HeaderConverter, jsonKey, jsonValue codec.Converter) *SourceRecords {
	return &SourceRecords{
		header: header,
		key:    sideLetters{own: key.NewEncoder(), json: jsonKey.NewEncoder(), format: HeaderKeyFormat},
		value:  sideLetters{own: value.NewEncoder(), json: jsonValue.NewEncoder(), format: HeaderValueFormat},
	}
}

// fill sets key, value and headers of rec. It never fails: what no converter takes is written as text.
func (s *SourceRecords) fill(rec *kgo.Record, b *batch.Batch, row int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := b.Fork(batch.Selection{row})
	defer w.Release()
	// Encoders may append to headers, which the fork shares: it gets a copy of the row's.
	w.Headers = batch.Headers{Entries: slices.Clone(b.Headers.Of(int(row)))}
	for _, h := range w.Headers.Entries {
		rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: h.Key, Value: s.headerBytes(b.Row(row).Topic(), &h)})
	}
	rec.Key = s.key.encode(rec, w, w.Key, row)
	rec.Value = s.value.encode(rec, w, w.Value, row)
}

// headerBytes returns what a header is written as.
func (s *SourceRecords) headerBytes(topic string, h *batch.Header) (raw []byte) {
	if !h.Decoded {
		return bytes.Clone(h.Raw)
	}
	null := false
	err := recovered(func() (err error) {
		raw, null, err = s.header.FromConnect([]byte{}, topic, h.Key, h.Schema, h.Value)
		return err
	})
	switch {
	case err != nil:
		return new(literal.JavaText).Append(nil, h.Value)
	case null:
		return nil
	}
	return raw
}

// encode returns the bytes of a row and notes in rec's headers which format they have.
func (s *sideLetters) encode(rec *kgo.Record, w *batch.Batch, col *batch.Column, row int32) []byte {
	if col == nil {
		col = w.NullColumn(w.Len())
	}
	if raw, err := encodeRow(s.own, w, col, row); err == nil {
		return raw
	}
	format := formatJSON
	raw, err := encodeRow(s.json, w, col, row)
	if err != nil {
		v := col.Value(int(row))
		if v.IsNull() {
			return nil
		}
		format = formatText
		raw = new(literal.JavaText).Append([]byte{}, v)
	}
	rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: s.format, Value: []byte(format)})
	return raw
}

// encodeRow encodes one row; the result is the caller's, nil for null.
func encodeRow(enc codec.Encoder, w *batch.Batch, col *batch.Column, row int32) (raw []byte, err error) {
	bb := batch.BytesBuilder{Pool: w.Pool().Mem}
	defer bb.Discard()
	bb.Reset(&w.Arena, w.Len(), 256)
	var status batch.Status
	err = recovered(func() error {
		return enc.Encode(&bb, &codec.Output{Topics: w.Topics, Column: col, Sel: w.Sel, Headers: &w.Headers}, &status)
	})
	if errs := status.Errors(); err == nil && len(errs) > 0 {
		err = errs[0].Err
	}
	if err != nil || !bb.Valid.Get(int(row)) {
		return nil, err
	}
	v := bb.Views[row]
	return append([]byte{}, bb.Buf[v.Pos:v.Pos+v.Len]...), nil
}

// recovered makes a panic of a converter the failure of its row: it was met by a row that nobody could convert.
func recovered(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}

// addSourcePosition adds where a row was read, null where it cannot be stored.
func addSourcePosition(rec *kgo.Record, b *batch.Batch, row int32) {
	if b.Source == nil {
		return
	}
	add := func(key string, m batch.Value) {
		text, err := connectors.AppendOffsetMap(nil, m)
		if err != nil {
			text = nil
		}
		rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: key, Value: text})
	}
	add(HeaderSourcePartition, b.Source.Partitions()[b.Source.Partition(int(row))])
	add(HeaderSourceOffset, b.Source.Offset(int(row)))
}
