package connectjson

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
)

const orderSchema = `{"type":"struct","fields":[{"type":"string","optional":false,"field":"zip"},{"type":"string","optional":true,"field":"note"},{"type":"double","optional":false,"field":"amount"},` +
	`{"type":"int32","optional":false,"field":"qty"},{"type":"boolean","optional":false,"field":"active"},{"type":"int64","optional":false,"field":"id"},` +
	`{"type":"array","items":{"type":"string","optional":false},"optional":true,"field":"tags"},{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"int32","optional":false},"optional":true,"field":"sizes"},` +
	`{"type":"struct","fields":[{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"net"}],"optional":true,"field":"price"}],"optional":false,"name":"test.Order"}`

// orders returns rows with members of most types; a few lack some.
func orders(envelope bool, n int) [][]byte {
	rows := make([][]byte, n)
	for i := range rows {
		row := fmt.Sprintf(`{"zip":"%05d","note":"n\u00e9 %d \"q\"","amount":%d.25,"qty":%d,"active":%t,"id":%d,"tags":["a","b%d"],"sizes":{"x":%d,"y":2},"price":{"net":"ew=="}}`,
			i, i, i, i%7, i%2 == 0, i*1_000_003, i, i)
		switch i % 8 {
		case 3:
			row = fmt.Sprintf(`{"zip":"%05d","amount":1.0E10,"qty":3,"active":true,"id":7}`, i)
		case 5:
			row = fmt.Sprintf(`{ "id": 7, "zip": "é%d", "note": null, "amount": 0.1, "active": true, "qty": 3 }`, i)
		}
		if envelope {
			row = `{"schema":` + orderSchema + `,"payload":` + row + `}`
		}
		rows[i] = []byte(row)
	}
	return rows
}

func TestBatch_AllocatesNothingWhenWarm(t *testing.T) {
	for _, envelope := range []bool{false, true} {
		t.Run(fmt.Sprintf("envelope=%t", envelope), func(t *testing.T) {
			c := testConverter(t, keySchemasEnable, fmt.Sprint(envelope))
			codectest.CheckSteady(t, c, orders(envelope, 256))
		})
	}
}
