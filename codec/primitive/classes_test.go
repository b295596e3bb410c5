package primitive_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/config"
)

// original is the answers of the original's plugin endpoints.
const original = "../../e2e/testdata/rest/10-plugins.java-4.3.1.golden"

// section returns the lines of the body under a title.
func section(t *testing.T, text, title string) []string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "== "+title+"\n")
	if !ok {
		t.Fatalf("no section %q", title)
	}
	rest, _, _ = strings.Cut(rest, "\n\n")
	var out []string
	for line := range strings.Lines(rest) {
		if body, ok := strings.CutPrefix(line, "|   "); ok {
			out = append(out, strings.TrimSuffix(strings.TrimSpace(body), ","))
		}
	}
	return out
}

// keyInfo is a key as the endpoint shows it, long texts shortened as the recording does.
func keyInfo(k config.Key) string {
	var def any
	if k.HasDefault() {
		def = k.Default
	}
	var group any
	if k.Group != "" {
		group = k.Group
	}
	name := k.DisplayName
	if name == "" {
		name = k.Name
	}
	order := k.Order
	if order == 0 {
		order = -1
	}
	return fmt.Sprintln(def, name, k.Doc, group, k.Importance, k.Name, order, !k.HasDefault(), k.Type, k.Width)
}

func TestClasses_KeysOfTheOriginal(t *testing.T) {
	text, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	set := codec.NewSet(primitive.Classes()...)
	for title, name := range map[string]string{
		"keys of the string converter": "StringConverter", "keys of a number converter": "LongConverter",
		"keys of the byte array converter": "ByteArrayConverter", "keys of the boolean converter": "BooleanConverter",
	} {
		class, err := set.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		keys := class.Def.Keys()
		lines := section(t, string(text), title)
		if len(lines) != len(keys) {
			t.Fatalf("%s: %d keys, want %d", name, len(keys), len(lines))
		}
		for i, line := range lines {
			var w struct {
				Default          any    `json:"default_value"`
				Display          string `json:"display_name"`
				Doc              string `json:"documentation"`
				Group            any
				Importance, Name string
				Order            int `json:"order_in_group"`
				Required         bool
				Type, Width      string
			}
			if err := json.Unmarshal([]byte(line), &w); err != nil {
				t.Fatal(err)
			}
			k := keys[i]
			// The recording shortens long texts to their start, length and hash.
			sum := sha256.Sum256([]byte(k.Doc))
			start, _, _ := strings.Cut(w.Doc, "…")
			if !strings.HasPrefix(k.Doc, start) || !strings.HasSuffix(w.Doc, fmt.Sprintf("(%d bytes, %s)", len(k.Doc), hex.EncodeToString(sum[:6]))) {
				t.Errorf("%s: %s: doc %q, want %q", name, k.Name, k.Doc, w.Doc)
			}
			want := fmt.Sprintln(w.Default, w.Display, k.Doc, w.Group, w.Importance, w.Name, w.Order, w.Required, w.Type, w.Width)
			if got := keyInfo(k); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
}

func TestClasses_PluginsOfTheOriginal(t *testing.T) {
	text, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range primitive.Classes() {
		for kind, ok := range map[string]bool{"converter": c.New != nil, "header_converter": c.NewHeader != nil} {
			line := fmt.Sprintf(`{"class": "%s", "type": "%s", "version": "%s"}`, c.Name, kind, c.Version)
			if bytes.Contains(text, []byte(line)) != ok {
				t.Errorf("%s: %t", line, ok)
			}
		}
	}
}

// TestErrors_ClassesAndCauses compares whole chains, which the protocol does not carry.
// Source: NumberConverter, BooleanConverter and the deserializers of Kafka 4.3.1.
func TestErrors_ClassesAndCauses(t *testing.T) {
	const data, serial = codec.DataException + ": ", " <- " + codec.SerializationException + ": "
	for _, c := range []struct{ class, raw, want string }{
		{"ShortConverter", "1", data + "Failed to deserialize short: " + serial + "Size of data received by ShortDeserializer is not 2"},
		{"IntegerConverter", "", data + "Failed to deserialize integer: " + serial + "Size of data received by IntegerDeserializer is not 4"},
		{"LongConverter", "1234", data + "Failed to deserialize long: " + serial + "Size of data received by LongDeserializer is not 8"},
		{"FloatConverter", "123", data + "Failed to deserialize float: " + serial + "Size of data received by Deserializer is not 4"},
		{"DoubleConverter", "123456789", data + "Failed to deserialize double: " + serial + "Size of data received by Deserializer is not 8"},
		{"BooleanConverter", "12", data + "Failed to deserialize boolean: " + serial + "Size of data received by BooleanDeserializer is not 1"},
		{"BooleanConverter", "\x80", data + "Failed to deserialize boolean: " + serial + "Unexpected byte received by BooleanDeserializer: -128"},
	} {
		got := codectest.Decode(t, converter(t, c.class, nil).NewDecoder(), codectest.Rows{Raw: [][]byte{[]byte(c.raw)}})
		if text := codectest.ErrorText(got[0].Err); text != c.want {
			t.Errorf("%s of %q: %s, want %s", c.class, c.raw, text, c.want)
		}
	}
	class, err := codec.NewSet(primitive.Classes()...).Find("LongConverter")
	if err != nil {
		t.Fatal(err)
	}
	h, err := class.NewHeader(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = h.FromConnect(nil, "t", "h", nil, batch.Int32Value(1))
	if want := data + "Failed to serialize to long (was class java.lang.Integer):  <- java.lang.ClassCastException: class java.lang.Integer cannot be cast to class java.lang.Long (java.lang.Integer and java.lang.Long are in module java.base of loader 'bootstrap')"; codectest.ErrorText(err) != want {
		t.Errorf("%s, want %s", codectest.ErrorText(err), want)
	}
	for name, cause := range map[string]string{"nope": "UnsupportedCharsetException", "": "IllegalCharsetNameException"} {
		_, err := primitive.Classes()[0].New(map[string]string{"converter.encoding": name}, true, codec.Context{})
		if want := codec.SerializationException + ": Unsupported encoding " + name + " <- java.nio.charset." + cause + ": " + name; !strings.HasPrefix(codectest.ErrorText(err), want) {
			t.Errorf("%s, want %s", codectest.ErrorText(err), want)
		}
	}
}
