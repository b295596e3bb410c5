package jsonschema

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// variant appends the value of a variant as JSON.
func (w *plainWriter) variant(dst []byte, v batch.Value) ([]byte, error) {
	s := v.Struct()
	if s == nil {
		return dst, codec.Data("Invalid type for Variant, expected Struct but was class %s", v.Tag().JavaClass())
	}
	if len(s.Fields) != 2 {
		return dst, codec.Data("a variant has the fields metadata and value, not %d fields", len(s.Fields))
	}
	r := variantReader{metadata: s.Fields[0].Bytes()}
	out, err := r.value(dst, s.Fields[1].Bytes(), 0)
	w.deepest = max(w.deepest, r.deepest)
	if err != nil {
		return dst, &codec.Error{Class: codec.DataException, Text: "Malformed variant", Pos: -1, Err: err}
	}
	return out, nil
}

// errVariant is the cause of every failure to read a variant.
var errVariant = errors.New("the bytes are no variant")

type variantReader struct {
	metadata []byte
	deepest  int
}

// sized reads the i-th of little-endian numbers.
func sized(b []byte, i, width int) (int, bool) {
	if i < 0 || (i+1)*width > len(b) {
		return 0, false
	}
	n := 0
	for k := width - 1; k >= 0; k-- {
		n = n<<8 | int(b[i*width+k])
	}
	return n, n <= math.MaxInt32
}

// name returns the name of an id.
func (r *variantReader) name(id int) (string, error) {
	m := r.metadata
	if len(m) == 0 {
		return "", errVariant
	}
	width := int(m[0]>>6) + 1
	count, ok := sized(m[1:], 0, width)
	if !ok || id >= count {
		return "", errVariant
	}
	from, ok1 := sized(m[1:], 1+id, width)
	to, ok2 := sized(m[1:], 2+id, width)
	data := 1 + width*(count+2)
	if !ok1 || !ok2 || from > to || data+to > len(m) {
		return "", errVariant
	}
	return string(m[data+from : data+to]), nil
}

func (r *variantReader) value(dst, b []byte, depth int) ([]byte, error) {
	if len(b) == 0 || depth > variantDepthMax {
		return dst, errVariant
	}
	kind, rest := b[0]>>2, b[1:]
	switch b[0] & 3 {
	case variantPrimitive:
		return primitive(dst, kind, rest)
	case variantShortText:
		if int(kind) > len(rest) {
			return dst, errVariant
		}
		return jsonscan.AppendString(dst, rest[:kind]), nil
	}
	r.deepest = max(r.deepest, depth+1)
	return r.container(dst, b[0]&3 == variantObject, kind, rest, depth+1)
}

// container appends an object or an array.
func (r *variantReader) container(dst []byte, object bool, kind byte, b []byte, depth int) ([]byte, error) {
	width, size, idWidth := int(kind&3)+1, 1, 0
	large := kind&4 != 0
	if object {
		idWidth, large = int(kind>>2&3)+1, kind&16 != 0
	}
	if large {
		size = 4
	}
	count, ok := sized(b, 0, size)
	if !ok || size+count*idWidth+(count+1)*width > len(b) {
		return dst, errVariant
	}
	ids, ends, data := b[size:], b[size+count*idWidth:], b[size+count*idWidth+(count+1)*width:]
	open, closing := byte('['), byte(']')
	if object {
		open, closing = '{', '}'
	}
	dst = append(dst, open)
	for i := range count {
		if i > 0 {
			dst = append(dst, ',')
		}
		if object {
			id, _ := sized(ids, i, idWidth)
			name, err := r.name(id)
			if err != nil {
				return dst, err
			}
			dst = append(jsonscan.AppendString(dst, name), ':')
		}
		at, _ := sized(ends, i, width)
		if at > len(data) {
			return dst, errVariant
		}
		var err error
		if dst, err = r.value(dst, data[at:], depth); err != nil {
			return dst, err
		}
	}
	return append(dst, closing), nil
}

// variantSizes are the bytes of primitives of fixed size.
var variantSizes = [...]int{
	variantInt8: 1, variantInt16: 2, variantInt32: 4, variantInt64: 8, variantDouble: 8, variantDecimal4: 5, variantDecimal8: 9, variantDecimal16: 17,
	variantDate: 4, variantTimestamp: 8, variantLocalTimestamp: 8, variantFloat: 4, variantBinary: 4, variantLongText: 4, variantTime: 8,
	variantNanos: 8, variantLocalNanos: 8, variantUUID: 16,
}

// primitive appends a value that is neither object nor array.
func primitive(dst []byte, kind byte, b []byte) ([]byte, error) {
	if int(kind) >= len(variantSizes) || len(b) < variantSizes[kind] {
		return dst, errVariant
	}
	whole := func() int64 {
		var w [8]byte
		n := variantSizes[kind]
		copy(w[:], b[:n])
		shift := 64 - 8*n
		return int64(binary.LittleEndian.Uint64(w[:])) << shift >> shift
	}
	switch kind {
	case variantNull:
		return append(dst, "null"...), nil
	case variantTrue:
		return append(dst, "true"...), nil
	case variantFalse:
		return append(dst, "false"...), nil
	case variantInt8, variantInt16, variantInt32, variantInt64:
		return java.AppendInt(dst, whole()), nil
	case variantDouble:
		return jsonscan.AppendDouble(dst, math.Float64frombits(uint64(whole()))), nil
	case variantFloat:
		return jsonscan.AppendFloat(dst, math.Float32frombits(uint32(whole()))), nil
	case variantDecimal4, variantDecimal8, variantDecimal16:
		u := slices.Clone(b[1:variantSizes[kind]])
		slices.Reverse(u)
		return java.NewDecimalBig(java.BigFromBytes(u), int32(int8(b[0]))).Append(dst), nil
	case variantBinary, variantLongText:
		n := binary.LittleEndian.Uint32(b)
		if uint64(n) > uint64(len(b)-4) {
			return dst, errVariant
		}
		if b = b[4 : 4+n]; kind == variantLongText {
			return jsonscan.AppendString(dst, b), nil
		}
		return jsonscan.AppendString(dst, base64.StdEncoding.EncodeToString(b)), nil
	case variantUUID:
		return jsonscan.AppendString(dst, fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])), nil
	}
	return jsonscan.AppendString(dst, instant(kind, whole())), nil
}

// instant is a date or time as ISO 8601. Source: VariantUtils.toJsonNode, java.time.Instant.toString.
func instant(kind byte, n int64) string {
	const micros = 1_000_000
	t, zone := time.UnixMicro(n).UTC(), ""
	switch kind {
	case variantDate:
		return time.Unix(n*86_400, 0).UTC().Format(time.DateOnly)
	case variantTime:
		n %= 86_400 * micros
		t = time.UnixMicro(n).UTC()
	case variantNanos, variantLocalNanos:
		t = time.Unix(0, n).UTC()
	}
	if kind == variantTimestamp || kind == variantNanos {
		zone = "Z"
	}
	layout := "2006-01-02T15:04:05"
	if kind == variantTime {
		layout = time.TimeOnly
	}
	out := t.Format(layout)
	switch nano := t.Nanosecond(); {
	case nano == 0:
	case nano%1_000_000 == 0:
		out += fmt.Sprintf(".%03d", nano/1_000_000)
	case nano%1_000 == 0:
		out += fmt.Sprintf(".%06d", nano/1_000)
	default:
		out += fmt.Sprintf(".%09d", nano)
	}
	return out + zone
}
