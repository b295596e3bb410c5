package hexadecimal_test

import (
	"testing"

	"example.com/acme/hexadecimal"

	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

func TestHex_DecodesAndKeepsTheContract(t *testing.T) {
	conv, err := hexadecimal.Class().New(nil, false, codec.Context{})
	if err != nil {
		t.Fatal(err)
	}
	got := codectest.CheckDecoder(t, conv, codectest.Rows{Raw: [][]byte{[]byte("ff"), nil, []byte("zz"), []byte("-10")}})
	for i, want := range []int64{255, 0, 0, -16} {
		switch {
		case i == 2:
			if got[i].Err == nil {
				t.Error("\"zz\" was taken for a number")
			}
		case got[i].Err != nil || got[i].Value.Int() != want || got[i].Value.IsNull() != (i == 1):
			t.Errorf("row %d: %v", i, got[i])
		}
	}
	codectest.CheckStable(t, conv, codectest.Rows{Raw: [][]byte{[]byte("7f"), nil, []byte("-1")}})
}

func TestHex_Encodes(t *testing.T) {
	conv, err := hexadecimal.Class().New(nil, false, codec.Context{})
	if err != nil {
		t.Fatal(err)
	}
	b := batchtest.Parse(t, mem.Checked(t), "@value int32?\n255\nnull\n")
	defer b.Release()
	got := codectest.CheckEncoder(t, conv, "t", b.Value)
	if string(got[0].Bytes) != "ff" || got[1].Bytes != nil {
		t.Fatalf("%q, %q", got[0].Bytes, got[1].Bytes)
	}
}
