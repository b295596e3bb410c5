package java

import (
	"math"
	"unicode/utf8"
)

// HashString is String.hashCode of s decoded as UTF-8: over UTF-16 units, invalid bytes as U+FFFD
// in the places where new String(bytes, UTF_8) puts them.
func HashString[T ~string | ~[]byte](s T) int32 {
	var h int32
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf {
		h = 31*h + int32(s[i])
		i++
	}
	for i < len(s) {
		r, size := decodeRune(s[i:])
		i += size
		if r < 0x10000 {
			h = 31*h + r
			continue
		}
		h = 31*h + highSurrogate(r)
		h = 31*h + lowSurrogate(r)
	}
	return h
}

// HashLong is Long.hashCode.
func HashLong(v int64) int32 { return int32(v ^ int64(uint64(v)>>32)) }

// HashBool is Boolean.hashCode.
func HashBool(v bool) int32 {
	if v {
		return 1231
	}
	return 1237
}

// HashDouble is Double.hashCode; every NaN hashes like the canonical one.
func HashDouble(v float64) int32 {
	if v != v {
		return HashLong(0x7ff8000000000000)
	}
	return HashLong(int64(math.Float64bits(v)))
}

// HashFloat is Float.hashCode; every NaN hashes like the canonical one.
func HashFloat(v float32) int32 {
	if v != v {
		return 0x7fc00000
	}
	return int32(math.Float32bits(v))
}

// HashInt is the hashCode of Byte, Short and Integer: the value itself.
func HashInt(v int32) int32 { return v }

// HashBytes is Arrays.hashCode(byte[]), which ByteBuffer does not share.
func HashBytes(b []byte) int32 {
	h := int32(1)
	for _, c := range b {
		h = 31*h + int32(int8(c))
	}
	return h
}

// HashByteBuffer is ByteBuffer.hashCode of the remaining bytes: counted from the end.
func HashByteBuffer(b []byte) int32 {
	h := int32(1)
	for i := len(b) - 1; i >= 0; i-- {
		h = 31*h + int32(int8(b[i]))
	}
	return h
}
