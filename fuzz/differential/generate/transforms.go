package generate

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

const (
	transforms = "org.apache.kafka.connect.transforms."
	predicates = transforms + "predicates."
)

// recordFields are the names that records and configurations share, so that configurations hit.
var recordFields = []string{"a", "b", "c", "id", "ts", "name", "n"}

func (s source) field() string {
	if s.oneIn(24) {
		return pick(s, "missing", "n.a", "", " a", "a ", "é")
	}
	return pick(s, recordFields...)
}

// mostlyOf draws one of the usual texts, rarely the odd one.
func (s source) mostlyOf(odd string, usual ...string) string {
	if s.oneIn(25) {
		return odd
	}
	return pick(s, usual...)
}

func (s source) fields() []string {
	var names []string
	for range 1 + s.IntN(3) {
		names = append(names, s.field())
	}
	return names
}

func (s source) list(names []string) string { return strings.Join(names, pick(s, ",", ",", ", ")) }

// recipe draws the configuration of one transform. sided transforms come as $Key and $Value.
type recipe struct {
	class string
	sided bool
	nulls bool // has replace.null.with.default
	draw  func(source) []protocol.Pair
}

var recipes = []recipe{
	{"Cast", true, true, source.castConfig},
	{"DropHeaders", false, false, func(s source) []protocol.Pair {
		return config("headers", s.list([]string{s.headerName(), s.headerName()}))
	}},
	{"ExtractField", true, true, func(s source) []protocol.Pair {
		c := config("field", s.field())
		if s.oneIn(2) {
			c = config("field", pick(s, "a", "n.a", "n.b", "n.n.a", "n.missing.a", "a.b", "`n.x`", "n.`a", "", "."), "field.syntax.version", s.mostlyOf("V3", "V2", "V1", "v2"))
		}
		return c
	}},
	{"Flatten", true, false, func(s source) []protocol.Pair {
		if s.oneIn(2) {
			return nil
		}
		return config("delimiter", pick(s, "_", ".", "", "#", "::"))
	}},
	{"HeaderFrom", true, true, func(s source) []protocol.Pair {
		fields := s.fields()
		headers := make([]string, len(fields))
		for i := range headers {
			headers[i] = s.headerName()
		}
		if s.oneIn(30) {
			headers = append(headers, "h")
		}
		return config("fields", s.list(fields), "headers", s.list(headers), "operation", s.mostlyOf("MOVE", "move", "copy"))
	}},
	{"HoistField", true, false, func(s source) []protocol.Pair { return config("field", pick(s, "h", "a", "wrapped")) }},
	{"InsertField", true, true, source.insertConfig},
	{"InsertHeader", false, false, func(s source) []protocol.Pair {
		return config("header", s.headerName(), "value.literal", s.literal())
	}},
	{"MaskField", true, true, func(s source) []protocol.Pair {
		c := config("fields", s.list(s.fields()))
		if s.oneIn(2) {
			c = append(c, protocol.Pair{Key: "replacement", Text: pick(s, "0", "1", "-5", "123", "1.5", "foo", "***", "", "1e3", "NaN", "999999999999", "128", "0x10")})
		}
		return c
	}},
	{"RegexRouter", false, false, func(s source) []protocol.Pair {
		return config("regex", s.pattern(), "replacement", pick(s, "x", "$1", "$0", "${name}", "p-$0-s", "$2", `\$`, "", "${"))
	}},
	{"ReplaceField", true, true, source.replaceConfig},
	{"SetSchemaMetadata", true, true, func(s source) []protocol.Pair {
		switch s.IntN(4) {
		case 0:
			return config("schema.name", "com.acme.New")
		case 1:
			return config("schema.version", s.mostlyOf("x", "3", "0", "-1"))
		}
		return config("schema.name", pick(s, "N", protocol.DateName), "schema.version", "7")
	}},
	{"TimestampConverter", true, true, source.timestampConfig},
	{"TimestampRouter", false, false, func(s source) []protocol.Pair {
		var c []protocol.Pair
		if s.oneIn(2) {
			c = append(c, protocol.Pair{Key: "topic.format", Text: pick(s, "${topic}-${timestamp}", "${timestamp}", "x${topic}${topic}", "plain")})
		}
		if s.oneIn(2) {
			c = append(c, protocol.Pair{Key: "timestamp.format", Text: s.datePattern()})
		}
		return c
	}},
	{"ValueToKey", false, true, func(s source) []protocol.Pair { return config("fields", s.list(s.fields())) }},
	{"Filter", false, false, func(source) []protocol.Pair { return nil }},
}

var castTypes = []string{"int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"}

func (s source) castConfig() []protocol.Pair {
	if s.oneIn(8) {
		return config("spec", pick(s, castTypes...))
	}
	var specs []string
	for _, f := range s.fields() {
		typ := pick(s, castTypes...)
		if s.oneIn(40) {
			typ = pick(s, "INT32", " string", "bytes", "zip", "array", "int8:x", "")
		}
		specs = append(specs, f+":"+typ)
	}
	return config("spec", s.list(specs))
}

func (s source) insertConfig() []protocol.Pair {
	var c []protocol.Pair
	for _, key := range []string{"topic.field", "partition.field", "offset.field", "timestamp.field", "static.field"} {
		if s.oneIn(3) {
			c = append(c, protocol.Pair{Key: key, Text: pick(s, "_", "src_", "x", key[:1]) + s.field() + pick(s, "", "", "!", "?")})
		}
	}
	static := len(c) == 0 || strings.HasPrefix(c[len(c)-1].Key, "static")
	if len(c) == 0 && !s.oneIn(10) {
		c = append(c, protocol.Pair{Key: "static.field", Text: s.field()})
	}
	if static != s.oneIn(12) {
		c = append(c, protocol.Pair{Key: "static.value", Text: pick(s, "v", "", "1")})
	}
	return c
}

