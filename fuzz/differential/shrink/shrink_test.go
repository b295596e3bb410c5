package shrink

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func TestShrink_BytesToTheOneThatMatters(t *testing.T) {
	tr := &trial.Trial{Op: trial.ToConnect, Batch: true, Topic: "topic", Plugins: []trial.Plugin{{Kind: "converter", Class: "C", Config: []protocol.Pair{{Key: "k", Text: "v"}, {Key: registryKey, Text: "http://h/s"}}}}}
	for range 50 {
		tr.Items = append(tr.Items, trial.Item{Bytes: []byte("harmless")})
	}
	tr.Items[33].Bytes = []byte(`{"a":[1,2,{"b":"needle"}]} x`)
	got := Shrink(tr, func(c *trial.Trial) bool {
		for _, it := range c.Items {
			if bytes.Contains(it.Bytes, []byte("needle")) {
				return true
			}
		}
		return false
	}, 5000)
	if len(got.Items) != 1 || string(got.Items[0].Bytes) != "needle" || got.Batch || len(got.Plugins[0].Config) != 1 || got.Plugins[0].Config[0].Text != "http://h/s" {
		t.Fatalf("shrunk to %s", measure(got))
	}
}

func TestShrink_TypedKeepsSchemaAndValueTogether(t *testing.T) {
	flows, err := generate.Flows("json/write")
	if err != nil {
		t.Fatal(err)
	}
	hasDecimal := func(v protocol.Value) bool { return bytes.Contains(protocol.AppendValue(nil, v), []byte(`"decimal"`)) }
	shrunk := 0
	for i := range uint64(60) {
		tr := flows[0].Trial(3, i)
		fails := func(c *trial.Trial) bool {
			for _, it := range c.Items {
				if it.Data.Schema != nil && hasDecimal(it.Data.Value) {
					return true
				}
			}
			return false
		}
		if !fails(tr) {
			continue
		}
		shrunk++
		got := Shrink(tr, fails, 5000)
		d := got.Items[0].Data
		if len(got.Items) != 1 || d.Value.Tag != protocol.Decimal {
			t.Errorf("trial %d shrunk to %s", i, measure(got))
		}
	}
	if shrunk == 0 {
		t.Fatal("no trial had a decimal")
	}
}
