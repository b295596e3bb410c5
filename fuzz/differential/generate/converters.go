package generate

import (
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// The converters' Java classes.
const (
	JSONConverter      = "org.apache.kafka.connect.json.JsonConverter"
	StringConverter    = "org.apache.kafka.connect.storage.StringConverter"
	ByteArrayConverter = "org.apache.kafka.connect.converters.ByteArrayConverter"
	BooleanConverter   = "org.apache.kafka.connect.converters.BooleanConverter"
	DoubleConverter    = "org.apache.kafka.connect.converters.DoubleConverter"
	FloatConverter     = "org.apache.kafka.connect.converters.FloatConverter"
	IntegerConverter   = "org.apache.kafka.connect.converters.IntegerConverter"
	LongConverter      = "org.apache.kafka.connect.converters.LongConverter"
	ShortConverter     = "org.apache.kafka.connect.converters.ShortConverter"
	SimpleHeader       = "org.apache.kafka.connect.storage.SimpleHeaderConverter"
)

// jsonConfig draws a configuration; content is the fixed schema of the messages, if any.
func (s source) jsonConfig(envelope bool, content *protocol.Schema) trial.Plugin {
	p := converter(JSONConverter)
	add := func(k, v string) { p.Config = append(p.Config, protocol.Pair{Key: k, Text: v}) }
	p.IsKey = s.oneIn(4)
	if !envelope {
		add("schemas.enable", pick(s, "false", "FALSE", " false "))
	} else if s.oneIn(2) {
		add("schemas.enable", "true")
	}
	if content != nil {
		n := s.schemaNode(content)
		if s.oneIn(20) {
			s.spoilSchema(&n)
		}
		add("schema.content", string(s.printJSON(nil, &n, style{})))
	}
	switch s.IntN(5) {
	case 0:
		add("decimal.format", pick(s, "NUMERIC", "numeric"))
	case 1:
		add("decimal.format", pick(s, "BASE64", "base64", "Base64"))
	}
	if s.oneIn(3) {
		add("replace.null.with.default", pick(s, "true", "false"))
	}
	if s.oneIn(4) {
		add("schemas.cache.size", pick(s, "0", "1", "2", "1000"))
	}
	if s.oneIn(60) {
		add(pick(s, "decimal.format", "schemas.enable", "schemas.cache.size", "replace.null.with.default", "schema.content", "unknown.key", "converter.type"),
			pick(s, "x", "", "-1", "{}", "null", "1.5", "nope"))
		p.Config = lastWins(p.Config)
	}
	return p
}

// lastWins drops earlier entries of a repeated key: a configuration is a map.
func lastWins(c []protocol.Pair) []protocol.Pair {
	var out []protocol.Pair
	for i := range c {
		repeated := false
		for _, later := range c[i+1:] {
			repeated = repeated || later.Key == c[i].Key
		}
		if !repeated {
			out = append(out, c[i])
		}
	}
	return out
}

func (s source) jsonRead() *trial.Trial {
	if s.oneIn(3) {
		return s.trial(trial.ToConnect, s.jsonConfig(false, nil), func() trial.Item { return trial.Item{Bytes: s.document()} })
	}
	schemas := make([]*protocol.Schema, 1+s.IntN(3))
	for i := range schemas {
		schemas[i] = s.schema(s.IntN(3))
	}
	if s.oneIn(5) {
		sch := schemas[0]
		return s.trial(trial.ToConnect, s.jsonConfig(true, sch), func() trial.Item {
			if s.oneIn(20) {
				return trial.Item{Bytes: s.document()}
			}
			n := s.payload(sch, s.fitting(sch, false))
			if s.oneIn(3) {
				s.spoil(&n)
			}
			return trial.Item{Bytes: s.hostile(s.printJSON(nil, &n, s.style()))}
		})
	}
	return s.trial(trial.ToConnect, s.jsonConfig(true, nil), func() trial.Item { return trial.Item{Bytes: s.envelope(pick(s, schemas...))} })
}

func (s source) jsonWrite() *trial.Trial {
	return s.write(s.jsonConfig(s.oneIn(2), nil), s.typedMix())
}

func (s source) write(p trial.Plugin, data func() protocol.Typed) *trial.Trial {
	return s.trial(trial.FromConnect, p, func() trial.Item { return trial.Item{Data: data()} })
}

var charsets = []string{
	"UTF-8", "UTF8", "utf-8", "US-ASCII", "ASCII", "ISO-8859-1", "latin1", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "windows-1252", "Cp1252", "ISO-8859-15", "windows-1251", "KOI8-R",
	"Shift_JIS", "EUC-JP", "GBK", "Big5", "nope", "",
}

func (s source) stringConfig() trial.Plugin {
	p := converter(StringConverter)
	p.IsKey = s.oneIn(4)
	if s.oneIn(3) {
		p.Config = config("converter.encoding", pick(s, charsets...))
	}
	return p
}

func (s source) stringRead() *trial.Trial {
	return s.trial(trial.ToConnect, s.stringConfig(), func() trial.Item { return trial.Item{Bytes: s.message()} })
}

// message draws bytes that are text, damaged text, or noise.
func (s source) message() []byte {
	switch s.IntN(8) {
	case 0:
		return nil
	case 1:
		return []byte(s.bytes())
	case 2:
		return s.damage([]byte(s.text()))
	}
	return []byte(s.text())
}

func (s source) stringWrite() *trial.Trial { return s.write(s.stringConfig(), s.typedMix()) }

func (s source) bytesRead() *trial.Trial {
	return s.trial(trial.ToConnect, converter(ByteArrayConverter), func() trial.Item { return trial.Item{Bytes: s.message()} })
}

func (s source) bytesWrite() *trial.Trial {
	return s.write(converter(ByteArrayConverter), s.mostly(protocol.Bytes))
}

// mostly draws data of one type, with optional and missing schemas, and other data between.
func (s source) mostly(typ string) func() protocol.Typed {
	mix := s.typedMix()
	return func() protocol.Typed {
		switch s.IntN(6) {
		case 0:
			return mix()
		case 1:
			return protocol.Typed{Value: s.primitive(typ)}
		case 2:
			return protocol.Typed{Schema: &protocol.Schema{Type: pick(s, primitives...), Optional: s.oneIn(2)}, Value: s.primitive(typ)}
		case 3:
			return protocol.Typed{Schema: &protocol.Schema{Type: typ, Optional: true}}
		}
		return protocol.Typed{Schema: &protocol.Schema{Type: typ, Optional: s.oneIn(2)}, Value: s.primitive(typ)}
	}
}

var numbers = []struct {
	class, typ string
	bytes      int
}{
	{DoubleConverter, protocol.Float64, 8},
	{FloatConverter, protocol.Float32, 4},
	{IntegerConverter, protocol.Int32, 4},
	{LongConverter, protocol.Int64, 8},
	{ShortConverter, protocol.Int16, 2},
	{BooleanConverter, protocol.Boolean, 1},
}

func (s source) numberRead() *trial.Trial {
	c := pick(s, numbers...)
	return s.trial(trial.ToConnect, converter(c.class), func() trial.Item {
		if s.oneIn(10) {
			return trial.Item{}
		}
		b := make([]byte, c.bytes)
		if s.oneIn(8) {
			b = make([]byte, s.IntN(10))
		}
		for i := range b {
			b[i] = pick(s, 0, 1, 0x7f, 0x80, 0xff, byte(s.Uint32()))
		}
		if c.class == BooleanConverter && len(b) == 1 && !s.oneIn(4) {
			b[0] &= 1
		}
		return trial.Item{Bytes: b}
	})
}

func (s source) numberWrite() *trial.Trial {
	c := pick(s, numbers...)
	return s.write(converter(c.class), s.mostly(c.typ))
}

func (s source) headerPlugin() trial.Plugin {
	p := trial.Plugin{Kind: "headerConverter", Class: SimpleHeader}
	switch s.IntN(8) {
	case 0:
		p = s.jsonConfig(s.oneIn(2), nil)
	case 1:
		p = s.stringConfig()
	case 2:
		p = converter(pick(s, ByteArrayConverter, BooleanConverter, LongConverter, DoubleConverter))
	}
	p.Kind, p.IsKey = "headerConverter", false
	return p
}

func (s source) headerRead() *trial.Trial {
	p := s.headerPlugin()
	return s.trial(trial.ToConnectHeader, p, func() trial.Item {
		switch {
		case s.oneIn(30):
			return trial.Item{}
		case p.Class == JSONConverter:
			return trial.Item{Bytes: s.envelope(s.schema(depthMax - 1))}
		case s.oneIn(20):
			return trial.Item{Bytes: s.message()}
		}
		return trial.Item{Bytes: []byte(s.literal())}
	})
}

func (s source) headerWrite() *trial.Trial {
	data := s.typedMix()
	return s.trial(trial.FromConnectHeader, s.headerPlugin(), func() trial.Item { return trial.Item{Data: data()} })
}
