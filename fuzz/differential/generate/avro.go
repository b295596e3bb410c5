package generate

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// AvroConverter is the class of Avro's converter.
const AvroConverter = "io.confluent.connect.avro.AvroConverter"

// avroFlags are keys that the original of the oracle has, of 7.0; newerAvroFlags those that came until 7.7.
var (
	avroFlags      = []string{"enhanced.avro.schema.support", "connect.meta.data", "scrub.invalid.names", "allow.optional.map.keys", "discard.type.doc.default"}
	newerAvroFlags = append([]string{"flatten.singleton.unions", "generalized.sum.type.support", "ignore.default.for.nullables"}, avroFlags...)
)

// avroConfig draws the config of a converter. The older original has no such key and leaves unions of one type as they are.
func (s source) avroConfig(path string) trial.Plugin {
	p := s.avroConfigOf(path, avroFlags)
	p.Config = append(p.Config, protocol.Pair{Key: "flatten.singleton.unions", Text: "false"})
	return p
}

func (s source) newerAvroConfig(path string) trial.Plugin {
	return s.avroConfigOf(path, newerAvroFlags)
}

func (s source) avroConfigOf(path string, flags []string) trial.Plugin {
	p := converter(AvroConverter, protocol.Pair{Key: "schema.registry.url", Text: codectest.SchemasURL + path})
	p.IsKey = s.oneIn(4)
	for _, k := range flags {
		if s.oneIn(3) {
			p.Config = append(p.Config, protocol.Pair{Key: k, Text: pick(s, "true", "false")})
		}
	}
	return p
}

func (s source) avroWrite() *trial.Trial      { return s.avroWriteBy(s.avroConfig("")) }
func (s source) newerAvroWrite() *trial.Trial { return s.avroWriteBy(s.newerAvroConfig("")) }

// avroWriteBy draws data of all kinds; names are mostly such as Avro takes.
func (s source) avroWriteBy(p trial.Plugin) *trial.Trial {
	mix := s.typedMix()
	plain := !s.oneIn(4)
	return s.write(p, func() protocol.Typed {
		t := mix().Clone()
		wholeKeys(&t.Value)
		wholeDefaults(t.Schema)
		if plain {
			plainNames(t.Schema)
			renameValue(&t.Value)
		}
		return t
	})
}

// wholeKeys replaces lone surrogates in the keys of maps: where such a key stands in a map is not followed. It replaces NaN, too: the
// protocol has one where Avro has many.
func wholeKeys(v *protocol.Value) {
	if v.Float != v.Float {
		v.Float = 0.5
	}
	for i := range v.Items {
		if v.Tag == protocol.MapOf && i%2 == 0 && v.Items[i].Tag == protocol.Str {
			v.Items[i].Text = strings.ToValidUTF8(v.Items[i].Text, "?"+strconv.Itoa(i))
		}
		wholeKeys(&v.Items[i])
	}
}

// wholeDefaults is wholeKeys for the defaults of a schema.
func wholeDefaults(sch *protocol.Schema) {
	if sch == nil {
		return
	}
	wholeKeys(&sch.Default)
	for i := range sch.Fields {
		wholeDefaults(sch.Fields[i].Schema)
	}
	wholeDefaults(sch.Items)
	wholeDefaults(sch.Keys)
	wholeDefaults(sch.Values)
}

// plainName makes a name of letters, digits and underscores.
func plainName(name string) string {
	out := []byte("f_")
	for _, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			out = append(out, c)
		} else {
			out = append(out, '_')
		}
	}
	return string(out)
}

func plainNames(sch *protocol.Schema) {
	if sch == nil {
		return
	}
	if sch.Name != nil && (*sch.Name == "é" || *sch.Name == "") {
		n := "com.acme.N" + strconv.Itoa(len(sch.Fields))
		sch.Name = &n
	}
	renameValue(&sch.Default)
	for i := range sch.Fields {
		sch.Fields[i].Name = plainName(sch.Fields[i].Name)
		plainNames(sch.Fields[i].Schema)
	}
	plainNames(sch.Items)
	plainNames(sch.Keys)
	plainNames(sch.Values)
}

func renameValue(v *protocol.Value) {
	for i := range v.Names {
		v.Names[i] = plainName(v.Names[i])
	}
	plainNames(v.Own)
	for i := range v.Items {
		renameValue(&v.Items[i])
	}
}
