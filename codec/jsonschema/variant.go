package jsonschema

import (
	"encoding/binary"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// A variant is a value of any type in Apache Parquet's binary form: bytes with the names of all members, and bytes with
// the value. Connect's struct of it has both.
// Source: io.confluent.kafka.schemaregistry.type.VariantFormat, VariantBuilder, VariantUtils.

// Basic types, in the two lowest bits of a value's first byte.
const (
	variantPrimitive = iota
	variantShortText
	variantObject
	variantArray
)

// Primitive types, in the bits above.
const (
	variantNull = iota
	variantTrue
	variantFalse
	variantInt8
	variantInt16
	variantInt32
	variantInt64
	variantDouble
	variantDecimal4
	variantDecimal8
	variantDecimal16
	variantDate
	variantTimestamp
	variantLocalTimestamp
	variantFloat
	variantBinary
	variantLongText
	variantTime
	variantNanos
	variantLocalNanos
	variantUUID
)

const (
	variantVersion   = 1
	variantTextMax   = 63 // bytes of a short text
	decimal4Digits   = 9
	decimal8Digits   = 18
	decimal16Digits  = 38
	variantDepthMax  = jsonscan.DepthMax
	variantSmallSize = 0xff // elements that a size of one byte counts
)

// readVariant puts a value of any type into a variant.
func readVariant(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	var w variantWriter
	value, err := w.append(nil, n)
	if err != nil {
		return batch.Null(), err
	}
	out := batch.NewStructValue(s)
	if len(out.Fields) != 2 {
		return batch.Null(), codec.Data("a variant has the fields metadata and value, not %d fields", len(out.Fields))
	}
	if err := put(out, 0, batch.BytesValue(w.metadata())); err != nil {
		return batch.Null(), err
	}
	return batch.StructValueOf(out), put(out, 1, batch.BytesValue(value))
}

// variantWriter makes variants. It collects the names of members.
type variantWriter struct {
	names []string
	ids   map[string]int
}

func (w *variantWriter) id(name string) int {
	if id, ok := w.ids[name]; ok {
		return id
	}
	if w.ids == nil {
		w.ids = map[string]int{}
	}
	w.ids[name] = len(w.names)
	w.names = append(w.names, encoded(name))
	return len(w.names) - 1
}

// metadata returns the names, in the order in which they were met.
func (w *variantWriter) metadata() []byte {
	total := 0
	for _, n := range w.names {
		total += len(n)
	}
	width := widthOf(max(total, len(w.names)))
	dst := appendSized([]byte{byte(variantVersion | (width-1)<<6)}, len(w.names), width)
	at := 0
	for _, n := range w.names {
		dst = appendSized(dst, at, width)
		at += len(n)
	}
	dst = appendSized(dst, at, width)
	for _, n := range w.names {
		dst = append(dst, n...)
	}
	return dst
}

// widthOf is in how many bytes a number fits.
func widthOf(n int) int {
	switch {
	case n <= 0xff:
		return 1
	case n <= 0xffff:
		return 2
	case n <= 0xffffff:
		return 3
	}
	return 4
}

func appendSized(dst []byte, n, width int) []byte {
	for range width {
		dst = append(dst, byte(n))
		n >>= 8
	}
	return dst
}

func (w *variantWriter) append(dst []byte, n *jsonscan.Node) ([]byte, error) {
	switch n.Kind {
	case jsonscan.Null:
		return append(dst, variantNull<<2), nil
	case jsonscan.Boolean:
		if n.Bool {
			return append(dst, variantTrue<<2), nil
		}
		return append(dst, variantFalse<<2), nil
	case jsonscan.String:
		text := encoded(n.Text)
		if len(text) <= variantTextMax {
			return append(append(dst, byte(len(text)<<2|variantShortText)), text...), nil
		}
		return append(binary.LittleEndian.AppendUint32(append(dst, variantLongText<<2), uint32(len(text))), text...), nil
	case jsonscan.Integer, jsonscan.Decimal:
		return appendNumber(dst, n)
	case jsonscan.Array:
		return w.array(dst, n)
	case jsonscan.Object:
		return w.object(dst, n)
	}
	return dst, illegalArgument("Unsupported JSON node type: "+n.Kind.TypeName(), nil)
}

func appendNumber(dst []byte, n *jsonscan.Node) ([]byte, error) {
	switch {
	case n.IsInt32():
		return binary.LittleEndian.AppendUint32(append(dst, variantInt32<<2), uint32(n.Int)), nil
	case n.Kind == jsonscan.Integer && n.Num == nil:
		return binary.LittleEndian.AppendUint64(append(dst, variantInt64<<2), uint64(n.Int)), nil
	}
	d := n.DecimalValue()
	small, _ := d.Int64()
	if d.Scale() != 0 {
		small = java.BigToLong(d.Unscaled())
	}
	switch digits := d.Precision(); {
	case digits <= decimal4Digits:
		return binary.LittleEndian.AppendUint32(append(dst, variantDecimal4<<2, byte(d.Scale())), uint32(small)), nil
	case digits <= decimal8Digits:
		return binary.LittleEndian.AppendUint64(append(dst, variantDecimal8<<2, byte(d.Scale())), uint64(small)), nil
	case digits > decimal16Digits:
		return dst, codec.Data("a number of %d digits does not fit into a variant: %d are the most", digits, decimal16Digits)
	}
	b := java.AppendBigBytes(nil, d.Unscaled())
	slices.Reverse(b)
	sign := byte(int8(b[len(b)-1]) >> 7)
	dst = append(append(dst, variantDecimal16<<2, byte(d.Scale())), b...)
	for range 16 - len(b) {
		dst = append(dst, sign)
	}
	return dst, nil
}

func (w *variantWriter) array(dst []byte, n *jsonscan.Node) ([]byte, error) {
	var data []byte
	ends := []int{0}
	for i := range n.Items {
		var err error
		if data, err = w.append(data, &n.Items[i]); err != nil {
			return dst, err
		}
		ends = append(ends, len(data))
	}
	width, size, large := widthOf(len(data)), 1, 0
	if len(n.Items) > variantSmallSize {
		size, large = 4, 1
	}
	dst = appendSized(append(dst, byte(large<<4|(width-1)<<2|variantArray)), len(n.Items), size)
	for _, e := range ends {
		dst = appendSized(dst, e, width)
	}
	return append(dst, data...), nil
}

func (w *variantWriter) object(dst []byte, n *jsonscan.Node) ([]byte, error) {
	type field struct {
		name string
		id   int
		data []byte
	}
	fields := make([]field, len(n.Items))
	total, last := 0, 0
	for i := range n.Items {
		id := w.id(n.Names[i])
		data, err := w.append(nil, &n.Items[i])
		if err != nil {
			return dst, err
		}
		fields[i] = field{n.Names[i], id, data}
		total += len(data)
		last = max(last, id)
	}
	slices.SortFunc(fields, func(a, b field) int { return java.CompareUTF16(a.name, b.name) })
	width, idWidth, size, large := widthOf(total), widthOf(last), 1, 0
	if len(fields) > variantSmallSize {
		size, large = 4, 1
	}
	dst = appendSized(append(dst, byte(large<<6|(idWidth-1)<<4|(width-1)<<2|variantObject)), len(fields), size)
	for _, f := range fields {
		dst = appendSized(dst, f.id, idWidth)
	}
	at := 0
	for _, f := range fields {
		dst = appendSized(dst, at, width)
		at += len(f.data)
	}
	dst = appendSized(dst, at, width)
	for _, f := range fields {
		dst = append(dst, f.data...)
	}
	return dst, nil
}
