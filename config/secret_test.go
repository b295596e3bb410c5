package config

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "canary-5f1c"

func TestSecret_PrintsHiddenEverywhere(t *testing.T) {
	type nested struct {
		Open   Secret
		inside Secret // fmt may not call the methods of unexported fields
		list   []Secret
		at     *Secret
		byKey  map[Secret]Secret
	}
	s := NewSecret(canary)
	n := nested{s, s, []Secret{s}, &s, map[Secret]Secret{s: s}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%T"} {
		for _, v := range []any{s, &s, n, &n, []Secret{s}, map[string]Secret{"k": s}} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "canary") || strings.Contains(got, fmt.Sprintf("%x", canary)) {
				t.Errorf("%s of %T prints %s", verb, v, got)
			}
		}
	}
	if got := fmt.Sprintf("%s %v %q", s, s, s); got != "[hidden] [hidden] [hidden]" {
		t.Errorf("got %s", got)
	}
	b, err := json.Marshal(map[string]any{"a": s, "b": &s, "c": []Secret{s}})
	if err != nil || string(b) != `{"a":"[hidden]","b":"[hidden]","c":["[hidden]"]}` {
		t.Errorf("JSON %s, %v", b, err)
	}
	if b, err := xml.Marshal(s); err != nil || strings.Contains(string(b), canary) {
		t.Errorf("XML %s, %v", b, err)
	}
	var text, asJSON bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("x", "s", s, "n", n, "p", &n)
	slog.New(slog.NewJSONHandler(&asJSON, nil)).Info("x", "s", s, "n", n, "p", &n)
	if out := text.String() + asJSON.String(); strings.Contains(out, canary) || !strings.Contains(text.String(), "s=[hidden]") {
		t.Errorf("slog %s", out)
	}
}

func TestSecret_RevealsAndCompares(t *testing.T) {
	if NewSecret(canary).Reveal() != canary || NewSecret("").Reveal() != "" || (Secret{}).Reveal() != "" {
		t.Error("Reveal is not the text")
	}
	a, again := NewSecret("a"), NewSecret(string([]byte{'a'}))
	if a != again || a == NewSecret("b") || NewSecret("") != (Secret{}) {
		t.Error("equality is not that of the texts")
	}
}

func TestLooksSecret_ByName(t *testing.T) {
	for key, want := range map[string]bool{
		"ssl.key.password": true, "sasl.jaas.config": true, "producer.override.sasl.jaas.config": true,
		"AWS_SECRET_ACCESS_KEY": true, "api.token": true, "gcs.credentials.json": true, "ssl.keystore.key": true,
		"http.api.key": true, "database.passwd": true, "db.pwd": true, "basic.auth.user.info": true,
		"key.converter": false, "topics": false, "message.key.columns": false, "pk.fields": false,
		"inter.worker.key.ttl.ms": false, "ssl.keystore.location": false, "connection.url": false,
	} {
		if got := LooksSecret(key); got != want {
			t.Errorf("LooksSecret(%q) = %v", key, got)
		}
	}
}

func TestMaskText_HidesUserInfoAndParameters(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "",
		"plain text; a=b":                      "plain text; a=b",
		"http://host:8080/path?x=1#y":          "http://host:8080/path?x=1#y",
		"http://u:p@host/":                     "http://[hidden]@host/",
		"http://token@host":                    "http://[hidden]@host",
		"http://u:p@ss@host/a@b":               "http://[hidden]@host/a@b",
		"http://u:p/a?s#s@host/x":              "http://[hidden]@host/x",
		"http://host:80/a@b":                   "http://host:80/a@b",
		"http://[::1]:80/a@b":                  "http://[::1]:80/a@b",
		"see http://u:p@h1, or ftp://v:q@h2/x": "see http://[hidden]@h1, or ftp://[hidden]@h2/x",
		"jdbc:postgresql://h/db?user=u&password=p&ssl=1": "jdbc:postgresql://h/db?user=u&password=[hidden]&ssl=1",
		"jdbc:sqlserver://h:1433;user=u;password=p;x=y":  "jdbc:sqlserver://h:1433;user=u;password=[hidden];x=y",
		"jdbc:postgresql://u:p@h/db?sslpassword=p":       "jdbc:postgresql://[hidden]@h/db?sslpassword=[hidden]",
		"mongodb://u:p@h1,h2/db":                         "mongodb://[hidden]@h1,h2/db",
		"mongodb://u:p,q@h1,h2/db":                       "mongodb://[hidden]@h1,h2/db",
		"http://h1:80,http://u:p@h2,http://h3/a@b":       "http://h1:80,http://[hidden]@h2,http://h3/a@b",
		"a://b://c:d@e":                                  "a://b://[hidden]@e",
	} {
		if got := MaskText(in); got != want {
			t.Errorf("MaskText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMaskProps_KeepsVariables(t *testing.T) {
	got := MaskProps(map[string]string{
		"db.password": canary, "x.password": "${file:/a:b}", "y.password": "x${file:/a:b}", "empty.secret": "",
		"url": "http://u:" + canary + "@h", "topics": "a,b",
	})
	want := map[string]string{
		"db.password": Hidden, "x.password": "${file:/a:b}", "y.password": Hidden, "empty.secret": "",
		"url": "http://[hidden]@h", "topics": "a,b",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