func (s source) replaceConfig() []protocol.Pair {
	var c []protocol.Pair
	if s.oneIn(2) {
		c = append(c, protocol.Pair{Key: "exclude", Text: s.list(s.fields())})
	}
	if s.oneIn(3) {
		c = append(c, protocol.Pair{Key: "include", Text: s.list(s.fields())})
	}
	if s.oneIn(2) {
		var renames []string
		for _, f := range s.fields() {
			renames = append(renames, f+":"+pick(s, "x", "y", "a", "b", "id"))
		}
		if s.oneIn(16) {
			renames = append(renames, pick(s, "a", "a:b:c", ":", ":x", "a:"))
		}
		c = append(c, protocol.Pair{Key: "renames", Text: s.list(renames)})
	}
	return c
}

var datePatterns = []string{
	"yyyyMMdd", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "yyyy-MM-dd HH:mm:ss", "EEE, d MMM yyyy HH:mm:ss Z", "YYYY-'W'ww-u", "yy/M/d h:mm a", "D HH", "G yyyy", "HH:mm:ss.SSS", "yyyy.MM.dd G 'at' HH:mm:ss z",
	"yyyy-MM-dd'T'HH:mm:ssXXX", "MMMM yyyy", "LLL", "W F E", "k K H h", "''yyyy''", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS", "ssss", "b", "yyyy 'x", "",
}

func (s source) datePattern() string { return pick(s, datePatterns...) }

func (s source) timestampConfig() []protocol.Pair {
	c := config("target.type", s.mostlyOf("date", "string", "unix", "Date", "Time", "Timestamp"))
	if !s.oneIn(5) {
		c = append(c, protocol.Pair{Key: "field", Text: pick(s, "ts", "ts", "ts", "ts", "ts", "a", "missing")})
	}
	if !s.oneIn(10) {
		c = append(c, protocol.Pair{Key: "format", Text: s.datePattern()})
	}
	if s.oneIn(3) {
		c = append(c, protocol.Pair{Key: "unix.precision", Text: s.mostlyOf("days", "seconds", "milliseconds", "microseconds", "nanoseconds")})
	}
	return c
}

func (s source) headerName() string { return pick(s, "h", "h", "g", "H", "é", "trace") }

func (s source) pattern() string {
	if s.oneIn(40) {
		return pick(s, "[", "(", "*", "\\", "(?<n", "")
	}
	return pick(s, ".*", "(.*)", "t", "(t)(.*)", "(.*)-(\\d+)", "(?<name>[a-z]+).*", "orders-.*", "T", "(?i)T.*", "a|topic", "(?=t).*", "(.)\\1*.*", "t.*?", "\\w+", "t++opic", "\\p{Alpha}+", "[a-z&&[^x]]+")
}

// transform draws a transform with its configuration.
func (s source) transform() trial.Plugin {
	r := pick(s, recipes[:len(recipes)-1]...)
	if s.oneIn(30) {
		r = recipes[len(recipes)-1]
	}
	return s.configured(r)
}

func (s source) configured(r recipe) trial.Plugin {
	p := trial.Plugin{Kind: "transform", Class: transforms + r.class, Config: r.draw(s)}
	if r.sided {
		p.Class += pick(s, "$Value", "$Value", "$Value", "$Key")
	}
	if r.nulls && s.oneIn(3) {
		p.Config = append(p.Config, protocol.Pair{Key: "replace.null.with.default", Text: pick(s, "true", "false")})
	}
	if s.oneIn(80) && len(p.Config) > 0 {
		at := s.IntN(len(p.Config))
		if s.oneIn(2) {
			p.Config = slices.Delete(p.Config, at, at+1)
		} else {
			p.Config[at].Text = pick(s, "", " ", "x", ",", "a,,b", "null")
		}
	}
	return p
}

func (s source) predicate() trial.Plugin {
	switch s.IntN(3) {
	case 0:
		return trial.Plugin{Kind: "predicate", Class: predicates + "RecordIsTombstone"}
	case 1:
		return trial.Plugin{Kind: "predicate", Class: predicates + "HasHeaderKey", Config: config("name", s.mostlyOf("", "h", "g", "H", "zip"))}
	}
	return trial.Plugin{Kind: "predicate", Class: predicates + "TopicNameMatches", Config: config("pattern", s.pattern())}
}

func (s source) transformApply() *trial.Trial { return s.applied(1) }
func (s source) chainApply() *trial.Trial     { return s.applied(1 + min(s.IntN(8), s.IntN(8))) }

// applied chains n transforms.
func (s source) applied(n int) *trial.Trial {
	return s.chained(n, s.recordMix(), func(int) trial.Plugin { return s.transform() })
}

// chained sends records through n transforms, each with a predicate one time in four when there are several.
func (s source) chained(n int, record func() *protocol.Record, transform func(i int) trial.Plugin) *trial.Trial {
	t := s.trial(trial.Apply, trial.Plugin{}, func() trial.Item { return trial.Item{Record: record()} })
	t.Plugins = nil
	for i := range n {
		p := transform(i)
		if n > 1 && s.oneIn(4) {
			t.Plugins = append(t.Plugins, s.predicate())
			p.Predicate, p.Negate = len(t.Plugins), s.oneIn(2)
		}
		t.Plugins = append(t.Plugins, p)
	}
	return t
}

func (s source) predicateTest() *trial.Trial {
	record := s.recordMix()
	return s.trial(trial.Test, s.predicate(), func() trial.Item { return trial.Item{Record: record()} })
}
