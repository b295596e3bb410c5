package judge

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func TestKnownDifferences_AreTheDocumentsTable(t *testing.T) {
	text, err := os.ReadFile("../../../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		documented = append(documented, m[1])
	}
	for _, k := range KnownDifferences() {
		listed = append(listed, k.Name)
	}
	if !slices.Equal(documented, listed) {
		t.Fatalf("docs/compatibility.md has %q, KnownDifferences has %q", documented, listed)
	}
}

func TestNameOf(t *testing.T) {
	plain := &trial.Trial{Op: trial.FromConnect}
	old := &trial.Trial{Op: trial.Apply, Plugins: []trial.Plugin{{
		Class:  "org.apache.kafka.connect.transforms.ReplaceField$Value",
		Config: []protocol.Pair{{Key: "blacklist", Text: "a"}},
	}}}
	renaming := trial.Plugin{
		Class:  "org.apache.kafka.connect.transforms.ReplaceField$Value",
		Config: []protocol.Pair{{Key: "renames", Text: "a:b"}},
	}
	chained := &trial.Trial{Op: trial.Apply, Plugins: []trial.Plugin{{Class: "X"}, renaming}, Items: []trial.Item{{Record: &protocol.Record{}}}}
	renamed := func(keys ...string) *trial.Trial {
		m := protocol.Value{Tag: protocol.MapOf}
		for _, k := range keys {
			m.Items = append(m.Items, protocol.Value{Tag: protocol.Str, Text: k}, protocol.Value{})
		}
		return &trial.Trial{Op: trial.Apply, Plugins: []trial.Plugin{renaming}, Items: []trial.Item{{Record: &protocol.Record{Value: protocol.Typed{Value: m}}}}}
	}
	charset := &trial.Trial{Op: trial.ToConnect, Plugins: []trial.Plugin{{
		Class:  "org.apache.kafka.connect.storage.StringConverter",
		Config: []protocol.Pair{{Key: "converter.encoding", Text: "Shift_JIS"}},
	}}}
	json := &trial.Trial{Kind: "json", Op: trial.ToConnect, Items: []trial.Item{{Bytes: []byte("{\"a\xff\":1}")}, {Bytes: []byte(`{"a":1}`)}}}
	twice := func(second string) *trial.Trial {
		first := "a"
		return &trial.Trial{Kind: "avro", Op: trial.FromConnect, Items: []trial.Item{{Data: protocol.Typed{Schema: &protocol.Schema{Type: "struct", Fields: []protocol.Field{
			{Name: "x", Schema: &protocol.Schema{Type: "array", Name: &first, Items: &protocol.Schema{Type: "string"}}},
			{Name: "y", Schema: &protocol.Schema{Type: "struct", Name: &second, Parameters: []protocol.Pair{{Key: "p", Text: "q"}}}},
		}}}}}}
	}
	redefined := &trial.Trial{Kind: "avro", Op: trial.FromConnect, Items: []trial.Item{{Data: protocol.Typed{Schema: &protocol.Schema{Type: "struct", Fields: []protocol.Field{
		{Name: "x", Schema: &protocol.Schema{Type: "struct", Optional: true, Default: protocol.Value{Tag: protocol.StructOf}}},
	}}}}}}
	date := "org.apache.kafka.connect.data.Date"
	dated := func(ms int64) *trial.Trial {
		return &trial.Trial{Op: trial.Apply, Items: []trial.Item{{Record: &protocol.Record{Value: protocol.Typed{
			Schema: &protocol.Schema{Type: protocol.Int32, Name: &date}, Value: protocol.Value{Tag: protocol.Millis, Int: ms},
		}}}}}
	}
	renamedDate := dated(86_400_000)
	renamedDate.Plugins = []trial.Plugin{renaming}
	timed := func(ms int64) *trial.Trial {
		return &trial.Trial{Op: trial.Apply, Items: []trial.Item{{Record: &protocol.Record{Timestamp: &ms}}}}
	}
	const timeOfDay = "DataException: Kafka Connect Date type should not have any time fields set to non-zero values."
	const clock = `{"type":"int64","name":"org.apache.kafka.connect.data.Time"} `
	for _, c := range []struct {
		trial *trial.Trial
		d     Difference
		want  string
	}{
		{plain, Difference{Part: "bytes", Want: `"{a=[B@1b2c3d}"`, Got: `"{a=[B@0}"`}, "object-identity-text"},
		{plain, Difference{Part: "bytes", Want: `"{a=[B@1b2c3d}"`, Got: `"{b=[B@0}"`}, ""},
		{plain, Difference{Part: "bytes", Want: `"\xfe\xff\x00[\x00B\x00@\x003"`, Got: `"\xfe\xff\x00[\x00B\x00@\x005"`}, "object-identity-text"},
		{plain, Difference{Part: "bytes", Want: `"a"`, Got: `"b"`}, ""},
		{old, Difference{Part: "record value value"}, "replacefield-old-names"},
		{plain, Difference{Part: "error type", Want: "StackOverflowError: ", Got: "DataException: nested too deep"}, "deep-nesting"},
		{plain, Difference{Part: "error type", Want: "DataException: ", Got: "StackOverflowError: "}, ""},
		{plain, Difference{Part: "error type", Want: "no error", Got: `ConnectException: regular expression "(a+)+b" did not come to an end on "aaa" within 50ms: make it less ambiguous`}, "regex-time-limit"},
		{charset, Difference{Part: "value", Want: "a", Got: "b"}, "east-asian-charsets"},
		{plain, Difference{Part: "bytes", Want: `"Struct{c=Sun Jul 13 00:00:00 UTC 5881580}"`, Got: `"Struct{c=Wed Mar 04 00:00:00 UTC 5877521}"`}, "date-beyond-int32"},
		{plain, Difference{Part: "bytes", Want: `"Struct{c=Sun Jul 13 00:00:00 UTC 5881580}"`, Got: `"Struct{d=Wed Mar 04 00:00:00 UTC 5877521}"`}, ""},
		{json, Difference{Item: 0, Part: "error type", Want: "value", Got: "DataException: Converting"}, "jackson-padded-name"},
		{json, Difference{Item: 1, Part: "error type", Want: "value", Got: "DataException: Converting"}, ""},
		{dated(185_542_587_273_600_000), Difference{Part: "record value value"}, "date-beyond-int32"},
		{dated(86_400_000), Difference{Part: "record value value"}, ""},
		{dated(86_400_000), Difference{Part: "record value value", Want: `{"millis":"185542587273600000"}`, Got: `{"millis":"-1"}`}, "date-beyond-int32"},
		{dated(86_400_000), Difference{Part: "record value value", Want: `{"millis":"86400000"}`, Got: `{"millis":"-1"}`}, ""},
		{timed(-1), Difference{Part: "record coordinates"}, "timestamp-minus-one"},
		{timed(-2), Difference{Part: "record coordinates"}, ""},
		{chained, Difference{Part: "record value value", Want: `"schema":null,"value":1`}, "replacefield-collision"},
		{chained, Difference{Part: "record value value", Want: `"schema":{},"value":1`}, ""},
		{renamed("ts", "b"), Difference{Part: "record value value", Want: `"schema":null,"value":1`}, "replacefield-collision"},
		{renamed("b", "ts"), Difference{Part: "record value value", Want: `"schema":null,"value":1`}, ""},
		{renamedDate, Difference{Part: "error type", Want: "dropped", Got: timeOfDay}, "values-fit-their-schema"},
		{dated(86_400_001), Difference{Part: "error type", Want: "dropped", Got: timeOfDay}, "values-fit-their-schema"},
		{dated(86_400_000), Difference{Part: "error type", Want: "dropped", Got: timeOfDay}, ""},
		{twice("a"), Difference{Part: "bytes", Want: `"\x00\x01\x02\x03\x04\x00"`, Got: `"\x00\x05\x02\x03\x04\x00"`}, "avro-field-parameters"},
		{twice("a"), Difference{Part: "bytes", Want: `"\x00\x01\x02\x03\x04\x00"`, Got: `"\x00\x05\x02\x03\x04\x02"`}, ""},
		{twice("b"), Difference{Part: "bytes", Want: `"\x00\x01\x02\x03\x04\x00"`, Got: `"\x00\x05\x02\x03\x04\x00"`}, ""},
		{plain, Difference{Part: "value", Want: clock + `{"millis":"5"}`, Got: clock + `{"i64":"5"}`}, "logical-name-of-another-type"},
		{plain, Difference{Part: "value", Want: clock + `{"millis":"5"}`, Got: clock + `{"i64":"6"}`}, ""},
		{plain, Difference{Part: "value", Want: `{"type":"int64"} {"millis":"5"}`, Got: `{"type":"int64"} {"i64":"5"}`}, ""},
		{redefined, Difference{Part: "bytes", Want: `"\x00\x01\x02\x03\x04\x02"`, Got: `"\x00\x05\x02\x03\x04\x02"`}, "default-identity"},
	} {
		if got := NameOf(c.trial, c.d); got != c.want {
			t.Errorf("NameOf(%v) = %q, want %q", c.d, got, c.want)
		}
	}
}

func TestSameNumbers(t *testing.T) {
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{`{"a":8.41E21}`, `{"a":8.409999999999999E21}`, true},
		{`2.671409E9`, `2.6714089E9`, true},
		{`1.5`, `1.6`, false},
		{`{"a":1.5}`, `{"b":1.5}`, false},
	} {
		if got := SameNumbers(Difference{Want: c.want, Got: c.got}); got != c.same {
			t.Errorf("%s and %s: %v, want %v", c.want, c.got, got, c.same)
		}
	}
}
