package protobuf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

const sum = `syntax = "proto3"; package p;
	message M { oneof choice { string s = 1; E e = 2; } E plain = 3; optional int32 maybe = 4; Sub sub = 5; enum E { A = 0; B = 7; } message Sub { string t = 1; } }`

// TestConfigs: what keys make of a oneof, an enum, a field that is not there and a message that is not there; and that what was read is
// written so that it reads the same. Source: ProtobufData 8.5; the older original of the vectors has none of these keys.
func TestConfigs(t *testing.T) {
	rows := [][]byte{number(head(1), 2, 7), number(text(head(1), 1, ""), 3, 7), text(number(head(1), 3, 9), 5, "")}
	for _, c := range []struct {
		config string
		want   [3]string
	}{
		{"optional.for.nullables=true", [3]string{"((null, B), A, null, null)", `((, null), B, null, null)`, "(null, UNKNOWN_ENUM_VALUE_E_9, null, ())"}},
		{"int.for.enums=true", [3]string{"((null, 7), 0, null, null)", "((, null), 7, null, null)", "(null, 9, null, ())"}},
		{"flatten.unions=true", [3]string{"(null, B, A, null, null)", "(, null, B, null, null)", "(null, null, UNKNOWN_ENUM_VALUE_E_9, null, ())"}},
		{"generate.struct.for.nulls=true", [3]string{"((null, B), A, 0, ())", "((, null), B, 0, ())", "(null, UNKNOWN_ENUM_VALUE_E_9, 0, ())"}},
	} {
		r := newFakeRegistry(t, sum)
		key, value, _ := strings.Cut(c.config, "=")
		conv := r.open(t, map[string]string{key: value})
		for i, d := range codectest.CheckDecoder(t, conv, codectest.Rows{Raw: rows}) {
			checkPlainRead(t, conv, rows[i], d)
			got := strings.NewReplacer(`"`, "").Replace(fmt.Sprint(d))
			if !strings.HasPrefix(got, c.want[i]+" under") {
				t.Errorf("%s: row %d is %s, want %s", c.config, i, got, c.want[i])
			}
		}
	}
	for config, want := range map[string][]string{
		"generate.index.for.unions=false":       {`(choice (`, `"io.confluent.connect.protobuf.Union.choice"`},
		"generalized.sum.type.support=true":     {`(choice_0 (`, `:"choice"`},
		"enhanced.protobuf.schema.support=true": {`:"p.M"`, `"io.confluent.connect.protobuf.Union.p.M.choice"`, `:"p.M.E"`},
	} {
		key, value, _ := strings.Cut(config, "=")
		r := newFakeRegistry(t, sum)
		conv := r.open(t, map[string]string{key: value, "optional.for.nullables": "true"})
		got := codectest.CheckDecoder(t, conv, codectest.Rows{Raw: rows})[0].String()
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %s, want %s", config, got, w)
			}
		}
		codectest.CheckStable(t, conv, codectest.Rows{Raw: rows[:2]})
	}
}

// TestConfig_Refused: what is not supported says so.
func TestConfig_Refused(t *testing.T) {
	for _, key := range []string{"schema.backup.enabled=true", "derive.type=true", "skip.known.types=false", "value.schema.id.serializer=HeaderSchemaIdSerializer"} {
		name, value, _ := strings.Cut(key, "=")
		if _, err := Classes()[0].New(map[string]string{"schema.registry.url": "http://127.0.0.1:1", name: value}, false, codec.Context{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
