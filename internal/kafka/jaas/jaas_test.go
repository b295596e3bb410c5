package jaas

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// vector is a text and what the Java class makes of it.
type vector struct {
	text, module, failure string
	options               map[string]string
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	f, err := os.Open("testdata/jaas.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []vector
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		kind, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || kind == "#":
			continue
		case strings.HasPrefix(line, `"`):
			out = append(out, vector{text: unquote(t, line), options: map[string]string{}})
			continue
		}
		v := &out[len(out)-1]
		switch kind {
		case "module":
			v.module = unquote(t, rest)
		case "error":
			v.failure = unquote(t, rest)
		case "option":
			first, err := strconv.QuotedPrefix(rest)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			v.options[unquote(t, first)] = unquote(t, rest[len(first)+1:])
		default:
			t.Fatalf("line %q", line)
		}
	}
	return out
}

// unquote reads a JSON string: a pair of surrogates is one character.
func unquote(t testing.TB, s string) string {
	t.Helper()
	s = strings.ReplaceAll(s, `\ud83d\ude00`, `\U0001F600`)
	text, err := strconv.Unquote(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return text
}

func TestParse_AsJava(t *testing.T) {
	vectors := readVectors(t)
	if len(vectors) < 50 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		have, err := Parse(v.text)
		known := slices.Contains(Modules(), v.module)
		switch {
		case v.failure != "" || !known:
			if err == nil {
				t.Errorf("%q: %v, Java says %q", v.text, have, v.failure)
			}
		case err != nil:
			t.Errorf("%q: %v", v.text, err)
		case have.Module != v.module || !maps.Equal(have.Options, v.options):
			t.Errorf("%q: %v, want %s %q", v.text, have, v.module, v.options)
		}
	}
}

func TestParse_Texts(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "Login module not specified in JAAS config"},
		{PlainModule, "Login module control flag not specified in JAAS config"},
		{PlainModule + " 5", "Login module control flag is not available in the JAAS config"},
		{PlainModule + " required username;", "Value not specified for key 'username' in JAAS config"},
		{PlainModule + " required username=a", "JAAS config entry not terminated by semi-colon"},
		{PlainModule + " required; " + PlainModule + " required;", "JAAS config property contains 2 login modules, should be 1 module"},
		{"com.sun.security.auth.module.JndiLoginModule required;", "com.sun.security.auth.module.JndiLoginModule is not allowed."},
	} {
		_, err := Parse(c.text)
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Text, c.want) || e.JavaClass() != "java.lang.IllegalArgumentException" {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestParseFile(t *testing.T) {
	const file = `/* the broker's */ KafkaServer { ` + PlainModule + ` required user_a="b"; com.example.Other optional x=y; };
// ours
KafkaClient {
  ` + PlainModule + ` required
  username="anna" password="a;}\"b";
};
Two { ` + PlainModule + ` required; ` + PlainModule + ` required; };
Other { com.sun.security.auth.module.JndiLoginModule required; };
None { };
`
	e, err := ParseFile(file, "KafkaClient")
	if err != nil || e.Module != PlainModule || e.Options["username"] != "anna" || e.Options["password"] != `a;}"b` {
		t.Errorf("%v, %v", e, err)
	}
	for _, c := range []struct{ text, name, want string }{
		{file, "Absent", "Could not find a 'Absent' entry in the JAAS configuration."},
		{file, "Two", "JAAS config property contains 2 login modules, should be 1 module"},
		{file, "Other", "com.sun.security.auth.module.JndiLoginModule is not allowed."},
		{file, "None", "Login module not specified in JAAS config"},
		{"", "KafkaClient", "Could not find a 'KafkaClient' entry"},
		{"KafkaClient", "KafkaClient", "JAAS configuration: a { must follow"},
		{"KafkaClient { " + PlainModule + " required;", "KafkaClient", "JAAS configuration: the last context is not closed"},
		{"KafkaClient { " + PlainModule + " required; }", "KafkaClient", "JAAS configuration: a ; must follow"},
		{`KafkaClient { x required password="CANARY`, "KafkaClient", "JAAS config entry not terminated by semi-colon"},
	} {
		if _, err := ParseFile(c.text, c.name); err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s of %q: %v, want %s", c.name, c.text, err, c.want)
		}
	}
}

// An error may not show a secret, wherever a wrong quote puts it.
func TestParse_ErrorsKeepSecrets(t *testing.T) {
	const secret = "CANARY"
	for _, text := range []string{
		secret, secret + " required;", "a." + secret + "! required;", PlainModule + " " + secret + " x=y;",
		PlainModule + ` required password="` + secret, PlainModule + ` required password="x"` + secret + `";`,
		PlainModule + ` required password="a"` + secret + `"b";`, PlainModule + " required " + secret + ";",
		PlainModule + " required " + secret + "=5;", PlainModule + ` required password="` + secret + `"`,
		PlainModule + ` required; ` + secret, `"` + secret + `"`,
	} {
		if _, err := Parse(text); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// quote writes a text so that Java reads it back.
func quoteOption(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func FuzzParse(f *testing.F) {
	for _, v := range readVectors(f) {
		f.Add(v.text, "user", "p\"a\\ss\n")
	}
	f.Fuzz(func(t *testing.T, text, user, password string) {
		if e, err := Parse(text); err == nil {
			again := e.Module + " " + e.Flag
			for _, k := range slices.Sorted(maps.Keys(e.Options)) {
				again += " " + quoteOption(k) + "=" + quoteOption(e.Options[k])
			}
			same(t, again+";", e)
		}
		if whole, err := Parse(text); err == nil {
			inFile, err := ParseFile("X { "+text+"\n};", "X")
			if err != nil || inFile.Module != whole.Module || !maps.Equal(inFile.Options, whole.Options) {
				t.Fatalf("%q in a file: %v, %v, want %v", text, inFile, err, whole)
			}
		}
		_, _ = ParseFile(text, user)
		user, password = strings.ToValidUTF8(user, ""), strings.ToValidUTF8(password, "")
		same(t, fmt.Sprintf("%s required username=%s\n\tpassword=%s ;", ScramModule, quoteOption(user), quoteOption(password)),
			Entry{Module: ScramModule, Flag: "required", Options: map[string]string{"username": user, "password": password}})
	})
}

func same(t *testing.T, text string, want Entry) {
	t.Helper()
	have, err := Parse(text)
	if err != nil || have.Module != want.Module || have.Flag != want.Flag || !maps.Equal(have.Options, want.Options) {
		t.Fatalf("%q: %v %v, want %v", text, have, err, want)
	}
}
