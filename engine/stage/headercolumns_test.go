package stage

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
)

// withColumns appends headers in columns of every form to b: what b has as key and value, texts that repeat,
// texts and nulls without schema, a constant; some rows have some of them.
func withColumns(r *batchtest.Random, b *batch.Batch) {
	n := b.Len()
	text := batch.Of(batch.KindString, true)
	some := bits.New(n)
	index, values := make([]int32, n), make([]batch.Value, n)
	for i := range n {
		some.SetTo(i, r.IntN(3) > 0)
		index[i] = int32(r.IntN(4))
		if r.IntN(3) > 0 {
			values[i] = batch.StringValue(r.Text())
		}
	}
	cb := batch.NewColumnBuilder(text, false)
	for _, v := range []batch.Value{batch.StringValue("a"), batch.Null(), batch.StringValue(r.Text()), batch.StringValue("\xed\xa0\x80")} {
		if err := cb.Append(v); err != nil {
			panic(err)
		}
	}
	columns := []*batch.Column{
		b.NewDictionary(text, index, cb.Finish(b)), b.DynamicColumn(values, false), b.NewConstant(text, n, batch.StringValue(r.Text())),
		b.NewConstant(nil, n, batch.Int64Value(7)), b.NullColumn(n),
	}
	for _, c := range []*batch.Column{b.Key, b.Value} {
		if c != nil && c.NoSchema == nil {
			columns = append(columns, c)
		}
	}
	for _, c := range columns {
		h := batch.HeaderColumn{Key: r.Text(), Schema: c.Schema(), Column: c}
		if r.IntN(4) == 0 {
			h.Rows = some
		}
		if r.IntN(3) > 0 {
			b.AddHeaders(h)
		}
	}
}

// TestSource_HeaderColumns: headers in columns are written as those that each row has for itself.
func TestSource_HeaderColumns(t *testing.T) {
	classes := append(append(header.Classes(), primitive.Classes()...), connectjson.Classes()...)
	value, err := codec.NewSet(classes...).Find("StringConverter")
	if err != nil {
		t.Fatal(err)
	}
	refused, shared := 0, 0
	for seed := range uint64(60) {
		r := batchtest.NewRandom(seed)
		for _, class := range classes {
			if class.NewHeader == nil {
				continue
			}
			h, err := class.NewHeader(map[string]string{"converter.type": "header"})
			if err != nil {
				t.Fatal(err)
			}
			conv, err := value.New(nil, false, codec.Context{})
			if err != nil {
				t.Fatal(err)
			}
			opt := SourceOptions{Key: Side{"KC", conv}, Value: Side{"VC", conv}, Header: h, HeaderClass: "HC", Transforms: &Chain{}, Operator: operator(0)}
			b := r.Batch(mem.Checked(t), 12)
			b.Status.Reset()
			withColumns(r, b)
			lists := b.Fork(b.Sel)
			lists.Headers = batch.Headers{Offsets: []int32{0}}
			for i := range b.Len() {
				lists.Headers.Entries = b.Headers.AppendRow(lists.Headers.Entries, i)
				lists.Headers.Offsets = append(lists.Headers.Offsets, int32(len(lists.Headers.Entries)))
			}
			wantOK, wantFailed, err := runPolled(t, opt, lists)
			if err != nil {
				t.Fatal(err)
			}
			ok, failed, err := runPolled(t, opt, b)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "encoded", ok, wantOK)
			compare(t, "failed", failed, wantFailed)
			refused, shared = refused+len(failed), shared+len(ok)
			if t.Failed() {
				t.Fatalf("seed %d, %s", seed, class.Name)
			}
		}
	}
	if refused == 0 || shared == 0 {
		t.Errorf("%d rows were refused, %d written", refused, shared)
	}
}
