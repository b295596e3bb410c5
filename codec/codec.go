// Package codec is the contract of converters: record bytes to columns and back.
//
// A Converter is what a key.converter or value.converter config names. It gives a Decoder (sinks) and
// an Encoder (sources); both work on all rows of a batch at once. A HeaderConverter does the same for
// single header values. Implementations live in the subfolders; a Set maps class names to them.
//
// A decoder or encoder is used by one goroutine at a time. Bad data is a status entry of its row and
// never touches its neighbours; a Go error means that no row could be tried.
package codec

import (
	"log/slog"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
)

// Class describes a converter class: how it is named and configured.
type Class struct {
	Name    string   // Java class name
	Aliases []string // further names that select it, beside the ones Java derives from Name
	Version string   // shown by the plugins endpoint; "" = undefined
	Def     *config.Def
	// New configures one converter with the properties behind its prefix. Either may be nil: a class
	// can be a converter, a header converter, or both.
	New       func(props map[string]string, isKey bool, in Context) (Converter, error)
	NewHeader func(props map[string]string) (HeaderConverter, error)
}

// Context is what a worker gives the converters of a task. The zero value is that of tools.
type Context struct {
	Logger *slog.Logger // nil: nothing is logged
	// Refuse says why no connection may be made to an address, which is host:port with the host as a number; nil: any may.
	Refuse func(address string) error
}

// Converter is a configured converter class. Source: org.apache.kafka.connect.storage.Converter.
type Converter interface {
	// NewDecoder returns a decoder whose memory is its own; one per lane or goroutine.
	NewDecoder() Decoder
	// NewEncoder returns an encoder whose memory is its own; one per lane or goroutine.
	NewEncoder() Encoder
	// Close releases what the converter holds: connections, caches.
	Close() error
}

// Input is record bytes of one topic and one side.
type Input struct {
	Topic   string
	Headers *batch.Headers // consumed headers; may carry schema ids
	Values  batch.Bytes    // n rows; absent rows are null bytes
	Sel     batch.Selection
}

// Groups says which rows of an Input share a schema, by small numbers given in order of appearance.
type Groups struct {
	N   int32   // number of groups
	Row []int32 // group of each selected row; nil when N is 1
}

// Decoder turns bytes into columns.
type Decoder interface {
	// Group finds the rows of in that share a schema. Rows whose schema cannot be told fail in status
	// and belong to no group (-1); null bytes that Java reads as (no schema, null) belong to any.
	//
	// Shape: g.Row, when needed, has one entry per row of in.Values, allocated from dst's arena.
	Group(dst *batch.Batch, in *Input, g *Groups, status *batch.Status) error

	// Decode returns the rows of the given group as one column of len(in.Values.Views) rows, made in
	// dst; rows outside sel (the group's rows) hold anything. It follows Group on the same input.
	//
	// want is the projection: nil decodes everything; otherwise members of schemaless objects that it does not
	// want may be null in place of what they are. They stay in their objects, in their order. Under a
	// schema, whoever copies a value checks it: all is decoded. A row that Java would refuse fails either way.
	// Ownership: the column may point into in.Values' buffers, so dst keeps their owner alive.
	// Errors: a bad row fails in status; a returned error means that no row could be tried.
	Decode(dst *batch.Batch, in *Input, group int32, sel batch.Selection, want *batch.Projection, status *batch.Status) (*batch.Column, error)
}

// Output is rows to be encoded: a column and what their records are called.
type Output struct {
	Topics  batch.Topics
	Column  *batch.Column
	Sel     batch.Selection
	Headers *batch.Headers // an encoder that writes schema ids into headers appends here
}

// Encoder turns columns into bytes.
type Encoder interface {
	// Encode writes the selected rows of out to dst, row i of the column as row i of dst. A row that
	// Java writes as null bytes is left null.
	//
	// Errors: a bad row fails in status and is left null in dst; a returned error means that no row
	// could be tried.
	Encode(dst *batch.BytesBuilder, out *Output, status *batch.Status) error
}

// HeaderConverter converts single header values.
// Source: org.apache.kafka.connect.storage.HeaderConverter.
type HeaderConverter interface {
	// ToConnect reads a header. raw nil = null. The result owns its memory.
	ToConnect(topic, key string, raw []byte) (*batch.Schema, batch.Value, error)
	// FromConnect appends a header's bytes to dst; null means that the header's value is null.
	FromConnect(dst []byte, topic, key string, s *batch.Schema, v batch.Value) (out []byte, null bool, err error)
	Close() error
}

// HeaderTexts is a HeaderConverter that may write texts as they are.
type HeaderTexts interface {
	// WritesTexts reports whether the bytes of a text are its UTF-8 and null is null, whatever the topic, the
	// key and the schema: who has such bytes need not call FromConnect.
	WritesTexts() bool
}
