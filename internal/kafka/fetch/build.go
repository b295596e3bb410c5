package fetch

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// build makes a batch of the rows so far. Sources stay: the last one may have more rows.
func (b *Builder) build() {
	n := len(b.rows)
	if n == 0 {
		return
	}
	x := b.opt.Pool.New(n)
	x.Topics = batch.Topics{Names: b.names}
	x.Partition = b.partition
	x.Origin = batch.Origin{Topic: b.names[0], Partition: b.partition}
	x.TimestampType = batch.CreateTime
	if b.kind != 0 {
		x.TimestampType = batch.LogAppendTime
	}
	x.Offsets = mem.Alloc[int64](&x.Arena, n)
	x.Timestamps = mem.Alloc[int64](&x.Arena, n)
	for i := range b.rows {
		x.Offsets[i] = b.rows[i].offset
		x.Timestamps[i] = b.rows[i].time
	}
	keys := x.CopyBytes(n, b.sums.key, b.sums.nullKeys)
	values := x.CopyBytes(n, b.sums.value, b.sums.nullValues)
	begin := 0
	for i := range b.sources {
		s := &b.sources[i]
		for k := begin; k < s.end; k++ {
			keys.Set(k, b.rows[k].key.in(s.b))
			values.Set(k, b.rows[k].value.in(s.b))
		}
		begin = s.end
	}
	x.RawKey, x.RawValue = keys.Bytes, values.Bytes
	if b.sums.headers > 0 {
		b.headers(x)
	}
	b.out = append(b.out, Built{x, b.sums.key + b.sums.value})
	b.rows, b.sums = b.rows[:0], sums{}
	if len(b.sources) > 1 {
		b.letGo(len(b.sources) - 1)
	}
	b.sources[0].end = 0
}

// headers adds the headers of all rows. Their values share one piece of the collector's memory, and keys the strings
// of the row before: whoever keeps a header keeps no slab.
func (b *Builder) headers(x *batch.Batch) {
	n := len(b.rows)
	x.Headers.Offsets = mem.Alloc[int32](&x.Arena, n+1)
	entries := make([]batch.Header, 0, b.sums.headers)
	values := make([]byte, 0, b.headerBytes())
	begin := 0
	for i := range b.sources {
		s := &b.sources[i]
		for k := begin; k < s.end; k++ {
			x.Headers.Offsets[k] = int32(len(entries))
			at := int(b.rows[k].headers.at)
			for j := range int(b.rows[k].headers.n) {
				key, value, next := readHeader(s.b, at)
				at = next
				h := batch.Header{Key: b.headerKey(j, s.b[key.at:key.at+key.n])}
				if value.n >= 0 {
					from := len(values)
					values = append(values, s.b[value.at:value.at+value.n]...)
					h.Raw = values[from:len(values):len(values)]
				}
				entries = append(entries, h)
			}
		}
		begin = s.end
	}
	x.Headers.Offsets[n] = int32(len(entries))
	x.Headers.Entries = entries
}

// readHeader reads a header that scan has seen.
func readHeader(b []byte, at int) (key, value span, next int) {
	key, at, _ = readSpan(b, at)
	value, at, _ = readSpan(b, at)
	return key, value, at
}

// headerBytes adds up the header values of all rows.
func (b *Builder) headerBytes() (total int) {
	begin := 0
	for i := range b.sources {
		s := &b.sources[i]
		for k := begin; k < s.end; k++ {
			at := int(b.rows[k].headers.at)
			for range int(b.rows[k].headers.n) {
				_, value, next := readHeader(s.b, at)
				total += int(max(value.n, 0))
				at = next
			}
		}
		begin = s.end
	}
	return total
}

// headerKeysMax bounds the keys that are remembered.
const headerKeysMax = 64

// headerKey returns the key of header j of a row as text.
func (b *Builder) headerKey(j int, key []byte) string {
	if j < len(b.headerKeys) && b.headerKeys[j] == string(key) {
		return b.headerKeys[j]
	}
	text := string(key)
	switch {
	case j < len(b.headerKeys):
		b.headerKeys[j] = text
	case j == len(b.headerKeys) && j < headerKeysMax:
		b.headerKeys = append(b.headerKeys, text)
	}
	return text
}
