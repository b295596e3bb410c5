package offset

import (
	"encoding/binary"
	"sort"

	"github.com/millrace/millrace/batch"
)

// Key returns bytes that are equal for source partitions that are equal by content: maps by their
// entries in any order, numbers by type and value. Source: Map.equals of the partitions.
func Key(v batch.Value) string { return string(appendKey(nil, v)) }

func appendKey(dst []byte, v batch.Value) []byte {
	dst = append(dst, byte(v.Tag()))
	switch v.Tag() {
	case batch.TagString:
		return appendKeyText(dst, v.Str())
	case batch.TagBytes:
		return appendKeyText(dst, string(v.Bytes()))
	case batch.TagArray:
		dst = binary.AppendUvarint(dst, uint64(len(v.Array())))
		for _, e := range v.Array() {
			dst = appendKey(dst, e)
		}
		return dst
	case batch.TagMap:
		m := v.Map()
		entries := make([]string, len(m.Keys))
		for i := range m.Keys {
			entries[i] = string(appendKey(appendKey(nil, m.Keys[i]), m.Values[i]))
		}
		sort.Strings(entries)
		dst = binary.AppendUvarint(dst, uint64(len(entries)))
		for _, e := range entries {
			dst = append(dst, e...)
		}
		return dst
	case batch.TagFloat32, batch.TagFloat64:
		return appendFloat(dst, v)
	}
	return binary.BigEndian.AppendUint64(dst, uint64(v.Int()))
}

func appendFloat(dst []byte, v batch.Value) []byte {
	// Int gives the bits that the value is stored by; equal floats of one type have equal bits.
	return binary.BigEndian.AppendUint64(dst, uint64(v.Int()))
}

func appendKeyText(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}
