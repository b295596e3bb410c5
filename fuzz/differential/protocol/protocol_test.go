package protocol

import (
	"bytes"
	"testing"
)

func TestText_LoneSurrogatesSurvive(t *testing.T) {
	for _, c := range []struct{ json, wtf8, back string }{
		{`"\ud83d"`, "\xed\xa0\xbd", `"\ud83d"`},
		{`"\ude00x"`, "\xed\xb8\x80x", `"\ude00x"`},
		{`"\ud83d\ude00"`, "😀", `"😀"`},
		{`"\ud83d\ud83d\ude00"`, "\xed\xa0\xbd😀", `"\ud83d😀"`},
		{`"a\n\u0001\"\\\/"`, "a\n\x01\"\\/", `"a\u000a\u0001\"\\/"`},
	} {
		n, err := Parse([]byte(c.json))
		if err != nil {
			t.Fatalf("%s: %v", c.json, err)
		}
		if n.Text != c.wtf8 {
			t.Errorf("%s read as %q, want %q", c.json, n.Text, c.wtf8)
		}
		if got := string(AppendString(nil, n.Text)); got != c.back {
			t.Errorf("%s written as %s, want %s", c.json, got, c.back)
		}
	}
}

func TestAppendWTF8_HalvesJoin(t *testing.T) {
	if got := string(AppendWTF8(AppendWTF8(nil, 0xD83D), 0xDE00)); got != "😀" {
		t.Fatalf("%q", got)
	}
	if got := UTF16("\xed\xa0\xbda😀"); len(got) != 4 || got[0] != 0xD83D || got[1] != 'a' || got[2] != 0xD83D || got[3] != 0xDE00 {
		t.Fatalf("%x", got)
	}
}

func TestRecord_RoundTrip(t *testing.T) {
	for _, line := range []string{
		`{"kind":"sink","topic":"t","partition":0,"timestamp":"5","offset":"9","timestampType":"CREATE_TIME","key":{"schema":null,"value":null},"value":{"schema":{"type":"struct","optional":true,"name":"N","version":1,"doc":"d","parameters":{"p":"q"},"fields":[{"field":"a","schema":{"type":"int8","default":{"i8":5}}},{"field":"m","schema":{"type":"map","keys":{"type":"string"},"values":null}}]},"value":{"struct":[["a",{"i8":-1}],["m",{"map":[[{"s":"k"},{"f32":"NaN"}]]}]]}},"headers":[{"name":"h","schema":null,"value":{"list":[{"b":"AQI="},{"decimal":{"unscaled":"123","scale":2}},{"millis":"-5"},{"bool":true},{"f64":"-0.0"}]}}]}`,
		`{"kind":"source","topic":null,"partition":null,"timestamp":null,"sourcePartition":{"map":[[{"s":"f"},{"i64":"1"}]]},"sourceOffset":null,"key":{"schema":null,"value":{"struct":[["a",null]],"schema":{"type":"struct","fields":[{"field":"a","schema":{"type":"array","optional":true,"items":{"type":"int16"}}}]}}},"value":{"schema":null,"value":null},"headers":[]}`,
	} {
		n, err := Parse([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadRecord(&n)
		if err != nil {
			t.Fatal(err)
		}
		if got := AppendRecord(nil, r.Clone()); string(got) != line {
			t.Errorf("got  %s\nwant %s", got, line)
		}
	}
}

func TestParse_RefusesWhatIsNoJSON(t *testing.T) {
	for _, text := range []string{"", "{", "[1", `{"a"}`, `{"a":1,}`, "nul", `"a`, `"\x"`, `"\u12"`, "1 2", "[1 2]"} {
		if n, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q read as %v", text, n)
		}
	}
	deep := bytes.Repeat([]byte("["), nestingMax+2)
	if _, err := Parse(deep); err == nil {
		t.Error("no limit on nesting")
	}
}
