package literal

import (
	"cmp"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// HashMapOrder gives the iteration order of a java.util.HashMap filled with keys in order, as indices. Where
// addresses decide it (byte arrays, structs), the order stays.
func HashMapOrder(keys []batch.Value) []int32 { return JavaText{}.order(keys) }

// hashOrder gives the iteration order of a java.util.HashMap filled with keys in order, as indices. ok
// is false where it depends on addresses (byte arrays as keys) or on the hash of a schema (structs).
func hashOrder(keys []batch.Value) (order []int32, ok bool) {
	hashes := make([]int32, len(keys))
	for i, k := range keys {
		if hashes[i], ok = hashCode(k); !ok {
			return nil, false
		}
	}
	return java.HashOrder(hashes, 0, func(a, b int32) int { return compareKeys(keys, a, b) }), true
}

// compareKeys orders keys of one class as compareTo does where it matters: keys of equal hash. Java
// orders those that cannot be compared by address; here by their place.
func compareKeys(keys []batch.Value, a, b int32) int {
	x, y := keys[a], keys[b]
	if x.Tag() == y.Tag() {
		switch x.Tag() {
		case batch.TagString:
			return java.CompareUTF16(x.Str(), y.Str())
		case batch.TagInt64, batch.TagDate:
			return cmp.Compare(x.Int(), y.Int())
		case batch.TagFloat32, batch.TagFloat64:
			return cmp.Compare(x.Float(), y.Float())
		}
	}
	return cmp.Compare(a, b)
}

// hashCode is Object.hashCode; ok is false where no two runs of Java agree or a schema takes part.
func hashCode(v batch.Value) (h int32, ok bool) {
	switch v.Tag() {
	case batch.TagNull:
		return 0, true
	case batch.TagInt8, batch.TagInt16, batch.TagInt32:
		return java.HashInt(int32(v.Int())), true
	case batch.TagInt64, batch.TagDate:
		return java.HashLong(v.Int()), true
	case batch.TagFloat32:
		return java.HashFloat(float32(v.Float())), true
	case batch.TagFloat64:
		return java.HashDouble(v.Float()), true
	case batch.TagBoolean:
		return java.HashBool(v.Bool()), true
	case batch.TagString:
		return java.HashString(v.Str()), true
	case batch.TagDecimal:
		return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Hash(), true
	case batch.TagArray:
		h = 1
		for _, e := range v.Array() {
			eh, ok := hashCode(e)
			if !ok {
				return 0, false
			}
			h = 31*h + eh
		}
		return h, true
	case batch.TagMap:
		m := v.Map()
		for i := range m.Keys {
			kh, ok1 := hashCode(m.Keys[i])
			vh, ok2 := hashCode(m.Values[i])
			if !ok1 || !ok2 {
				return 0, false
			}
			h += kh ^ vh
		}
		return h, true
	}
	return 0, false
}
