package connectjson

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/config"
)

// original is the answers of the original's plugin endpoints.
const original = "../../e2e/testdata/rest/10-plugins.java-4.3.1.golden"

func TestClasses_KeysOfTheOriginal(t *testing.T) {
	text, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "== keys of the JSON converter\n")
	if !ok {
		t.Fatal("no section")
	}
	section, _, _ = strings.Cut(section, "\n\n")
	class, err := codec.NewSet(Classes()...).Find("JsonConverter")
	if err != nil {
		t.Fatal(err)
	}
	keys := class.Def.Keys()
	for line := range strings.Lines(section) {
		body, ok := strings.CutPrefix(line, "|   ")
		if !ok {
			continue
		}
		var w struct {
			Default          *string `json:"default_value"`
			Display          string  `json:"display_name"`
			Doc              string  `json:"documentation"`
			Group            *string
			Importance, Name string
			Order            int `json:"order_in_group"`
			Required         bool
			Type, Width      string
		}
		if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimSpace(body), ",")), &w); err != nil {
			t.Fatal(err)
		}
		k := keys[0]
		keys = keys[1:]
		// The recording shortens long texts to their start, length and hash.
		sum := sha256.Sum256([]byte(k.Doc))
		start, _, _ := strings.Cut(w.Doc, "…")
		if !strings.HasPrefix(k.Doc, start) || !strings.HasSuffix(w.Doc, fmt.Sprintf("(%d bytes, %s)", len(k.Doc), hex.EncodeToString(sum[:6]))) {
			t.Errorf("%s: doc %q, want %q", k.Name, k.Doc, w.Doc)
		}
		def, hasDef := config.ConvertToString(k.Default)
		display, order := k.DisplayName, k.Order
		if k.Group == "" {
			display, order = k.Name, -1
		}
		got := fmt.Sprintln(hasDef, def, display, k.Group, k.Importance, k.Name, order, !k.HasDefault(), k.Type, k.Width)
		want := fmt.Sprintln(w.Default != nil, orEmpty(w.Default), w.Display, orEmpty(w.Group), w.Importance, w.Name, w.Order, w.Required, w.Type, w.Width)
		if got != want {
			t.Errorf("%s: %s, want %s", k.Name, got, want)
		}
	}
	if len(keys) > 0 {
		t.Errorf("more keys than the original: %s", keys[0].Name)
	}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestClasses_PluginsOfTheOriginal(t *testing.T) {
	text, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"converter", "header_converter"} {
		line := fmt.Sprintf(`{"class": "%s", "type": "%s", "version": "%s"}`, ClassName, kind, Version)
		if !strings.Contains(string(text), line) {
			t.Errorf("%s is not in the original's list", line)
		}
	}
}

// TestNew_Refuses names the key and says what Java says.
func TestNew_Refuses(t *testing.T) {
	class := Classes()[0]
	for _, c := range []struct{ key, value, class, text string }{
		{keyDecimalFormat, "x", "org.apache.kafka.common.config.ConfigException", "Invalid value x for configuration decimal.format: String must be one of (case insensitive): NUMERIC, BASE64"},
		{keySchemasEnable, "yes", "org.apache.kafka.common.config.ConfigException", "Invalid value yes for configuration schemas.enable: Expected value to be either true or false"},
		{keyCacheSize, "many", "org.apache.kafka.common.config.ConfigException", "Invalid value many for configuration schemas.cache.size: Not a number of type INT"},
		{keySchemaContent, "{", codec.DataException, "Failed to parse schema in converter config due to serialization error: "},
		{keySchemaContent, `{"type":"zip"}`, codec.DataException, "Unknown schema type: zip"},
	} {
		_, err := class.New(map[string]string{c.key: c.value}, false, codec.Context{})
		var j interface{ JavaClass() string }
		if !errors.As(err, &j) || j.JavaClass() != c.class || codectest.JavaMessage(err) != c.text {
			t.Errorf("%s=%s: %v", c.key, c.value, err)
		}
		if _, err := class.NewHeader(map[string]string{c.key: c.value}); err == nil {
			t.Errorf("%s=%s: taken for headers", c.key, c.value)
		}
	}
}

