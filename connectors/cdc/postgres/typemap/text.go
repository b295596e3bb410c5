package typemap

import "github.com/millrace/millrace/batch"

func parseText(text []byte) (batch.Value, error) { return batch.StringValue(string(text)), nil }

// texts makes views into the buffer of messages: nothing is copied.
func texts(_ *Decoder, _ *batch.Batch, c *batch.Column, in *Cells) (int, error) {
	for i := range c.Views {
		if cell := in.at(i); cell.Len >= 0 {
			c.Views[i] = batch.View{Pos: cell.Pos, Len: uint32(cell.Len)}
		}
	}
	return -1, nil
}
