package apache

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

//go:embed testdata/maporder.jsonl
var recordedOrders []byte

// The order in which maps iterate is what converters write, and the bytes of keys choose partitions.
func TestMaps_IterateAsThoseOfTheOriginal(t *testing.T) {
	set := smt.NewSet(Classes()...)
	lines := bufio.NewScanner(bytes.NewReader(recordedOrders))
	lines.Scan() // names the versions
	for lines.Scan() {
		var v struct {
			Class          string
			Config         map[string]string
			Members, Order []string
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		class, err := set.Find(classPrefix + v.Class)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := class.New(v.Config, smt.Context{})
		if err != nil {
			t.Fatal(err)
		}
		b := batch.NewPool(mem.Checked(t)).New(1)
		b.Topics, b.Timestamps, b.Offsets = batch.OneTopic("t"), []int64{1}, []int64{5}
		m := &batch.MapValue{}
		for _, name := range v.Members {
			m.Put(batch.StringValue(name), batch.Int64Value(1))
		}
		b.Value = b.DynamicColumn([]batch.Value{batch.MapValueOf(m)}, true)
		if _, err := tr.Apply(b); err != nil {
			t.Fatal(err)
		}
		c := b.Value
		if v.Class == "ValueToKey" {
			c = b.Key
		}
		var o mapOrders
		if got := o.namesOf(c.Dyn, o.iteration(nil, c.Dyn, &c.Dyn.Shapes[0])); !slices.Equal(got, v.Order) {
			t.Errorf("%s %v of %q: %q, want %q", v.Class, v.Config, v.Members, got, v.Order)
		}
		b.Release()
	}
}
