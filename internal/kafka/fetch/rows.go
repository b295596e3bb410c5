package fetch

// row is where the parts of a record lie in the records of its batch.
type row struct {
	offset, time int64
	key, value   span
	headers      span // n counts them, at is behind their count
}

// span is n bytes from at on; n is -1 for null.
type span struct{ at, n int32 }

// in returns the bytes in b, nil for null.
func (s span) in(b []byte) []byte {
	if s.n < 0 {
		return nil
	}
	return b[s.at : s.at+s.n]
}

// scan reads one record, which begins at b[i]. end is where it ends; ok is false for one that is not as every known
// producer writes it, which the record API is to judge.
//
//	length varint | attributes int8 | timestamp delta varlong | offset delta varint |
//	key length varint, key | value length varint, value | headers varint, each: key length, key, value length, value
func scan(b []byte, i int, first, base int64, r *row) (end int, ok bool) {
	length, i := varint(b, i)
	if i < 0 || length < 0 || length > int64(len(b)-i) {
		return 0, false
	}
	end = i + int(length)
	b = b[:end]
	i++ // attributes: none are in use
	time, i := varint(b, i)
	delta, i := varint(b, i)
	if delta != int64(int32(delta)) {
		return 0, false
	}
	r.time = base + time
	r.offset = first + delta
	if r.key, i, ok = readSpan(b, i); !ok {
		return 0, false
	}
	if r.value, i, ok = readSpan(b, i); !ok {
		return 0, false
	}
	n, i := varint(b, i)
	if i < 0 || n < 0 || n > int64(end-i) {
		return 0, false
	}
	r.headers = span{int32(i), int32(n)}
	for ; n > 0; n-- {
		var s span
		if s, i, ok = readSpan(b, i); !ok || s.n < 0 {
			return 0, false
		}
		if _, i, ok = readSpan(b, i); !ok {
			return 0, false
		}
	}
	return end, i == end
}

// readSpan reads a length and passes over as many bytes.
func readSpan(b []byte, i int) (s span, next int, ok bool) {
	n, i := varint(b, i)
	if i < 0 || n < -1 || n > int64(len(b)-i) {
		return span{}, 0, false
	}
	if n < 0 {
		return span{int32(i), -1}, i, true
	}
	return span{int32(i), int32(n)}, i + int(n), true
}

// varint reads a zigzag varint at b[i] and returns where it ends; below 0 where there is none, or i was.
func varint(b []byte, i int) (v int64, next int) {
	if uint(i) < uint(len(b)) && b[i] < 0x80 {
		return int64(b[i]>>1) ^ -int64(b[i]&1), i + 1
	}
	return longVarint(b, i)
}

func longVarint(b []byte, i int) (v int64, next int) {
	if i < 0 {
		return 0, -1
	}
	var u uint64
	for shift := uint(0); shift < 64; shift += 7 {
		if i >= len(b) {
			return 0, -1
		}
		c := b[i]
		i++
		if shift == 63 && c > 1 {
			return 0, -1
		}
		u |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return int64(u>>1) ^ -int64(u&1), i
		}
	}
	return 0, -1
}
