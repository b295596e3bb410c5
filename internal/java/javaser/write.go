package javaser

import "encoding/binary"

// Entry is one mapping.
type Entry struct{ Key, Value []byte }

const (
	hashMapUID   = 362498820763181265
	byteArrayUID = -5984413125824719648

	tagNull          = 0x70
	tagReference     = 0x71
	tagClassDesc     = 0x72
	tagObject        = 0x73
	tagString        = 0x74
	tagArray         = 0x75
	tagBlockData     = 0x77
	tagEndBlockData  = 0x78
	tagReset         = 0x79
	tagBlockDataLong = 0x7a
	tagLongString    = 0x7c

	baseHandle = 0x7e0000
	// arrayClassHandle is given to the class of byte[] behind those of HashMap's class and object.
	arrayClassHandle = baseHandle + 2
)

// Append appends the stream of a HashMap that holds the entries, in their order. Java accepts any
// order: it hashes byte[] by identity.
func Append(dst []byte, entries []Entry) []byte {
	dst = append(append(dst, streamMagic...), tagObject, tagClassDesc)
	dst = appendText(dst, "java.util.HashMap")
	dst = binary.BigEndian.AppendUint64(dst, hashMapUID)
	dst = append(dst, 3, 0, 2, 'F')
	dst = appendText(dst, "loadFactor")
	dst = append(dst, 'I')
	dst = appendText(dst, "threshold")
	dst = append(dst, tagEndBlockData, tagNull, 0x3f, 0x40, 0, 0) // 0.75f
	buckets := uint32(16)
	for uint64(len(entries))*4 > uint64(buckets)*3 {
		buckets *= 2
	}
	threshold := buckets / 4 * 3
	if len(entries) == 0 {
		threshold = 0
	}
	dst = binary.BigEndian.AppendUint32(dst, threshold)
	dst = append(dst, tagBlockData, 8)
	dst = binary.BigEndian.AppendUint32(dst, buckets)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(entries)))
	described := false
	for _, e := range entries {
		dst = appendArray(dst, e.Key, &described)
		dst = appendArray(dst, e.Value, &described)
	}
	return append(dst, tagEndBlockData)
}

func appendText(dst []byte, s string) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...)
}

func appendArray(dst, b []byte, described *bool) []byte {
	if b == nil {
		return append(dst, tagNull)
	}
	dst = append(dst, tagArray)
	if *described {
		dst = append(dst, tagReference)
		dst = binary.BigEndian.AppendUint32(dst, arrayClassHandle)
	} else {
		*described = true
		dst = append(dst, tagClassDesc)
		dst = appendText(dst, "[B")
		uid := int64(byteArrayUID)
		dst = binary.BigEndian.AppendUint64(dst, uint64(uid))
		dst = append(dst, 2, 0, 0, tagEndBlockData, tagNull)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(b)))
	return append(dst, b...)
}
