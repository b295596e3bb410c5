package schemaregistry

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

// TestAddHeader_IsReadAgain: what an encoder adds is what a decoder finds, once for each row.
func TestAddHeader_IsReadAgain(t *testing.T) {
	o := Options{Format: Protobuf, Mocks: NewMocks()}
	r := open(t, "mock://x", o, "value"+keyIDSerializer, "HeaderSchemaIdSerializer")
	if !r.InHeaders() {
		t.Fatal("ids do not travel in headers")
	}
	a, b := &Written{ID: ID{GUID: GUID{1}, HasGUID: true}}, &Written{ID: ID{GUID: GUID{2}, HasGUID: true}}
	h := &batch.Headers{Entries: []batch.Header{{Key: "x", Raw: []byte("1")}}}
	for range 2 { // the second time nothing is added
		r.AddHeader(h, 4, batch.Selection{0, 2}, a, 0)
		r.AddHeader(h, 4, batch.Selection{1}, b, 4)
	}
	if len(h.Columns) != 2 {
		t.Errorf("%d columns", len(h.Columns))
	}
	in := codec.Input{Headers: h, Values: column([]byte{9}, []byte{9}, []byte{9}, []byte{0, 0, 0, 0, 7, 0}).Values}
	frames, rows, errs := split(t, r.NewSplitter(), &in)
	if len(errs) > 0 || !slices.Equal(rows, []int32{0, 1, 0, 2}) || frames[0].ID.GUID != a.ID.GUID || !slices.Equal(frames[1].ID.Indexes(), []int32{4}) || frames[2].Skip != 6 {
		t.Errorf("%+v %v %v", frames, rows, errs)
	}
	h = &batch.Headers{}
	r.AddHeader(h, 2, nil, a, 0)
	r.AddHeader(h, 2, nil, a, 0)
	if len(h.Columns) != 1 || h.Columns[0].Rows != nil {
		t.Errorf("%+v", h.Columns)
	}
}
