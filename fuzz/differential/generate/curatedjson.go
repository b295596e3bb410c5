package generate

import (
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// curated lists the cases that somebody thought of: every row of the tables of the converters' contract.
func curated() []*trial.Trial {
	var ts []*trial.Trial
	for _, list := range [][]*trial.Trial{curatedJSONText(), curatedEnvelopes(), curatedJSONData(), curatedPlain(), curatedNumbers(), curatedHeaders(), curatedLiterals()} {
		ts = append(ts, list...)
	}
	return ts
}

// reading is one trial that reads texts one by one, or as a batch.
func reading(kind string, op trial.Op, p trial.Plugin, texts ...string) *trial.Trial {
	t := &trial.Trial{Kind: kind, Op: op, Batch: op.HasBatch(), Topic: "t", Plugins: []trial.Plugin{p}, Items: []trial.Item{{}}}
	for _, text := range texts {
		t.Items = append(t.Items, trial.Item{Bytes: []byte(text)})
	}
	return t
}

func writing(kind string, op trial.Op, p trial.Plugin, data ...protocol.Typed) *trial.Trial {
	t := &trial.Trial{Kind: kind, Op: op, Batch: op.HasBatch(), Topic: "t", Plugins: []trial.Plugin{p}}
	for _, d := range data {
		t.Items = append(t.Items, trial.Item{Data: d})
	}
	return t
}

func curatedJSONText() []*trial.Trial {
	texts := []string{
		"", " ", "\n\t", "null", "true", "false", `""`, `"a"`, "{}", "[]", `{"a":1}`, `{"a":1} trailing`, `{"a":1}{"b":2}`, `{"a":1}]`, `{"a":1,"a":2}`, `{"a":1,"b":2,"a":3}`, `{"":null}`,
		`[1,1.5,"x",null,true,{"a":[]}]`, `{"z":1,"y":2,"x":3,"w":4,"v":5,"u":6,"t":7,"s":8,"r":9,"q":10,"p":11,"o":12,"n":13}`, `{"Aa":1,"BB":2,"AaAa":3,"BBBB":4,"AaBB":5}`, `{"é":1,"😀":2,"\ud83d":3}`,
		"\xef\xbb\xbf{}", "\xff\xfe[\x00]\x00", "\xfe\xff\x00[\x00]", "[\x00]\x00", "\x00[\x00]", "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xf4\x90\x80\x80\"}", "{\"a\":\"\xe2\x82\"}",
		"{\"a\":\"\x01\"}", "{\"a\":\"\t\"}", "{\"a\":\"\x7f\"}", `{"a":"\u0000"}`, `{"a":"\ud83d\ude00"}`, `{"a":"\ud83d"}`, `{"a":"\ude00\ud83d"}`, `{"a":"\uD83"}`, `{"a":"\x"}`, `{"a":"\/"}`, `{"a":"\'"}`,
		`{a:1}`, `{'a':1}`, `{"a":1,}`, `[1,]`, `[,1]`, `[1 2]`, `{"a" 1}`, `{"a":}`, `{"a"`, `{`, `[`, `]`, `"`, `"a`, `nul`, `nulll`, `truefalse`, `NaN`, `Infinity`, `-Infinity`, `/* c */ 1`, `// c` + "\n1", `# c` + "\n1", `1 // c`,
		`[1]/*`, "\x0b1", "\u00a01", "\f1", "1\x00", "1 \x00",
	}
	plain := converter(JSONConverter, config("schemas.enable", "false")...)
	numbers := reading("json", trial.ToConnect, plain, numberTexts...)
	var inside []string
	for _, n := range numberTexts {
		inside = append(inside, "["+n+"]", `{"n":`+n+`}`)
	}
	var deep []string
	for _, n := range []int{999, 1000, 1001} {
		deep = append(deep, strings.Repeat("[", n)+strings.Repeat("]", n), strings.Repeat(`{"a":`, n)+"1"+strings.Repeat("}", n))
	}
	long := []string{strings.Repeat("9", 1000), strings.Repeat("9", 1001), "0." + strings.Repeat("1", 998), "0." + strings.Repeat("1", 1000), `"` + strings.Repeat("x", 5000) + `"`}
	return []*trial.Trial{
		reading("json", trial.ToConnect, plain, texts...), numbers, reading("json", trial.ToConnect, plain, inside...),
		reading("json", trial.ToConnect, plain, deep...), reading("json", trial.ToConnect, plain, long...),
		reading("json", trial.ToConnect, converter(JSONConverter), texts...),
	}
}

// payloads are what a payload may hold, for every schema.
var payloads = []string{
	"null", "true", "false", "0", "1", "-1", "1.9", "-1.9", "127", "128", "300", "-129", "32768", "65536", "2147483648", "4294967297", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e2", "1e400", "1.560", "0.1",
	"123456789012345678901234567890.123456789", "86400000", "86399999", "-86400001", `"abc"`, `"true"`, `"1.1"`, `"12"`, `""`, `"x"`, `"AQID"`, `"AQI="`, `"AQI"`, `"!!"`, `"_-8="`, `"+/8="`, "[]", "[1]", "[null]", `["a",1]`, "[[1,2]]", `[["a",1]]`,
	`[["a"]]`, `[["a",1,2]]`, "{}", `{"a":1}`, `{"a":null}`, `{"a":"x"}`, `{"b":1}`, `{"a":1,"unknown":2}`,
}

func curatedEnvelopes() []*trial.Trial {
	schemas := []string{
		`{"type":"boolean"}`, `{"type":"int8"}`, `{"type":"int16"}`, `{"type":"int32"}`, `{"type":"int64"}`, `{"type":"float"}`, `{"type":"double"}`, `{"type":"string"}`, `{"type":"bytes"}`, `{"type":"int32","optional":true}`,
		`{"type":"int32","default":5}`, `{"type":"int32","optional":true,"default":5}`, `{"type":"string","optional":true,"default":"d"}`, `{"type":"array","items":{"type":"int32"}}`, `{"type":"array","items":{"type":"int32","optional":true}}`,
		`{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}}`, `{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}}`, `{"type":"map","keys":{"type":"string","optional":true},"values":{"type":"string","optional":true}}`,
		`{"type":"struct","fields":[{"field":"a","type":"int32"}]}`, `{"type":"struct","fields":[{"field":"a","type":"string","optional":true}]}`, `{"type":"struct","fields":[{"field":"a","type":"int32","default":7}]}`, `{"type":"struct","fields":[{"field":"a","type":"string"}]}`,
		`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}`, `{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1}`,
		`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"x"},"optional":true}`, `{"type":"int32","name":"org.apache.kafka.connect.data.Date","version":1}`, `{"type":"int32","name":"org.apache.kafka.connect.data.Time","version":1}`,
		`{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1}`, `{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1,"default":42,"optional":true}`, `{"type":"string","name":"org.apache.kafka.connect.data.Timestamp"}`,
		`null`,
	}
	var ts []*trial.Trial
	for _, s := range schemas {
		var texts, bare []string
		for _, p := range payloads {
			texts = append(texts, `{"schema":`+s+`,"payload":`+p+`}`)
			bare = append(bare, p)
		}
		ts = append(ts, reading("json", trial.ToConnect, converter(JSONConverter), texts...))
		ts = append(ts, reading("json", trial.ToConnect, converter(JSONConverter, config("schema.content", s)...), bare...))
	}
	nulls := []string{
		`{"schema":{"type":"struct","fields":[{"field":"a","type":"int32","optional":true,"default":7}]},"payload":{"a":null}}`, `{"schema":{"type":"struct","fields":[{"field":"a","type":"int32","optional":true,"default":7}]},"payload":{}}`,
		`{"schema":{"type":"int32","optional":true,"default":7},"payload":null}`, `{"schema":{"type":"int32","default":7},"payload":null}`,
	}
	for _, flag := range []string{"true", "false"} {
		ts = append(ts, reading("json", trial.ToConnect, converter(JSONConverter, config("replace.null.with.default", flag)...), nulls...))
	}
	return append(ts, reading("json", trial.ToConnect, converter(JSONConverter), brokenEnvelopes...))
}

var brokenEnvelopes = []string{
	`1`, `[]`, `"x"`, `{}`, `{"schema":null}`, `{"payload":1}`, `{"schema":null,"payload":1}`, `{"payload":{"a":[1]},"schema":null}`, `{"schema":null,"payload":1,"x":2}`, `{"schema":null,"payload":1,"payload":2}`, `{"schema":"int32","payload":1}`,
	`{"schema":[],"payload":1}`, `{"schema":{},"payload":1}`, `{"schema":{"type":null},"payload":1}`, `{"schema":{"type":"zip"},"payload":1}`, `{"schema":{"type":1},"payload":1}`, `{"schema":{"type":"INT32"},"payload":1}`, `{"schema":{"type":"float32"},"payload":1}`,
	`{"schema":{"type":"struct"},"payload":{}}`, `{"schema":{"type":"struct","fields":{}},"payload":{}}`, `{"schema":{"type":"struct","fields":[1]},"payload":{}}`, `{"schema":{"type":"struct","fields":[{"type":"int32"}]},"payload":{}}`,
	`{"schema":{"type":"struct","fields":[{"type":"int32","field":1}]},"payload":{}}`, `{"schema":{"type":"struct","fields":[{"type":"int32","field":""}]},"payload":{}}`, `{"schema":{"type":"struct","fields":[{"type":"int32","field":"a"},{"type":"int32","field":"a"}]},"payload":{"a":1}}`,
	`{"schema":{"type":"struct","fields":[null]},"payload":{}}`, `{"schema":{"type":"array"},"payload":[]}`, `{"schema":{"type":"array","items":null},"payload":[]}`, `{"schema":{"type":"map"},"payload":{}}`, `{"schema":{"type":"map","keys":{"type":"string"}},"payload":{}}`,
	`{"schema":{"type":"map","keys":null,"values":{"type":"string"}},"payload":{}}`, `{"schema":{"type":"int32","parameters":[]},"payload":1}`, `{"schema":{"type":"int32","parameters":{"a":1}},"payload":1}`, `{"schema":{"type":"int32","parameters":{"a":"b"}},"payload":1}`,
	`{"schema":{"type":"int32","parameters":null},"payload":1}`, `{"schema":{"type":"int32","version":"1"},"payload":1}`, `{"schema":{"type":"int32","version":1.5},"payload":1}`, `{"schema":{"type":"int32","version":4294967297},"payload":1}`, `{"schema":{"type":"int32","version":null},"payload":1}`,
	`{"schema":{"type":"int32","name":1},"payload":1}`, `{"schema":{"type":"int32","doc":{}},"payload":1}`, `{"schema":{"type":"int32","optional":"true"},"payload":null}`, `{"schema":{"type":"int32","optional":1},"payload":null}`, `{"schema":{"type":"int32","default":"x"},"payload":null}`,
	`{"schema":{"type":"int32","default":null},"payload":null}`, `{"schema":{"type":"string","default":1},"payload":"a"}`, `{"schema":{"type":"int8","default":300},"payload":1}`, `{"schema":{"type":"struct","fields":[{"field":"a","type":"int32"}],"default":{"a":1}},"payload":null}`,
	`{"schema":{"type":"struct","fields":[{"field":"a","type":"int32"}],"default":{}},"payload":null}`, `{"schema":{"type":"array","items":{"type":"int32"},"default":[1,2]},"payload":null}`, `{"schema":{"type":"map","keys":{"type":"string"},"values":{"type":"int32"},"default":{"a":1}},"payload":null}`,
	`{"schema":{"type":"bytes","default":"AQ=="},"payload":null}`, `{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Date","default":3},"payload":null}`, `{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"},"default":"ew=="},"payload":null}`,
	`{"schema":{"type":"int32"},"payload":1} x`, ` { "payload" : 1 , "schema" : { "optional" : false , "type" : "int32" } } `,
}
