package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/config"
)

// converter is a configured JsonConverter. Everything but the schema cache is fixed; its decoders and
// encoders may work at the same time.
type converter struct {
	settings
	read    reader
	content *batch.Schema // schema.content; nil without
	schemas *schemaCache
}

var _ codec.Converter = (*converter)(nil)

func newConverter(def *config.Def, props map[string]string, use string) (*converter, error) {
	s, err := parseSettings(def, props, use)
	if err != nil {
		return nil, err
	}
	c := &converter{settings: s, read: reader{replaceNull: s.replaceNull}}
	c.schemas = newSchemaCache(s.cacheSize)
	if s.content == "" {
		return c, nil
	}
	var t jsonscan.Tape
	v, ok, err := t.Read(withSlack([]byte(s.content)), len(s.content))
	if err != nil {
		return nil, withCause("Failed to parse schema in converter config due to serialization error: ", err)
	}
	if !ok {
		return nil, noSchemaType()
	}
	if c.content, err = c.read.schema(&t, v); err != nil {
		return nil, err
	}
	return c, nil
}

// NewDecoder implements codec.Converter.
func (c *converter) NewDecoder() codec.Decoder { return newDecoder(c) }

// NewEncoder implements codec.Converter.
func (c *converter) NewEncoder() codec.Encoder { return newEncoder(c) }

// Close implements codec.Converter: nothing is held.
func (c *converter) Close() error { return nil }

// writer returns a plain writer with the converter's settings.
func (c *converter) writer(linked bool) writer {
	return writer{numeric: c.numeric, replaceNull: c.replaceNull, linked: linked}
}

// split reads a record and finds its schema and payload. raw is not null.
// Errors: *codec.Error. Source: JsonConverter.toConnectData.
func (c *converter) split(raw []byte) (*batch.Schema, *jsonscan.Node, error) {
	n, err := jsonscan.Parse(raw)
	if err != nil {
		return nil, nil, unreadable(err)
	}
	switch {
	case !c.envelope:
		return nil, &n, nil
	case c.content != nil:
		return c.content, &n, nil
	}
	schema, payload := n.Member("schema"), n.Member("payload")
	if schema == nil || payload == nil || len(n.Items) != 2 {
		return nil, nil, noEnvelope()
	}
	var t jsonscan.Tape
	root, _, err := t.Read(withSlack(raw), len(raw))
	if err != nil {
		return nil, nil, unreadable(err)
	}
	at, _ := t.Member(root, "schema")
	s, err := c.read.schema(&t, at)
	if err != nil {
		return nil, nil, err
	}
	return c.schemas.intern(s), payload, nil
}

// withSlack returns a copy of text with what scan functions want behind it.
func withSlack(text []byte) []byte {
	return append(append(make([]byte, 0, len(text)+jsonscan.Slack), text...), make([]byte, jsonscan.Slack)...)
}

// plainRead reads one record. raw is not null.
func (c *converter) plainRead(raw []byte) (*batch.Schema, batch.Value, error) {
	s, n, err := c.split(raw)
	if err != nil {
		return nil, batch.Null(), err
	}
	v, err := c.read.value(s, n)
	if err != nil {
		return nil, batch.Null(), codec.AsError(err)
	}
	return s, v, nil
}

// plainAppend appends one record; null means that its bytes are null. dst is unchanged on errors.
// Source: JsonConverter.fromConnectData.
func (c *converter) plainAppend(dst []byte, s *batch.Schema, v batch.Value, linked bool) (out []byte, null bool, err error) {
	if s == nil && v.IsNull() {
		return dst, true, nil
	}
	w := c.writer(linked)
	out = dst
	depth := 0
	if c.envelope {
		depth = 1
		if out, err = w.schema(append(out, `{"schema":`...), s, depth+1); err != nil {
			return dst, false, err
		}
		out = append(out, `,"payload":`...)
	}
	if out, err = w.value(out, s, v, depth); err != nil {
		return dst, false, err
	}
	if c.envelope {
		out = append(out, '}')
	}
	if w.deepest > jsonscan.DepthMax {
		return dst, false, tooDeep()
	}
	return out, false, nil
}
