package java

import (
	"encoding/binary"
	"unicode/utf8"
)

type endian = binary.ByteOrder

var (
	bigEndian    endian = binary.BigEndian
	littleEndian endian = binary.LittleEndian
)

// decodeUTF16 decodes UTF-16 of the given byte order; marked forms obey and drop a byte order
// mark. Source: sun.nio.cs.UnicodeDecoder: a high surrogate with a wrong second unit loses both.
func decodeUTF16(order endian, marked bool) func(dst, b []byte) []byte {
	return func(dst, b []byte) []byte {
		order := order
		if marked && len(b) >= 2 {
			switch binary.BigEndian.Uint16(b) {
			case 0xfeff:
				order, b = bigEndian, b[2:]
			case 0xfffe:
				order, b = littleEndian, b[2:]
			}
		}
		for len(b) >= 2 {
			u := rune(order.Uint16(b))
			switch {
			case u >= 0xdc00 && u < 0xe000:
				u, b = utf8.RuneError, b[2:]
			case u >= 0xd800 && u < 0xdc00:
				if len(b) < 4 {
					return append(dst, "\uFFFD"...)
				}
				low := rune(order.Uint16(b[2:]))
				b = b[4:]
				if low >= 0xdc00 && low < 0xe000 {
					u = 0x10000 + (u-0xd800)<<10 + low - 0xdc00
				} else {
					u = utf8.RuneError
				}
			default:
				b = b[2:]
			}
			dst = utf8.AppendRune(dst, u)
		}
		if len(b) > 0 {
			dst = append(dst, "\uFFFD"...)
		}
		return dst
	}
}

// encodeUTF16 encodes text; a marked form starts with a byte order mark unless it is empty.
func encodeUTF16(order endian, mark bool) func(dst, text []byte) []byte {
	return func(dst, text []byte) []byte {
		put := func(u rune) {
			var b [2]byte
			order.PutUint16(b[:], uint16(u))
			dst = append(dst, b[:]...)
		}
		if mark && len(text) > 0 {
			put(0xfeff)
		}
		for i := 0; i < len(text); {
			r, size := decodeRune(text[i:])
			i += size
			if r < 0x10000 {
				put(r)
				continue
			}
			put(highSurrogate(r))
			put(lowSurrogate(r))
		}
		return dst
	}
}

// decodeUTF32 decodes UTF-32. Source: sun.nio.cs.UTF_32Coder.
func decodeUTF32(order endian, marked bool) func(dst, b []byte) []byte {
	return func(dst, b []byte) []byte {
		order := order
		if marked && len(b) >= 4 {
			switch binary.BigEndian.Uint32(b) {
			case 0xfeff:
				order, b = bigEndian, b[4:]
			case 0xfffe0000:
				order, b = littleEndian, b[4:]
			}
		} else if !marked && len(b) >= 4 && order.Uint32(b) == 0xfeff {
			b = b[4:]
		}
		for len(b) >= 4 {
			u := order.Uint32(b)
			b = b[4:]
			if u > utf8.MaxRune {
				u = utf8.RuneError
			}
			dst = utf8.AppendRune(dst, rune(u))
		}
		if len(b) > 0 {
			dst = append(dst, "\uFFFD"...)
		}
		return dst
	}
}

func encodeUTF32(order endian) func(dst, text []byte) []byte {
	return func(dst, text []byte) []byte {
		for i := 0; i < len(text); {
			r, size := decodeRune(text[i:])
			i += size
			var b [4]byte
			order.PutUint32(b[:], uint32(r))
			dst = append(dst, b[:]...)
		}
		return dst
	}
}
