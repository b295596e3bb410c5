package jsonschema

import (
	"encoding/binary"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

// TestManyIDs: rows of many schemas in one batch are read as each is alone.
func TestManyIDs(t *testing.T) {
	c := opened(t, nested, nil)
	rows := nestedRows(60)
	for i := range rows {
		binary.BigEndian.PutUint32(rows[i][1:], uint32(1+i%12))
	}
	rows[17], rows[18] = rows[17][:len(rows[17])-2], nil
	failed := 0
	for _, d := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: rows}) {
		if d.Err != nil {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d rows failed", failed)
	}
}
