package avro

import (
	"cmp"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/internal/java"
)

// textMapOrder returns the entries of an Avro map in the order in which the original's map iterates, which goes
// through two hash maps: one of Utf8 keys, made for the first block, and one of Strings, made for all. m has the
// keys as bytes, the result as text.
func textMapOrder(m *batch.MapValue, firstBlock int) *batch.MapValue {
	hashes := make([]int32, len(m.Keys))
	for i, k := range m.Keys {
		hashes[i] = utf8Hash(k.Str())
	}
	text := &batch.MapValue{}
	for _, i := range java.HashOrder(hashes, java.TableSize(firstBlock), func(a, b int32) int { return cmp.Compare(m.Keys[a].Str(), m.Keys[b].Str()) }) {
		text.Put(batch.StringValue(string(java.AppendUTF8(nil, []byte(m.Keys[i].Str())))), m.Values[i])
	}
	for i, k := range text.Keys {
		hashes[i] = java.HashString(k.Str())
	}
	return ordered(text, java.HashOrder(hashes[:len(text.Keys)], java.TableSize(len(m.Keys)), func(a, b int32) int {
		return java.CompareUTF16(text.Keys[a].Str(), text.Keys[b].Str())
	}))
}

// utf8Hash is Utf8.hashCode of Avro 1.11.
func utf8Hash[T ~string | ~[]byte](s T) int32 {
	h := int32(0)
	for i := range len(s) {
		h = h*31 + int32(int8(s[i]))
	}
	return h
}

// entryOrder returns the entries of a map of any keys in the iteration order of a HashMap made for count entries.
func entryOrder(m *batch.MapValue, count int) *batch.MapValue {
	if len(m.Keys) < 2 {
		return m
	}
	hashes := make([]int32, len(m.Keys))
	for i, k := range m.Keys {
		hashes[i] = hashmap.Hash(k, java.HashByteBuffer) // bytes are buffers
	}
	return ordered(m, java.HashOrder(hashes, java.TableSize(count), func(a, b int32) int { return hashmap.Compare(m.Keys[a], m.Keys[b]) }))
}

// hashOrdered returns a schemaless value with every map in it in the order of a new HashMap.
func hashOrdered(v batch.Value) batch.Value {
	switch v.Tag() {
	case batch.TagArray:
		for i, e := range v.Array() {
			v.Array()[i] = hashOrdered(e)
		}
	case batch.TagMap:
		m := entryOrder(v.Map(), hashMapTable)
		for i, e := range m.Values {
			m.Values[i] = hashOrdered(e)
		}
		return batch.MapValueOf(m)
	}
	return v
}

func ordered(m *batch.MapValue, order []int32) *batch.MapValue {
	out := &batch.MapValue{Keys: make([]batch.Value, 0, len(order)), Values: make([]batch.Value, 0, len(order))}
	for _, i := range order {
		out.Keys, out.Values = append(out.Keys, m.Keys[i]), append(out.Values, m.Values[i])
	}
	return out
}
