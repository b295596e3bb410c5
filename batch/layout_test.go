package batch_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
)

// The two ways to keep a text column, measured for docs/decisions/003-view-columns.md: views into the
// bytes as they came, and offsets into a contiguous copy.

const (
	layoutRows   = 1024
	layoutFields = 5
)

// layout is a text column per field.
type layout interface {
	reset(src []byte)
	put(field, pos, n int) // the next row's value
	value(field, row int) []byte
}

type viewLayout struct {
	columns [layoutFields]batch.Bytes
}

func (l *viewLayout) reset(src []byte) {
	for f := range l.columns {
		l.columns[f].Bufs[0] = src
		l.columns[f].Views = slices.Grow(l.columns[f].Views[:0], layoutRows)
	}
}

func (l *viewLayout) put(f, pos, n int) {
	c := &l.columns[f]
	c.Views = append(c.Views, batch.View{Pos: uint32(pos), Len: uint32(n)})
}

func (l *viewLayout) value(f, row int) []byte { return l.columns[f].At(row) }

// offsetLayout is a column of contiguous values.
type offsetLayout struct {
	src     []byte
	text    [layoutFields][]byte
	offsets [layoutFields][]int32
}

func (l *offsetLayout) reset(src []byte) {
	l.src = src
	for f := range l.text {
		l.text[f] = l.text[f][:0]
		l.offsets[f] = append(l.offsets[f][:0], 0)
	}
}

func (l *offsetLayout) put(f, pos, n int) {
	l.text[f] = append(l.text[f], l.src[pos:pos+n]...)
	l.offsets[f] = append(l.offsets[f], int32(len(l.text[f])))
}

func (l *offsetLayout) value(f, row int) []byte {
	return l.text[f][l.offsets[f][row]:l.offsets[f][row+1]]
}

// input is encoded rows, back to back, as JSON or Avro.
func layoutInput(shape string, size int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(size)))
	var out []byte
	for range layoutRows {
		if shape == "json" {
			out = append(out, '{')
		}
		for f := range layoutFields {
			text := make([]byte, size/2+r.IntN(size))
			for i := range text {
				text[i] = byte('a' + r.IntN(26))
			}
			if shape == "json" {
				out = fmt.Appendf(out, `"field%d":"%s",`, f, text)
			} else {
				out = append(binary.AppendVarint(out, int64(len(text))), text...)
			}
		}
		if shape == "json" {
			out[len(out)-1] = '}'
		}
	}
	return out
}

func decodeJSON[L layout](l L, src []byte) {
	l.reset(src)
	pos := 0
	for range layoutRows {
		for f := range layoutFields {
			pos += len(`{"field0":"`)
			n := bytes.IndexByte(src[pos:], '"')
			l.put(f, pos, n)
			pos += n + 1
		}
		pos++
	}
}

func encodeJSON[L layout](l L, dst []byte) []byte {
	for row := range layoutRows {
		for f := range layoutFields {
			dst = append(dst, `{"field`...)
			dst[len(dst)-len(`{"field`)] = "{,"[min(f, 1)]
			dst = append(dst, byte('0'+f), '"', ':', '"')
			dst = append(dst, l.value(f, row)...)
			dst = append(dst, '"')
		}
		dst = append(dst, '}')
	}
	return dst
}

func decodeAvro[L layout](l L, src []byte) {
	l.reset(src)
	pos := 0
	for range layoutRows {
		for f := range layoutFields {
			n, k := binary.Varint(src[pos:])
			pos += k
			l.put(f, pos, int(n))
			pos += int(n)
		}
	}
}

func encodeAvro[L layout](l L, dst []byte) []byte {
	for row := range layoutRows {
		for f := range layoutFields {
			v := l.value(f, row)
			dst = append(binary.AppendVarint(dst, int64(len(v))), v...)
		}
	}
	return dst
}

func roundTrip[L layout](l L, shape string, src, dst []byte) []byte {
	if shape == "json" {
		decodeJSON(l, src)
		return encodeJSON(l, dst)
	}
	decodeAvro(l, src)
	return encodeAvro(l, dst)
}

func TestTextLayouts_HoldTheSame(t *testing.T) {
	for _, shape := range []string{"json", "avro"} {
		src := layoutInput(shape, 12)
		for _, l := range []layout{&viewLayout{}, &offsetLayout{}} {
			if got := roundTrip(l, shape, src, nil); !bytes.Equal(got, src) {
				t.Errorf("%s %T: %.80s, want %.80s", shape, l, got, src)
			}
		}
	}
}

func BenchmarkTextLayout(b *testing.B) {
	for _, shape := range []string{"json", "avro"} {
		for _, size := range []int{8, 24, 100} {
			src := layoutInput(shape, size)
			dst := make([]byte, 0, len(src)+64)
			name := fmt.Sprintf("shape=%s/bytes=%d/layout=", shape, size)
			b.Run(name+"views", func(b *testing.B) { benchmarkLayout(b, &viewLayout{}, shape, src, dst) })
			b.Run(name+"offsets", func(b *testing.B) { benchmarkLayout(b, &offsetLayout{}, shape, src, dst) })
		}
	}
}

func benchmarkLayout[L layout](b *testing.B, l L, shape string, src, dst []byte) {
	roundTrip(l, shape, src, dst)
	parts := []struct {
		name string
		run  func()
	}{
		{"write", func() { decodeAvro(l, src) }},
		{"read", func() { encodeAvro(l, dst) }},
		{"both", func() { roundTrip(l, shape, src, dst) }},
	}
	if shape == "json" {
		parts[0].run, parts[1].run = func() { decodeJSON(l, src) }, func() { encodeJSON(l, dst) }
	}
	for _, p := range parts {
		b.Run("part="+p.name, func(b *testing.B) {
			for b.Loop() {
				p.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/layoutRows, "ns/row")
		})
	}
}
