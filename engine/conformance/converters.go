package conformance

import (
	"bytes"
	"encoding/base64"
	"errors"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/codec"
)

func (s *server) converter(r tagged.Node) (*handle, error) {
	h, ok := s.handles[r.Get("handle").Text]
	if !ok || h.converter == nil {
		return nil, invalid("no converter has the handle %q", r.Get("handle").Text)
	}
	return h, nil
}

// typed is a schema and a value under it.
type typed struct {
	schema *batch.Schema
	value  batch.Value
}

func typedOf(n tagged.Node) (t typed, err error) {
	if t.schema, err = tagged.SchemaOf(n.Get("schema")); err == nil {
		t.value, err = tagged.ValueOf(t.schema, n.Get("value"))
	}
	if err != nil && !errors.Is(err, tagged.ErrTwice) {
		err = &invalidRequest{err.Error()}
	}
	return t, err
}

func appendTyped(dst []byte, s *batch.Schema, v batch.Value) []byte {
	dst = tagged.AppendSchema(append(dst, `{"schema":`...), s)
	return append(tagged.AppendValue(append(dst, `,"value":`...), s, v), '}')
}

func bytesOf(n tagged.Node) ([]byte, error) {
	if n.IsNull() {
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(n.Text)
	if err != nil {
		return nil, invalid("bytes: %v", err)
	}
	return b, nil
}

func appendBytes(dst, b []byte) []byte {
	if b == nil {
		return append(dst, `{"bytes":null}`...)
	}
	return append(base64.StdEncoding.AppendEncode(append(dst, `{"bytes":"`...), b), `"}`...)
}

// toConnect reads bytes: one row, or all items as one batch.
func (s *server) toConnect(r tagged.Node, whole bool) ([]byte, error) {
	h, err := s.converter(r)
	if err != nil {
		return nil, err
	}
	items := []tagged.Node{r.Get("bytes")}
	if whole {
		items = r.Get("items").Items
	}
	raw := make([][]byte, len(items))
	for i := range items {
		if raw[i], err = bytesOf(items[i]); err != nil {
			return nil, err
		}
	}
	rows, errs, err := s.decode(h, r.Get("topic").Text, raw)
	if err != nil {
		return nil, err
	}
	if !whole {
		if errs[0] != nil {
			return nil, errs[0]
		}
		return rows[0], nil
	}
	return joinItems(rows, errs), nil
}

// joinItems is the answer to a batch of items.
func joinItems(rows [][]byte, errs []error) []byte {
	dst := []byte(`{"items":[`)
	for i := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		if errs[i] != nil {
			dst = appendFailed(dst, errs[i])
		} else {
			dst = append(dst, rows[i]...)
		}
	}
	return append(dst, "]}"...)
}

// decode reads rows as a fetch brings them, one buffer, and returns their answers.
func (s *server) decode(h *handle, topic string, raw [][]byte) (rows [][]byte, errs []error, err error) {
	rows, errs = make([][]byte, len(raw)), make([]error, len(raw))
	b := s.pool.New(len(raw))
	defer b.Release()
	b.Topics = batch.OneTopic(topic)
	in := codec.Input{Topic: topic, Values: layOut(b, raw)}
	var groups codec.Groups
	var status batch.Status
	if err := h.decoder.Group(b, &in, &groups, &status); err != nil {
		return nil, nil, err
	}
	for g := range groups.N {
		var sel batch.Selection
		for i := range int32(len(raw)) {
			if (groups.N == 1 || groups.Row[i] == g) && !status.Failed(i) {
				sel = append(sel, i)
			}
		}
		if len(sel) == 0 {
			continue
		}
		c, err := h.decoder.Decode(b, &in, g, sel, nil, &status)
		if err != nil {
			return nil, nil, err
		}
		for _, i := range sel {
			if !status.Failed(i) {
				rows[i] = appendTyped(nil, c.SchemaOf(int(i)), c.Value(int(i)))
			}
		}
	}
	for _, f := range status.Errors() {
		errs[f.Row] = f.Err
	}
	return rows, errs, nil
}

