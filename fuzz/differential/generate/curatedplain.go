package generate

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func curatedPlain() []*trial.Trial {
	texts := []string{"", "a", "é", "€", "😀", "\x00", "\xff", "\xc3", "\xc3\x28", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\xef\xbb\xbfa", "\xfe\xff\x00a", "\xff\xfea\x00", "a\xffb\xfe", "\xe2\x28\xa1\xf0\x28\x8c\xbc", strings.Repeat("x", 300)}
	var ts []*trial.Trial
	for _, charset := range charsets {
		p := converter(StringConverter, config("converter.encoding", charset)...)
		ts = append(ts, reading("string", trial.ToConnect, p, texts...))
		var data []protocol.Typed
		for _, w := range words {
			data = append(data, protocol.Typed{Schema: &protocol.Schema{Type: protocol.String}, Value: str(w)})
		}
		ts = append(ts, writing("string", trial.FromConnect, p, data...))
	}
	return append(ts,
		reading("string", trial.ToConnect, converter(StringConverter), texts...), writing("string", trial.FromConnect, converter(StringConverter), dataCases()...),
		reading("bytes", trial.ToConnect, converter(ByteArrayConverter), texts...), writing("bytes", trial.FromConnect, converter(ByteArrayConverter), dataCases()...))
}

func curatedNumbers() []*trial.Trial {
	var lengths []string
	for n := range 10 {
		lengths = append(lengths, strings.Repeat("\x00", n), strings.Repeat("\xff", n), strings.Repeat("\x01", n), strings.Repeat("\x80", n), "\x7f"+strings.Repeat("\x00", n), "\x7f\xf8"+strings.Repeat("\x00", n), "\x02"+strings.Repeat("\x03", n))
	}
	var ts []*trial.Trial
	for _, c := range numbers {
		ts = append(ts, reading("number", trial.ToConnect, converter(c.class), lengths...), writing("number", trial.FromConnect, converter(c.class), numberCases(c.typ)...))
	}
	return ts
}

// numberCases are all values of the type, and a few of every other.
func numberCases(typ string) []protocol.Typed {
	var ds []protocol.Typed
	others := map[protocol.Tag]int{}
	for _, d := range dataCases() {
		if others[d.Value.Tag]++; d.Value.Tag == tagOf[typ] || others[d.Value.Tag] <= 2 {
			ds = append(ds, d)
		}
	}
	return ds
}

func curatedHeaders() []*trial.Trial {
	simple := trial.Plugin{Kind: "headerConverter", Class: SimpleHeader}
	var ts []*trial.Trial
	ts = append(ts, reading("header", trial.ToConnectHeader, simple, literals()...), writing("header", trial.FromConnectHeader, simple, dataCases()...))
	for _, class := range []string{JSONConverter, StringConverter} {
		p := trial.Plugin{Kind: "headerConverter", Class: class}
		ts = append(ts, reading("header", trial.ToConnectHeader, p, "", "1", `{"schema":{"type":"int32"},"payload":1}`, "\xff"), writing("header", trial.FromConnectHeader, p, nestedCases()...))
	}
	return append(ts, reading("header", trial.ToConnectHeader, simple, "\xff", "\xc3", "[\xff]", "\xed\xa0\x80", "\xef\xbb\xbf1"))
}

func curatedLiterals() []*trial.Trial {
	t := &trial.Trial{Kind: "literal", Op: trial.ParseValue}
	for _, l := range literals() {
		t.Items = append(t.Items, trial.Item{Text: l})
	}
	return []*trial.Trial{t}
}

func literals() []string {
	ls := []string{
		"", " ", "  ", "\t", "null", " null ", "true", "false", " false ", "True", "NULL", "true}", "true,", "nullx", "truex", "fal", "t", "n", "1", "127", "128", "-128", "-129", "32767", "32768", "-32769", "2147483647", "2147483648", "-2147483649",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1.0", "1.", "01", "+5", "-5", "+-5", "1e3", "1E3", "1e-3", "1.5", "0.5", "1e39", "1e38", "3.4028236e38", "1e308", "1e309", "1e400", "-1e400", "1e20", ".5", "-", "+",
		"-.5", "0x10", "1_000", "12-34", "1,2", "  1 ", "  x ", "1 x", "1x", "1L", "1f", "1d", "NaN", "Infinity", "1e", "1e+", "1.2.3", "--1", "0", "-0", "-0.0", "0.0", "0e5", "100", "1e2", "12e-1", "1.50", "1e-400", "0.1", "16777217.5", "1.1e10",
		"2019-08-23", "2019-13-45", "9999-99-99", "0000-00-00", "2019-8-23", "20190823", "14:34:54.346Z", "14:34:54", "99:99:99.999Z", `14\:34\:54.346Z`, "2019-08-23T14:34:54.346Z", `2019-08-23T14\:34\:54.346Z`, "2019-08-23T14:34:54.346", "2019-08-23T14:34:54.346+01:00",
		"2019-08-23T14:34:54.34Z", "2019-08-23 14:34:54.346Z", " 2019-08-23 ", "2019-08-23x", "2019-08-2x", "14:34:54.34xZ", `"2019-08-23"`, "[]", "[ ]", "[null]", "[1,2]", "[ 1 , 2 ]", "[1, 300]", "[1,1.5]", `[1,"a"]`, "[1,null]", "[null,1]", "[null,null]", "[1,a]", "[1,,2]",
		"[1,2", "[1,]", "[,1]", "[,]", "[1] x", "[1]]", "[[1],[2]]", "[[1],[300]]", "[[],[1]]", "[[1],2]", `["2019-08-23"]`, "[2019-08-23]", `["14:34:54.346Z"]`, `["2019-08-23T14:34:54.346Z"]`, "[14:34:54.346Z]", "[1 2]", "[true,false]", "[true,1]", `["a","b"]`, `["a\"b"]`, `["a\\b"]`, `["a]`,
		`["a" "b"]`, "[a]", "[9223372036854775808]", "[1,9223372036854775808]", "[1.5,1e39]", "[1e400]", "[1e400,1]", `["",""]`, `[""]`, `["null"]`, `["1"]`, "{}", "{ }", `{"a":1}`, `{"a":null}`, `{"a":1,"b":"x"}`, `{"a":1,"b":300}`, "{1:2}", `{"a":1 "b":2}`, `{"a":1,}`, "{a:1}", `{"a":a}`, `{"a"}`,
		`{"a":}`, `{:1}`, `{"a":1`, `{"a":1}}`, `{"a":1} x`, `{"a":{"b":1}}`, `{"a":[1,2]}`, `{"a":[1],"b":[300]}`, `{"a":1,"a":2}`, `{null:1}`, `{"a":1,,"b":2}`, `{,"a":1}`, `{"a"::1}`, `{[1]:2}`, `{{"a":1}:2}`, `{true:1}`, `{"a":true,"b":1}`, `{1:2,300:4}`, `{"2019-08-23":1}`, `{"a":"2019-08-23"}`,
		`{2019-08-23:1}`, `"quoted"`, `"a" b`, `"`, `""`, `\`, `\\`, `a\`, `a\"b`, `[\"a\"]`, `\[1]`, "[", "{", "]", "}", ":", ",", "[[", "{{", "[{", "{[", "a,b", "a:b", "a b", "[1", "{1", "foo", "foo[1]", "[1][2]", "1[2]", "nul,l", "null,1", "true false", "é", "😀", "\xed\xa0\x80", "1\n", "\n1", "[1,\n2]",
		"١", "１", "1\u00a0", "1e2147483647", "1e2147483648", "1e-2147483647", "[1e1000]",
	}
	return append(ls, fmt.Sprint("[", strings.Repeat("1,", 200), "1]"), strings.Repeat("[", 50)+strings.Repeat("]", 50), strings.Repeat("9", 400))
}
