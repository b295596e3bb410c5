package batch_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

func TestCheck_FindsEveryBrokenInvariant(t *testing.T) {
	for want, breakIt := range map[string]func(b *batch.Batch){
		"value.s: row 1: view":               func(b *batch.Batch) { b.Value.Children[1].Views[1].Len = 99 },
		"value.s: 1 views for 2 rows":        func(b *batch.Batch) { b.Value.Children[1].Views = b.Value.Children[1].Views[:1] },
		"value.l: offset 2 is 0 after 2":     func(b *batch.Batch) { b.Value.Children[2].Offsets[2] = 0 },
		"value.l: offsets end at 9 of 3":     func(b *batch.Batch) { b.Value.Children[2].Offsets[2] = 9 },
		"value: child 0 does not fit":        func(b *batch.Batch) { b.Value.Children[0] = b.NullColumn(2) },
		"value: row 0 has a value and no sc": func(b *batch.Batch) { b.Value.NoSchema = bits.New(2); b.Value.NoSchema.Set(0) },
		"value: validity: bits set past":     func(b *batch.Batch) { b.Value.Valid = bits.Bitmap{7} },
		"value: NoSchema: 2 words":           func(b *batch.Batch) { b.Value.NoSchema = bits.New(65) },
		"key: 3 rows in a batch of 2":        func(b *batch.Batch) { b.Key = b.NullColumn(3) },
		"value.l.elements: 4 bytes for 3":    func(b *batch.Batch) { b.Value.Children[2].Children[0] = short(b) },
		"timestamps: 1 entries":              func(b *batch.Batch) { b.Timestamps = []int64{1} },
		"offsets: 5 after 5":                 func(b *batch.Batch) { b.Offsets = []int64{5, 5} },
		"topic index: row 1 has 4":           func(b *batch.Batch) { b.Topics = batch.Topics{Names: []string{"a"}, Index: []int32{0, 4}} },
		"selection: row 2 after 1":           func(b *batch.Batch) { b.Sel = batch.Selection{1, 2} },
		"value.d.elements: row 0: shape 5":   func(b *batch.Batch) { b.Value.Children[3].Children[0].Dyn.Slots[0] = 5 },
		"absent":                             func(b *batch.Batch) { b.Value.Children[3].Children[0].Dyn.Fields[0].Column = b.NewDynamic(1) },
	} {
		b := batchtest.Parse(t, mem.Checked(t), "n int32, s string, l [int8], d [any]\n1, a, [1, 2], [{\"m\": 1}]\n2, b, [3], []\n")
		checked(t, b)
		breakIt(b)
		err := b.Check()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
		b.Release()
	}
}

// short returns an int8 column of three rows with an array for four.
func short(b *batch.Batch) *batch.Column {
	long := b.NewFixed(batch.Of(batch.KindInt8, false), 4)
	return batch.WithRows(long, 3)
}
