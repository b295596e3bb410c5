package typemap

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

var (
	errPoint    = errors.New("is no point")
	errGeometry = errors.New("is no geometry in hexadecimal EWKB")
)

// parsePoint reads (x,y). Source: PostgresValueConverter.convertPoint, Point.createValue.
func parsePoint(s *batch.Schema) parse {
	return func(text []byte) (batch.Value, error) {
		text, ok1 := bytes.CutPrefix(text, []byte("("))
		text, ok2 := bytes.CutSuffix(text, []byte(")"))
		left, right, ok3 := bytes.Cut(text, []byte(","))
		x, err1 := float(left, 64)
		y, err2 := float(right, 64)
		if !ok1 || !ok2 || !ok3 || err1 != nil || err2 != nil {
			return batch.Value{}, errPoint
		}
		return pointValue(s, x, y), nil
	}
}

func pointValue(s *batch.Schema, x, y float64) batch.Value {
	wkb := append([]byte{1}, 1, 0, 0, 0) // little endian, type 1
	wkb = binary.LittleEndian.AppendUint64(wkb, math.Float64bits(x))
	wkb = binary.LittleEndian.AppendUint64(wkb, math.Float64bits(y))
	return batch.StructValueOf(&batch.StructValue{Schema: s,
		Fields: []batch.Value{batch.Float64Value(x), batch.Float64Value(y), batch.BytesValue(wkb), batch.Null()}})
}

// hasSRID marks, in the type of an EWKB, that an identifier of the reference system follows.
const hasSRID = 0x20000000

// parseGeometry reads PostGIS's hexadecimal EWKB; wkb stays as it is, srid is read out of it.
// Source: PostgisGeometry.
func parseGeometry(s *batch.Schema) parse {
	return func(text []byte) (batch.Value, error) {
		wkb, err := hex.AppendDecode(nil, text)
		if err != nil || len(wkb) < 5 {
			return batch.Value{}, errGeometry
		}
		var order binary.ByteOrder = binary.LittleEndian
		if wkb[0] == 0 {
			order = binary.BigEndian
		}
		srid := batch.Null()
		if order.Uint32(wkb[1:])&hasSRID != 0 {
			if len(wkb) < 9 {
				return batch.Value{}, errGeometry
			}
			srid = batch.Int32Value(int32(order.Uint32(wkb[5:])))
		}
		return batch.StructValueOf(&batch.StructValue{Schema: s, Fields: []batch.Value{batch.BytesValue(wkb), srid}}), nil
	}
}

// parseShape gives parse the text of a geometric type with numbers as Java writes them.
func parseShape(parse parse) parse {
	return func(text []byte) (batch.Value, error) {
		var out []byte
		for at := 0; at < len(text); {
			n := at
			for n < len(text) && !bytes.ContainsRune([]byte("()[]{}<>,"), rune(text[n])) {
				n++
			}
			if n == at {
				out = append(out, text[at])
				at++
				continue
			}
			v, err := float(text[at:n], 64)
			if err != nil {
				return batch.Value{}, err
			}
			out = java.AppendDouble(out, v)
			at = n
		}
		return parse(out)
	}
}