// TestConverter_PropertiesOfEveryConverter runs the checks that all converters have to pass.
func TestConverter_PropertiesOfEveryConverter(t *testing.T) {
	for _, c := range []struct {
		props map[string]string
		rows  [][]byte
	}{
		{map[string]string{keySchemasEnable: "false"}, append(lines(strings.Join(payloads, "\n")), nil)},
		{map[string]string{keySchemasEnable: "false"}, orders(false, 40)},
		{nil, append(orders(true, 40), nil)},
		{map[string]string{keySchemaContent: contents[0]}, append(lines(strings.Join(payloads, "\n")), nil)},
	} {
		conv, err := Classes()[0].New(c.props, true, codec.Context{})
		if err != nil {
			t.Fatal(err)
		}
		codectest.CheckDecoder(t, conv, codectest.Rows{Topic: "t", Raw: c.rows})
		var sound [][]byte
		for _, r := range c.rows {
			if r == nil {
				sound = append(sound, r)
			} else if _, v, err := conv.(*converter).plainRead(r); err == nil && v.Tag() != batch.TagFloat64 { // 1e400 becomes a text
				sound = append(sound, r)
			}
		}
		if c.props[keySchemaContent] == "" { // with it, written records have an envelope that is not read
			codectest.CheckStable(t, conv, codectest.Rows{Topic: "t", Raw: sound})
		}
		if err := conv.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestHeader_BothWays(t *testing.T) {
	h, err := Classes()[0].NewHeader(map[string]string{keySchemasEnable: "false"})
	if err != nil {
		t.Fatal(err)
	}
	s, v, err := h.ToConnect("t", "h", []byte(`{"z":1,"y":[{"b":1,"Aa":2,"BB":3}],"x":1.5}`))
	if s != nil || err != nil {
		t.Fatal(s, err)
	}
	out, null, err := h.FromConnect([]byte("before "), "t", "h", s, v)
	// HashMap order: x, y, z hash to themselves, Aa and BB to the same bucket.
	if want := `before {"x":1.5,"y":[{"Aa":2,"BB":3,"b":1}],"z":1}`; string(out) != want || null || err != nil {
		t.Errorf("%s %t %v, want %s", out, null, err, want)
	}
	if s, v, err := h.ToConnect("t", "h", nil); s != nil || !v.IsNull() || err != nil {
		t.Error(s, v, err)
	}
	if _, null, err := h.FromConnect(nil, "t", "h", nil, batch.Null()); !null || err != nil {
		t.Error(null, err)
	}
	if _, _, err := h.ToConnect("t", "h", []byte("{")); err == nil {
		t.Error("broken text was read")
	}
	if out, _, err := h.FromConnect([]byte("x"), "t", "h", batch.Of(batch.KindInt32, false), batch.StringValue("y")); codectest.JavaMessage(err) != "Invalid type for INT32: class java.lang.String" || string(out) != "x" {
		t.Errorf("%q %v", out, err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// TestFromConnect_TextOfTheOriginal pins the sample of the contract: order of schema members, numbers.
func TestFromConnect_TextOfTheOriginal(t *testing.T) {
	dec := batch.NewSchema(batch.KindBytes).Optional(true).Name(batch.DecimalName).Version(1).Param("scale", "2").Build()
	m := batch.NewSchema(batch.KindMap).Key(batch.Of(batch.KindString, false)).Elem(batch.Of(batch.KindInt32, false)).Build()
	s := batch.NewSchema(batch.KindStruct).Name("N").Version(3).Doc("d").Param("p", "q").
		Field("i", batch.NewSchema(batch.KindInt32).Optional(true).Doc("x").Default(batch.Int32Value(5)).Build()).Field("d", dec).Field("m", m).Build()
	v := batch.NewStructValue(s)
	v.Fields[1] = decimal(123, 2)
	v.Fields[2] = batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue("k")}, Values: []batch.Value{batch.Int32Value(1)}})
	const want = `{"schema":{"type":"struct","fields":[{"type":"int32","optional":true,"doc":"x","default":5,"field":"i"},{"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"d"},` +
		`{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"int32","optional":false},"optional":false,"field":"m"}],"optional":false,"name":"N","version":3,"doc":"d","parameters":{"p":"q"}},"payload":{"i":5,"d":"ew==","m":{"k":1}}}`
	got, _, err := testConverter(t).plainAppend(nil, s, batch.StructValueOf(v), true)
	if string(got) != want || err != nil {
		t.Errorf("%s %v", got, err)
	}
	v.Fields[1] = decimal(123, 3)
	if _, _, err := testConverter(t).plainAppend(nil, s, batch.StructValueOf(v), true); codectest.JavaMessage(err) != "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 3." {
		t.Error(err)
	}
}

func decimal(unscaled int64, scale int32) batch.Value {
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(unscaled), Scale: scale})
}
