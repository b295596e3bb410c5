package hashmap

import (
	"cmp"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// Hash is Object.hashCode of a value. ofBytes is that of bytes, which arrays and buffers do not share.
func Hash(v batch.Value, ofBytes func([]byte) int32) int32 {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32:
		return java.HashInt(int32(v.Int()))
	case batch.TagInt64, batch.TagDate:
		return java.HashLong(v.Int())
	case batch.TagFloat32:
		return java.HashFloat(float32(v.Float()))
	case batch.TagFloat64:
		return java.HashDouble(v.Float())
	case batch.TagBoolean:
		return java.HashBool(v.Bool())
	case batch.TagString:
		return java.HashString(v.Str())
	case batch.TagBytes:
		return ofBytes(v.Bytes())
	case batch.TagDecimal:
		return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Hash()
	case batch.TagArray:
		h := int32(1)
		for _, e := range v.Array() {
			h = 31*h + Hash(e, ofBytes)
		}
		return h
	case batch.TagMap:
		h := int32(0)
		for i := range v.Map().Keys {
			h += Hash(v.Map().Keys[i], ofBytes) ^ Hash(v.Map().Values[i], ofBytes)
		}
		return h
	case batch.TagStruct:
		h := int32(1)
		for _, e := range v.Struct().Fields {
			h = 31*h + Hash(e, ofBytes)
		}
		return h
	}
	return 0
}

// Compare orders keys of one comparable class as compareTo, others as equal.
func Compare(a, b batch.Value) int {
	if a.Tag() != b.Tag() {
		return 0
	}
	switch a.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64, batch.TagDate, batch.TagBoolean:
		return cmp.Compare(a.Int(), b.Int())
	case batch.TagFloat32, batch.TagFloat64:
		return cmp.Compare(a.Float(), b.Float())
	case batch.TagString:
		return java.CompareUTF16(a.Str(), b.Str())
	case batch.TagDecimal:
		x, y := a.Decimal(), b.Decimal()
		return java.NewDecimalBig(x.Unscaled, x.Scale).Compare(java.NewDecimalBig(y.Unscaled, y.Scale))
	}
	return 0
}
