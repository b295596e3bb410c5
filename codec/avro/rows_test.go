package avro

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/millrace/millrace/codec/schemaregistry"
)

// order is a record of ten fields, as the budgets of converters count them.
const order = `{"type":"record","name":"Order","namespace":"com.acme","fields":[{"name":"id","type":"long"},{"name":"customer","type":"string"},{"name":"product","type":"string"},` +
	`{"name":"quantity","type":"int"},{"name":"price","type":"double"},{"name":"paid","type":"boolean"},{"name":"zip","type":"string"},{"name":"country","type":"string"},` +
	`{"name":"created","type":{"type":"long","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Timestamp","logicalType":"timestamp-millis"}},{"name":"note","type":["null","string"],"default":null}]}`

// nested has the rest: optional, enum, fixed, decimal, array, map and record.
const nested = `{"type":"record","name":"Nested","fields":[{"name":"a","type":{"type":"array","items":["null","string"]}},{"name":"m","type":{"type":"map","values":"int"}},` +
	`{"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]}},{"name":"f","type":{"type":"fixed","name":"F","size":3}},{"name":"d","type":["null",{"type":"bytes","scale":2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"2"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}]},` +
	`{"name":"r","type":["null",{"type":"record","name":"R","fields":[{"name":"x","type":"float"},{"name":"l","type":{"type":"array","items":{"type":"array","items":"long"}}}]}]}]}`

func text(b []byte, s string) []byte { return append(binary.AppendVarint(b, int64(len(s))), s...) }

// orderRows returns n records of order behind frames of the given id.
func orderRows(id uint32, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		b := binary.BigEndian.AppendUint32([]byte{0}, id)
		b = binary.AppendVarint(b, int64(i)*1_000_003)
		b = text(text(b, fmt.Sprintf("customer %d", i)), "a product")
		b = binary.AppendVarint(b, int64(i%100))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(i)+0.25))
		b = append(b, byte(i&1))
		b = text(text(b, "01234"), "DE")
		b = binary.AppendVarint(b, 1_700_000_000_000+int64(i))
		if i%4 == 0 {
			b = append(b, 0)
		} else {
			b = text(append(b, 2), "note")
		}
		out[i] = b
	}
	return out
}

// nestedRows returns n records of nested.
func nestedRows(id uint32, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		b := binary.BigEndian.AppendUint32([]byte{0}, id)
		b = text(append(text(append(append(b, 6), 2), "one"), 0, 2), "two")
		b = append(b, 0, 6)
		for k := range 3 {
			b = binary.AppendVarint(text(b, fmt.Sprintf("k%d", (i+k*7)%10)), int64(k))
		}
		b = append(b, 0, byte(i&1)<<1, 1, 2, 3)
		b = append(b, 2, 4, 1, byte(i), 2, 0, 0, 0x80, 0x3f)
		b = append(b, 2, 4, 2, 4, 0, 0)
		out[i] = b
	}
	return out
}

// schemaID is the id of a frame with a number.
func schemaID(number int32) schemaregistry.ID {
	return schemaregistry.ID{Number: number, HasNumber: true}
}
