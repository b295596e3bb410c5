package file

import (
	"bytes"

	"github.com/millrace/millrace/batch"
)

// lines are the lines that a splitter found in a buffer: where each lies without its end, and the
// position behind its end.
type lines struct {
	views []batch.View
	ends  []uint32
}

func (l *lines) reset() { l.views, l.ends = l.views[:0], l.ends[:0] }

// split appends at most limit lines of buf[from:] to l. A line ends at \n, \r\n or \r; a \r that is the
// last byte of buf ends none yet, as a \n may follow. scanned says that buf[from:scanned] holds no end of
// a line. It returns from and scanned for the next call with the same, then longer, buffer.
//
// It looks for each of the two bytes with a vector search and keeps what it found, so that buf is read
// once for each of them however they alternate. splitPlain is the same in plain words.
func (l *lines) split(buf []byte, from, scanned, limit int) (newFrom, newScanned int) {
	lf, cr := next(buf, scanned, '\n'), next(buf, scanned, '\r')
	for ; limit > 0; limit-- {
		end := min(lf, cr)
		if end == len(buf) {
			return from, end
		}
		behind := end + 1
		if end == cr {
			if behind == len(buf) {
				return from, end
			}
			if lf == behind {
				behind++
			}
			cr = next(buf, behind, '\r')
		}
		if lf < behind {
			lf = next(buf, behind, '\n')
		}
		l.views = append(l.views, batch.View{Pos: uint32(from), Len: uint32(end - from)})
		l.ends = append(l.ends, uint32(behind))
		from = behind
	}
	return from, from
}

// next returns the first position of c in buf from i on, len(buf) if there is none.
func next(buf []byte, i int, c byte) int {
	if k := bytes.IndexByte(buf[i:], c); k >= 0 {
		return i + k
	}
	return len(buf)
}

// splitPlain is what split does, a byte at a time. Source: FileStreamSourceTask.extractLine.
func (l *lines) splitPlain(buf []byte, from, scanned, limit int) (newFrom, newScanned int) {
	for i := scanned; i < len(buf) && limit > 0; i++ {
		behind := i + 1
		switch buf[i] {
		case '\n':
		case '\r':
			if behind == len(buf) {
				return from, i
			}
			if buf[behind] == '\n' {
				behind++
			}
		default:
			continue
		}
		l.views = append(l.views, batch.View{Pos: uint32(from), Len: uint32(i - from)})
		l.ends = append(l.ends, uint32(behind))
		from, i = behind, behind-1
		limit--
	}
	if limit == 0 {
		return from, from
	}
	return from, len(buf)
}
