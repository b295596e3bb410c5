package schemaregistry

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// The first byte of a frame. Source: SchemaId.
const (
	magicNumber = 0 // a number of four bytes follows, high byte first
	magicGUID   = 1 // sixteen bytes of a GUID follow
)

const (
	numberFrame = 5
	guidFrame   = 17
)

// GUID is the identity of a schema beyond one registry.
type GUID [16]byte

// ParseGUID reads the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.
func ParseGUID(text string) (GUID, error) {
	var g GUID
	parts := strings.Split(text, "-")
	if len(parts) != 5 || len(text) != 36 || len(parts[0]) != 8 || len(parts[1]) != 4 || len(parts[2]) != 4 || len(parts[3]) != 4 {
		return g, fmt.Errorf("Invalid UUID string: %s", text) //nolint:staticcheck // Java's text
	}
	if _, err := hex.Decode(g[:], []byte(strings.Join(parts, ""))); err != nil {
		return g, fmt.Errorf("Invalid UUID string: %s", text) //nolint:staticcheck // Java's text
	}
	return g, nil
}

// String is the GUID as registries write it.
func (g GUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", g[:4], g[4:6], g[6:8], g[8:10], g[10:])
}

// ID says which schema a record was written with. The zero value names none. IDs may be compared.
// Source: SchemaId.
type ID struct {
	Number    int32
	HasNumber bool
	GUID      GUID
	HasGUID   bool
	// indexes are the message indexes of a Protobuf frame as they stand there, "" = none.
	indexes string
}

// Indexes are the positions of a Protobuf message in its file, outermost first; nil for other formats.
func (id ID) Indexes() []int32 {
	if id.indexes == "" {
		return nil
	}
	out, _, _ := readIndexes([]byte(id.indexes), true)
	return out
}

// Text prints the ID of a record of a format (Avro, Protobuf, JSON) as Java's SchemaId does.
func (id ID) Text(format string) string { return id.text(format) }

// text prints the ID as Java's SchemaId does.
func (id ID) text(format string) string {
	number, guid, indexes := "null", "null", "null"
	if id.HasNumber {
		number = strconv.Itoa(int(id.Number))
	}
	if id.HasGUID {
		guid = id.GUID.String()
	}
	if id.indexes != "" {
		indexes = strings.ReplaceAll(fmt.Sprint(id.Indexes()), " ", ", ")
	}
	return fmt.Sprintf("SchemaId{schemaType='%s', id=%s, guid='%s', messageIndexes=%s}", format, number, guid, indexes)
}

// AppendNumber appends the prefix of a record whose schema has a number, less the message indexes of Protobuf.
func AppendNumber(dst []byte, number int32) []byte {
	return binary.BigEndian.AppendUint32(append(dst, magicNumber), uint32(number))
}

// AppendGUID appends the prefix of a record, or the value of a header, that names a schema by GUID.
func AppendGUID(dst []byte, g GUID) []byte { return append(append(dst, magicGUID), g[:]...) }

// AppendIndexes appends message indexes as they stand after an id.
func AppendIndexes(dst []byte, indexes ...int32) []byte {
	if len(indexes) == 1 && indexes[0] == 0 {
		return append(dst, 0)
	}
	dst = binary.AppendVarint(dst, int64(len(indexes)))
	for _, i := range indexes {
		dst = binary.AppendVarint(dst, int64(i))
	}
	return dst
}

// Failures of frames, in Java's classes.
type frameError uint8

const (
	frameFine frameError = iota
	frameMagic
	frameShort
	frameVarint
	frameCount
)

// measure returns how many bytes the frame at the start of b takes: id, and for Protobuf message indexes.
// Source: SchemaId.fromBytes.
func measure(b []byte, indexed bool) (size int, bad frameError) {
	switch {
	case len(b) == 0:
		return 0, frameShort
	case b[0] == magicNumber:
		size = numberFrame
	case b[0] == magicGUID:
		size = guidFrame
	default:
		return 0, frameMagic
	}
	if len(b) < size {
		return 0, frameShort
	}
	if !indexed {
		return size, frameFine
	}
	_, n, bad := readIndexes(b[size:], false)
	return size + n, bad
}

// parseID reads a frame that measure took the size of.
func parseID(frame []byte) (id ID) {
	size := numberFrame
	if frame[0] == magicGUID {
		size = guidFrame
		copy(id.GUID[:], frame[1:])
		id.HasGUID = true
	} else {
		id.Number, id.HasNumber = int32(binary.BigEndian.Uint32(frame[1:])), true
	}
	id.indexes = string(frame[size:])
	return id
}

// readIndexes reads a list of message indexes. Without keep it is only measured.
// Source: SchemaId.SchemaMessageIndexes.readFrom, ByteUtils.readVarint.
func readIndexes(b []byte, keep bool) (list []int32, size int, bad frameError) {
	count, size, bad := readVarint(b)
	switch {
	case bad != frameFine:
		return nil, 0, bad
	case count == 0:
		return []int32{0}[:1:1], size, frameFine
	case count < 0:
		return nil, 0, frameCount
	case int(count) > len(b): // each takes a byte at least
		return nil, 0, frameShort
	}
	for range count {
		v, n, bad := readVarint(b[size:])
		if bad != frameFine {
			return nil, 0, bad
		}
		if keep {
			list = append(list, v)
		}
		size += n
	}
	return list, size, frameFine
}

// readVarint reads a zigzag varint of at most five bytes.
func readVarint(b []byte) (v int32, size int, bad frameError) {
	var u uint32
	for i := range 5 {
		if i == len(b) {
			return 0, 0, frameShort
		}
		u |= uint32(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return int32(u>>1) ^ -int32(u&1), i + 1, frameFine
		}
	}
	return 0, 0, frameVarint
}