// layOut puts rows one behind the other into b's arena.
func layOut(b *batch.Batch, raw [][]byte) batch.Bytes {
	n := 0
	for _, r := range raw {
		n += len(r)
	}
	out := batch.Bytes{Views: mem.Zeroed[batch.View](&b.Arena, len(raw)), Valid: bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(len(raw))))}
	buf := b.Arena.Bytes(n)
	at := 0
	for i, r := range raw {
		if r == nil {
			continue
		}
		out.Views[i] = batch.View{Pos: uint32(at), Len: uint32(len(r))}
		out.Valid.Set(i)
		at += copy(buf[at:], r)
	}
	out.Bufs[0] = buf
	return out
}

// fromConnect writes values: one row, or runs of equal schemas as batches.
func (s *server) fromConnect(r tagged.Node, whole bool) ([]byte, error) {
	h, err := s.converter(r)
	if err != nil {
		return nil, err
	}
	items := []tagged.Node{r}
	if whole {
		items = r.Get("items").Items
	}
	data := make([]typed, len(items))
	errs := make([]error, len(items))
	for i := range items {
		data[i], errs[i] = typedOf(items[i])
	}
	headers, err := headersOf(r)
	if err != nil {
		return nil, err
	}
	rows := make([][]byte, len(items))
	e := encoding{s: s, h: h, topic: r.Get("topic").Text, rows: rows, errs: errs}
	if !whole && len(headers.Entries) > 0 {
		e.headers = &headers
	}
	for i := 0; i < len(data); {
		if errs[i] != nil {
			i++
			continue
		}
		n, err := e.run(data, i)
		if err != nil {
			return nil, err
		}
		i += n
	}
	if whole {
		return joinItems(rows, errs), nil
	}
	if errs[0] != nil {
		return nil, errs[0]
	}
	dst := bytes.TrimSuffix(rows[0], []byte("}"))
	dst = append(dst, `,"headers":[`...)
	for i, hd := range headers.Entries {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = tagged.AppendString(append(dst, `{"name":`...), hd.Key)
		raw := appendBytes(nil, hd.Raw)
		dst = append(append(dst, ','), raw[1:]...)
	}
	return append(dst, "]}"...), nil
}

func headersOf(r tagged.Node) (batch.Headers, error) {
	h := batch.Headers{Offsets: []int32{0, 0}}
	for _, n := range r.Get("headers").Items {
		raw, err := bytesOf(n.Get("bytes"))
		if err != nil {
			return h, err
		}
		h.Entries = append(h.Entries, batch.Header{Key: n.Get("name").Text, Raw: raw})
		h.Offsets[1]++
	}
	return h, nil
}

// encoding writes items and keeps their answers.
type encoding struct {
	s       *server
	h       *handle
	topic   string
	headers *batch.Headers
	rows    [][]byte
	errs    []error
}

// run encodes the items from first that share its schema, at least one, and returns how many those were.
// A value that no column of its schema holds is given to the encoder as a constant, so that the encoder
// refuses it as Java does.
func (e *encoding) run(data []typed, first int) (n int, err error) {
	schema := data[first].schema
	cb := batch.NewColumnBuilder(schema, true)
	for first+n < len(data) && e.errs[first+n] == nil && data[first+n].schema.Equal(schema) && cb.Append(data[first+n].value) == nil {
		n++
	}
	b := e.s.pool.New(max(n, 1))
	defer b.Release()
	b.Topics = batch.OneTopic(e.topic)
	if n == 0 {
		return 1, e.encode(b, b.NewConstant(schema, 1, data[first].value), first)
	}
	return n, e.encode(b, cb.Finish(b), first)
}

func (e *encoding) encode(b *batch.Batch, c *batch.Column, first int) error {
	bb := batch.BytesBuilder{Pool: b.Pool().Mem}
	bb.Reset(&b.Arena, c.Len(), 64)
	defer bb.Discard()
	var status batch.Status
	if err := e.h.encoder.Encode(&bb, &codec.Output{Topics: b.Topics, Column: c, Headers: e.headers}, &status); err != nil {
		return err
	}
	for i := range c.Len() {
		var raw []byte
		if bb.Valid.Has(i) {
			v := bb.Views[i]
			raw = append([]byte{}, bb.Buf[v.Pos:v.Pos+v.Len]...)
		}
		e.rows[first+i] = appendBytes(nil, raw)
	}
	for _, f := range status.Errors() {
		e.errs[first+int(f.Row)] = f.Err
	}
	return nil
}
