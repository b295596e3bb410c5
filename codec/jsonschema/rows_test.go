package jsonschema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// order is a record of ten fields, as the budgets of converters count them.
const order = `{"type":"object","title":"com.acme.Order","properties":{"id":{"type":"integer","connect.index":0,"connect.type":"int64"},"customer":{"type":"string","connect.index":1},` +
	`"product":{"type":"string","connect.index":2},"quantity":{"type":"integer","connect.index":3,"connect.type":"int32"},"price":{"type":"number","connect.index":4,"connect.type":"float64"},` +
	`"paid":{"connect.index":5,"type":"boolean"},"zip":{"type":"string","connect.index":6},"country":{"type":"string","connect.index":7},` +
	`"created":{"type":"integer","title":"org.apache.kafka.connect.data.Timestamp","connect.index":8,"connect.version":1,"connect.type":"int64"},` +
	`"note":{"connect.index":9,"oneOf":[{"type":"null"},{"type":"string"}]}}}`

// nested has the rest: optional, enum, decimal, bytes, array, map, struct, defaults.
const nested = `{"type":"object","properties":{"a":{"type":"array","connect.index":0,"items":{"oneOf":[{"type":"null"},{"type":"string"}]}},` +
	`"m":{"type":"object","connect.index":1,"connect.type":"map","additionalProperties":{"type":"integer","connect.type":"int8"}},"e":{"enum":["X","Y"],"connect.index":2},` +
	`"b":{"type":"string","connect.index":3,"connect.type":"bytes"},"d":{"connect.index":4,"oneOf":[{"type":"null"},{"type":"string","title":"org.apache.kafka.connect.data.Decimal","connect.version":1,"connect.type":"bytes","connect.parameters":{"scale":"2"}}]},` +
	`"r":{"connect.index":5,"oneOf":[{"type":"null"},{"type":"object","properties":{"x":{"type":"number","connect.type":"float32","connect.index":0},"l":{"type":"array","connect.index":1,"items":{"type":"array","items":{"type":"integer"}}}}}]},` +
	`"s":{"type":"integer","default":7,"connect.index":6,"connect.type":"int16"},"t":{"type":"string","default":"none","connect.index":7}}}`

// frame is what stands before the text of the records here.
const frame7 = "\x00\x00\x00\x00\x07"

// orderRows returns n records of order.
func orderRows(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		note := `"note"`
		if i%4 == 0 {
			note = "null"
		}
		out[i] = fmt.Appendf(nil, `%s{"id":%d,"customer":"customer %d","product":"a product","quantity":%d,"price":%d.25,"paid":%t,"zip":"01234","country":"DE","created":%d,"note":%s}`,
			frame7, i*1_000_003, i, i%100, i, i&1 == 0, 1_700_000_000_000+i, note)
	}
	return out
}

// nestedRows returns n records of nested.
func nestedRows(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, `%s{"a":["one",null,"two"],"m":{"k%d":1,"k2":-5,"x":%d},"e":"X","b":"AQID","d":"AeM=","r":{"x":1.5,"l":[[1,2],[],[%d]]},"t":"text"}`, frame7, i%10+10, i%100, i)
	}
	return out
}

// opened returns a converter of a registry in which every number stands for text.
func opened(tb testing.TB, text string, props map[string]string) *converter {
	tb.Helper()
	schemas := codectest.NewSchemas()
	tb.Cleanup(schemas.Close)
	all := map[string]string{"schema.registry.url": schemas.URL}
	if text != "" {
		all["schema.registry.url"] += codectest.TypedSchemaPath(schemaregistry.JSON, text)
	}
	for k, v := range props {
		all[k] = v
	}
	c, err := Classes()[0].New(all, false, codec.Context{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c.(*converter)
}

// mapped maps a text to Connect.
func mapped(tb testing.TB, d *data, text string, references ...named) (*batch.Schema, error) {
	tb.Helper()
	s, err := load(text, references, d.ignoreModern)
	if err != nil {
		return nil, err
	}
	return d.toConnect(s, nil)
}

// short is an error's text without what its causes say.
func short(err error) string {
	if err == nil {
		return ""
	}
	text, _, _ := strings.Cut(codectest.ErrorText(err), " <- ")
	return text
}
