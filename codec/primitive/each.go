package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

// encodeEach writes any column row by row as c writes headers: the plain twin of the encoders' loops,
// and the way for what those do not take.
func encodeEach(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status, c codec.HeaderConverter) {
	if out.Sel == nil {
		for i := range out.Column.Len() {
			encodeOne(dst, out.Column, i, status, c)
		}
		return
	}
	for _, r := range out.Sel {
		encodeOne(dst, out.Column, int(r), status, c)
	}
}

func encodeOne(dst *batch.BytesBuilder, from *batch.Column, i int, status *batch.Status, c codec.HeaderConverter) {
	b, null, err := c.FromConnect(dst.Buf, "", "", from.SchemaOf(i), from.Value(i))
	switch {
	case err != nil:
		status.Fail(int32(i), from.Len(), err)
	case null:
	case len(b) > batch.MaxBufferBytes:
		status.Fail(int32(i), from.Len(), tooMuchText(from.Len()))
	default:
		dst.Buf = b
		dst.EndRow(i)
	}
}
