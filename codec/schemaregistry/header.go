package schemaregistry

import (
	"bytes"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
)

// Header is the key of the header in which ids may travel.
func (r *Registry) Header() string {
	if r.opt.Key {
		return "__key_schema_id"
	}
	return "__value_schema_id"
}

// AddHeader gives the selected of n rows, whose headers h are, the header that names w's schema; a row whose last header
// of that key says the same gets no second one. indexes are those of a Protobuf message. For encoders where InHeaders.
// Source: HeaderSchemaIdSerializer.
func (r *Registry) AddHeader(h *batch.Headers, n int, sel batch.Selection, w *Written, indexes ...int32) {
	raw := AppendGUID(nil, w.ID.GUID)
	if len(indexes) > 0 {
		raw = AppendIndexes(raw, indexes...)
	}
	c := batch.HeaderColumn{Key: r.Header(), Raw: batch.Bytes{Bufs: [2][]byte{raw}, Views: make([]batch.View, n)}}
	for i := range c.Raw.Views {
		c.Raw.Views[i].Len = uint32(len(raw))
	}
	known := h.Named(c.Key)
	if sel != nil || known {
		c.Rows = bits.New(n)
		any := false
		add := func(i int) {
			if last, ok := h.Last(i, c.Key); known && ok && bytes.Equal(last.Raw, raw) {
				return
			}
			c.Rows.Set(i)
			any = true
		}
		for i := 0; sel == nil && i < n; i++ {
			add(i)
		}
		for _, i := range sel {
			add(int(i))
		}
		if !any {
			return
		}
	}
	h.Columns = append(slices.Clip(h.Columns), c)
}
