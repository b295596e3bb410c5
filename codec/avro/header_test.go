package avro

import (
	"bytes"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

// TestHeaders: a schema's GUID travels in a header beside the bare value of each row that has one, and leads back to the schema.
func TestHeaders(t *testing.T) {
	r := newFakeRegistry(t, order)
	prefixed := r.open(t, nil)
	headed := r.open(t, map[string]string{"value.schema.id.serializer": "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer"})
	pool := batch.NewPool(mem.Checked(t))
	b := pool.New(4)
	defer b.Release()
	rows := orderRows(1, 4)
	rows[3] = []byte{0, 0, 0, 0, 1, 2} // no order
	var g codec.Groups
	var status batch.Status
	d := prefixed.NewDecoder()
	in := codectest.Input(b, rows)
	if err := d.Group(b, in, &g, &status); err != nil {
		t.Fatal(err)
	}
	col, err := d.Decode(b, in, 0, nil, nil, &status)
	if err != nil || len(status.Errors()) != 1 {
		t.Fatal(err, status.Errors())
	}
	e := headed.NewEncoder()
	for _, sel := range []batch.Selection{nil, {0, 2}, {3}} {
		want := map[int]bool{}
		for _, i := range sel {
			want[int(i)] = i < 3
		}
		if sel == nil {
			want = map[int]bool{0: true, 1: true, 2: true}
		}
		for i, row := range codectest.Encode(t, e, "t", col, sel) {
			switch {
			case row.Err != nil:
				t.Error(row.Err)
			case !want[i]:
				if row.Bytes != nil || len(row.Headers) != 0 {
					t.Errorf("row %d of %v is %s, %v", i, sel, row, row.Headers)
				}
			case !bytes.Equal(row.Bytes, rows[i][5:]) || len(row.Headers) != 1 || row.Headers[0].Key != "__value_schema_id" || len(row.Headers[0].Raw) != 17 || row.Headers[0].Raw[0] != 1:
				t.Errorf("row %d of %v is %s, %v", i, sel, row, row.Headers)
			}
		}
	}
	if got := codectest.Encode(t, e, "t", col, nil); !bytes.Equal(got[0].Headers[0].Raw, got[2].Headers[0].Raw) {
		t.Errorf("one schema, two ids: %x, %x", got[0].Headers[0].Raw, got[2].Headers[0].Raw)
	}
}
