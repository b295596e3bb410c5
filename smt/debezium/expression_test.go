package debezium

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
)

func testScope(name string) operand {
	s := batch.NewSchema(batch.KindStruct).Name("N").Field("op", batch.Of(batch.KindString, false)).
		Field("qty", batch.Of(batch.KindInt32, true)).Field("after", batch.NewSchema(batch.KindStruct).Optional(true).Build()).Build()
	switch name {
	case "value":
		return valueOperand(batch.StructValueOf(&batch.StructValue{Schema: s, Fields: []batch.Value{batch.StringValue("u"), batch.Int32Value(7), batch.Null()}}))
	case "valueSchema":
		return operand{what: 's', schema: s}
	case "topic":
		return textOperand("orders")
	case "headers", "header":
		return operand{what: 'H', headers: []batch.Header{{Key: "idh", Value: batch.Int32Value(1)}, {Key: "idh", Value: batch.Int32Value(2)}, {Key: "list", Value: batch.ArrayValue([]batch.Value{batch.Int32Value(1)})},
			{Key: "bytes", Value: batch.BytesValue([]byte{1, 255})},
			{Key: "map", Value: batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue("a")}, Values: []batch.Value{batch.MapValueOf(&batch.MapValue{})}})}}}
	}
	return operand{}
}

// Cases that Groovy and JavaScript answer alike, and those where the answer is Groovy's.
func TestExpressions(t *testing.T) {
	for text, want := range map[string]string{
		"value.op == 'u' && value.qty > 5":               "true",
		"value.op != 'd' || value.before.id != 2":        "true", // the right side is not reached
		"value.after.x":                                  "! cannot get 'x' of null",
		"value.after?.x == null":                         "true",
		"value.zz":                                       "! zz is not a valid field name",
		"value['op'] + \"-\" + value.get('qty')":         `"u-7"`,
		"headers.idh.value == 2 && headers.none == null": "true",
		"topic.startsWith('ord') ? 'x' : null":           `"x"`,
		"!topic.matches('o[rs]') && topic.length() == 6": "true",
		"topic.substring(1, 3).toUpperCase()":            `"RD"`,
		"valueSchema.name() == 'N' && keySchema == null": "true",
		"1 + 2 * 3 - -4":                                 "11i32",
		"7 / 2":                                          "3.5d",
		"(topic)=='orders'&&header['idh']!=null":         "true", // no blanks
		"7 % 4 == 3 && 1.5 < 2 && 0.5 + 0.5 == 1":        "true",
		"'it''s'":               "? character 5: expected the end, found ''s''",
		"'a\\'b'":               `"a'b"`,
		"value.after && true":   "false",
		"null < 0":              "true",
		"'a' < 98 && 'a' == 97": "true", // one character is its number
		"2147483647 + 1 < 0 && -2147483648 == 2147483648 * -1 && 2147483648 * 2 > 0": "true", // 32 bits overflow
		"3000000000 % 7 == 4 && 1.5 * 2 == 3":                                        "true",
		"(97).equals('a') || (7).equals(7.0) || !(7).equals(value.qty)":              "false", // equals knows no other class
		"headers.list.value + 'x' == ''":                                             "! cannot compute java.util.ArrayList + java.lang.String",
		"'' + headers.list.value":                                                    `"[1]"`,
		"headers.map.value + 'x'":                                                    `"[a:[:]]x"`,
		"headers.map.value.a ? 1 : 2":                                                "2i32",
		"headers.map.value > headers.map.value":                                      "false", // the same object
		"headers.map.value >= headers.map.value":                                     "true",
		"headers.map.value > headers.list.value":                                     "! cannot compare java.util.HashMap with java.util.ArrayList",
		"headers.list.value.indexOf(1) == 0 && headers.list.value.contains(2)":       "false",
		"headers.list.value.isEmpty() || headers.map.value.isEmpty()":                "false",
		"headers.list.value.trim()":                                                  "! no method 'trim' in a java.util.ArrayList",
		"'' + headers.bytes.value":                                                   `"[1, -1]"`,
		"-'a' == 1":                                                                  "! cannot compute -java.lang.String",
		"'abab' - 'ba' == 'ab' && false < true":                                      "true",
		"value.qty == 7 && headers.list.value.a == null":                             "! no field 'a' in a java.lang.Integer",
		"'ab' < 1":                         "! cannot compare java.lang.String with java.lang.Integer",
		"operation != 'd'":                 "? character 1: expected key, value, keySchema, valueSchema, topic or headers, found 'operation'",
		"value.op === 'u'":                 "? character 10: this operator is not one that both languages have, found '=='",
		"value.op != 'd":                   "? character 13: expected the end of the text, found ''d'",
		"value.op = 'd'":                   "? character 10: expected an operand or operator, found '='",
		"topic.getClass()":                 "? character 7: expected a method that there is, found 'getClass'",
		"topic.contains()":                 "? character 7: contains takes 1 to 1 arguments, found 'contains'",
		"(1":                               "? character 3: expected ')', found the end",
		"":                                 "? character 1: expected an operand, found the end",
		strings.Repeat("(", 5000) + "1":    "? character 101: nested too deep, found '('",
		strings.Repeat("!", 5000) + "true": "? character 200: nested too deep, found '!'",
		"value.qty == 7.0 && value.qty.toString() == '7'":      "true",
		"topic.indexOf('d') + topic.trim().concat('!').length": "9i32",
		"1 % 0":   "! division by zero",
		"\"a$b\"": "? character 1: a text in double quotes may have no $, which one language takes for a variable; use single quotes, found the end",
	} {
		name := text[:min(len(text), 40)]
		e, err := parseExpression(text)
		if err != nil {
			if got := "? " + err.Error(); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			continue
		}
		o, err := e.eval(testScope)
		got := string(batch.AppendLiteral(nil, nil, o.value()))
		if err != nil {
			got = "! " + err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestScripted_Configuration(t *testing.T) {
	for props, want := range map[string]string{
		"condition=true":                                          "language and condition need values",
		"language=jsr223.groovy":                                  "language and condition need values",
		"language=jsr223.jython condition=true":                   "language jsr223.jython is not supported",
		"language=jsr223.groovy condition='d":                     "character 1: expected the end of the text",
		"language=jsr223.groovy condition=1 topic.regex=(":        "Unclosed group",
		"language=jsr223.groovy condition=1 null.handling.mode=x": "Value must be one of",
	} {
		_, err := newOf(t, "Filter", propsOf(props))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(errorText(err), "DebeziumException") {
			t.Errorf("%s: %v, want %s", props, err, want)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{"value.op == 'u' && value.qty > 5", "topic.substring(1,2) ? -1 : headers['idh'].value", "value?.after?.get('x')[\"y\"]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := parseExpression(text); err == nil {
			if _, err := e.eval(testScope); err != nil && err.Error() == "" {
				t.Error("an error without a text")
			}
		}
	})
}
