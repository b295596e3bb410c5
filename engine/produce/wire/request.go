package wire

import (
	"encoding/binary"
	"errors"

	"github.com/twmb/franz-go/pkg/kbin"
)

// Versions of Produce at which its layout changes.
const (
	produceKey      = 0
	produceFirst    = 3 // wire batches of magic 2
	produceZstd     = 7
	produceFlexible = 9
	produceTopicIDs = 13
	produceLast     = 13
)

// requestHead is the fixed part of a request: length, API key, version, correlation id.
const requestHead = 12

var (
	errCutOff  = errors.New("a produce request ends too soon")
	errVersion = errors.New("the version of a produce request is not known")
)

// place is the records of a partition in a request.
type place struct {
	partition int32
	at, end   int // of the records with their length
	records   []byte
}

// version is that of a request.
func version(b []byte) int16 { return int16(binary.BigEndian.Uint16(b[6:])) }

// flexible reports whether lengths in a request are varints.
func flexible(version int16) bool { return version >= produceFlexible }

// places appends where a Produce request has records.
//
//	client id | tags | transactional id | acks int16 | timeout int32 | topics: name or id,
//	  partitions: partition int32, length, records, tags | tags | tags
func places(dst []place, b []byte) ([]place, error) {
	v := version(b)
	if v < produceFirst || v > produceLast {
		return dst, errVersion
	}
	flexible := flexible(v)
	r := kbin.Reader{Src: b[requestHead:]}
	array, tags := r.ArrayLen, func() {}
	if flexible {
		array, tags = r.CompactArrayLen, func() { skipTags(&r) }
	}
	r.NullableString() // client id
	tags()
	if flexible {
		r.CompactNullableString()
	} else {
		r.NullableString()
	}
	r.Int16()
	r.Int32()
	for topics := array(); topics > 0 && r.Ok(); topics-- {
		switch {
		case v >= produceTopicIDs:
			r.Span(16)
		case flexible:
			r.CompactString()
		default:
			_ = r.String()
		}
		for partitions := array(); partitions > 0 && r.Ok(); partitions-- {
			p := place{partition: r.Int32(), at: len(b) - len(r.Src)}
			if flexible {
				p.records = r.CompactNullableBytes()
			} else {
				p.records = r.NullableBytes()
			}
			p.end = len(b) - len(r.Src)
			tags()
			dst = append(dst, p)
		}
		tags()
	}
	tags()
	if !r.Ok() || len(r.Src) != 0 {
		return dst, errCutOff
	}
	return dst, nil
}

func skipTags(r *kbin.Reader) {
	for n := r.Uvarint(); n > 0 && r.Ok(); n-- {
		r.Uvarint()
		r.Span(int(r.Uvarint()))
	}
}

// appendLength appends the length of n bytes of records.
func appendLength(dst []byte, version int16, n int) []byte {
	if flexible(version) {
		return kbin.AppendUvarint(dst, uint32(n)+1)
	}
	return binary.BigEndian.AppendUint32(dst, uint32(n))
}
