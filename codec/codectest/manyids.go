package codectest

import (
	"encoding/binary"

	"github.com/millrace/millrace/codec"
)

// CheckManyIDs reads framed rows, more than 18, in one batch, of one schema under n ids from 1 on: each is read as it is
// alone. One of them is cut off and fails, one is null.
func CheckManyIDs(t TB, conv codec.Converter, rows [][]byte, n int) {
	t.Helper()
	for i := range rows {
		binary.BigEndian.PutUint32(rows[i][1:], uint32(1+i%n))
	}
	rows[17], rows[18] = rows[17][:len(rows[17])-2], nil
	failed := 0
	for _, d := range CheckDecoder(t, conv, Rows{Raw: rows}) {
		if d.Err != nil {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d rows failed", failed)
	}
}
