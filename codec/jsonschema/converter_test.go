package jsonschema

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// TestIndent: json.indent.output writes as Jackson's pretty printer.
func TestIndent(t *testing.T) {
	const compact = `{"a":[1,2,{"b":"x:,{\"","c":{}}],"d":[],"e":{"f":null}}`
	const want = "{\n  \"a\" : [ 1, 2, {\n    \"b\" : \"x:,{\\\"\",\n    \"c\" : { }\n  } ],\n  \"d\" : [ ],\n  \"e\" : {\n    \"f\" : null\n  }\n}"
	if got := string(appendIndented(nil, []byte(compact))); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestConfig: every key is taken, or refused by name.
func TestConfig(t *testing.T) {
	for key, value := range map[string]string{
		"schema.backup.enabled": "true", "preserve.additional.properties": "true", "decimal.format": "HEX", "json.schema.spec.version": "draft_3",
		"json.default.property.inclusion": "SOME", "validation.rules.execution": "AFTER_DOMAIN_RULES",
	} {
		_, err := Classes()[0].New(map[string]string{"schema.registry.url": "http://127.0.0.1:1", key: value}, false, codec.Context{})
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%s: %v", key, value, err)
		}
	}
	for key, value := range map[string]string{"json.schema.spec.version": "draft_2020_12", "json.default.property.inclusion": "NON_NULL", "decimal.format": "numeric", "json.value.type": "java.util.Map"} {
		opened(t, "", map[string]string{key: value})
	}
}

// TestMock: a schema that is registered is found by its number, with its references, and pinned versions are compared.
func TestMock(t *testing.T) {
	class := Classes()[0] // whose converters share in-memory registries
	open := func(props map[string]string) codec.Converter {
		all := map[string]string{"schema.registry.url": "mock://scope"}
		for k, v := range props {
			all[k] = v
		}
		c, err := class.New(all, false, codec.Context{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		return c
	}
	b := batch.NewPool(mem.Checked(t)).New(0)
	defer b.Release()
	s := batch.NewSchema(batch.KindStruct).Name("R").Field("a", batch.Of(batch.KindInt32, true)).Build()
	cb := batch.NewColumnBuilder(s, true)
	for i := range 3 {
		v := batch.NewStructValue(s)
		v.Fields[0] = batch.Int32Value(int32(i))
		if err := cb.Append(batch.StructValueOf(v)); err != nil {
			t.Fatal(err)
		}
	}
	col := cb.Finish(b)
	var raw [][]byte
	for _, e := range codectest.CheckEncoder(t, open(nil), "t", col) {
		if e.Err != nil {
			t.Fatal(e.Err)
		}
		raw = append(raw, e.Bytes)
	}
	for i, d := range codectest.CheckDecoder(t, open(nil), codectest.Rows{Raw: raw}) {
		if d.Err != nil || !d.Value.Struct().Fields[0].Equal(batch.Int32Value(int32(i))) || d.Schema.Version() != 1 || d.Schema.Name() != "R" {
			t.Errorf("row %d: %s", i, d)
		}
	}
	other := batch.NewSchema(batch.KindStruct).Name("R").Field("a", batch.Of(batch.KindInt64, true)).Build()
	one := batch.NewColumnBuilder(other, true)
	v := batch.NewStructValue(other)
	v.Fields[0] = batch.Int64Value(1)
	if err := one.Append(batch.StructValueOf(v)); err != nil {
		t.Fatal(err)
	}
	pinned := map[string]string{"auto.register.schemas": "false", "use.latest.version": "true"}
	bad := codectest.CheckEncoder(t, open(pinned), "t", one.Finish(b))
	if bad[0].Err == nil || !strings.Contains(codectest.ErrorText(bad[0].Err), "latest.compatibility.strict=false") {
		t.Errorf("a schema that is not the latest: %v", bad[0].Err)
	}
	for _, e := range codectest.CheckEncoder(t, open(pinned), "t", col) {
		if e.Err != nil {
			t.Errorf("the latest schema: %v", e.Err)
		}
	}
}

// TestHeaders: ids that travel in headers stand before no record, and are read there.
func TestHeaders(t *testing.T) {
	class := Classes()[0]
	c, err := class.New(map[string]string{"schema.registry.url": "mock://headers", "value.schema.id.serializer": "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer"}, false, codec.Context{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	b := batch.NewPool(mem.Checked(t)).New(0)
	defer b.Release()
	cb := batch.NewColumnBuilder(batch.Of(batch.KindInt32, true), true)
	for _, v := range []batch.Value{batch.Int32Value(5), batch.Null(), batch.Int32Value(7)} {
		if err := cb.Append(v); err != nil {
			t.Fatal(err)
		}
	}
	col := cb.Finish(b)
	var headers batch.Headers
	var status batch.Status
	bb := batch.BytesBuilder{Pool: b.Arena.Pool}
	bb.Reset(&b.Arena, 3, 64)
	if err := c.NewEncoder().Encode(&bb, &codec.Output{Topics: batch.OneTopic("t"), Column: col, Headers: &headers}, &status); err != nil || status.Any() {
		t.Fatal(err, status.Errors())
	}
	values, slab := bb.Finish()
	b.Arena.Adopt(slab)
	if text := string(values.At(0)); text != "5" || string(values.At(1)) != "null" {
		t.Errorf("%q %q", text, values.At(1))
	}
	d := c.NewDecoder()
	in := codec.Input{Topic: "t", Headers: &headers, Values: values}
	var g codec.Groups
	if err := d.Group(b, &in, &g, &status); err != nil || g.N != 1 || status.Any() {
		t.Fatal(err, g, status.Errors())
	}
	back, err := d.Decode(b, &in, 0, nil, nil, &status)
	if err != nil || status.Any() || !back.IsNull(1) || back.Value(2).Int() != 7 {
		t.Errorf("%v, %v", err, status.Errors())
	}
}
