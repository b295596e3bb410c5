package codectest

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// Input lays rows out behind one another in the source buffer, as the values of topic t; nil is null. The buffer is b's.
func Input(b *batch.Batch, rows [][]byte) *codec.Input {
	n := 0
	for _, r := range rows {
		n += len(r)
	}
	in := &codec.Input{Topic: "t", Headers: &batch.Headers{}}
	v := &in.Values
	v.Bufs[0] = b.Arena.Bytes(n)[:0]
	v.Views = mem.Zeroed[batch.View](&b.Arena, len(rows))
	for i, r := range rows {
		if r == nil {
			if v.Valid == nil {
				v.Valid = bits.New(len(rows))
				v.Valid.Fill(len(rows))
			}
			v.Valid.Clear(i)
			continue
		}
		v.Views[i] = batch.View{Pos: uint32(len(v.Bufs[0])), Len: uint32(len(r))}
		v.Bufs[0] = append(v.Bufs[0], r...)
	}
	return in
}
