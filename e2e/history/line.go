package history

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// Stream is a sequence of numbered lines: 1, 2, 3 and so on.
type Stream struct {
	Name  string // tells its lines from those of other streams; without "line "
	Width int    // bytes of a line, without its end; the shortest line when smaller
}

const (
	lineStart      = "line "
	digits         = 8 // of a number
	checksumDigits = 8 // hexadecimal
)

// Line returns line n of s: "line 00000007 of NAME CHECKSUM", with dots before the checksum up to the width.
func (s Stream) Line(n int) string { return string(s.AppendLine(nil, n)) }

// AppendLine appends Line.
func (s Stream) AppendLine(dst []byte, n int) []byte {
	from := len(dst)
	dst = appendPadded(append(dst, lineStart...), int64(n), 10, digits)
	dst = append(append(append(dst, " of "...), s.Name...), ' ')
	if fill := s.Width - (len(dst) - from) - checksumDigits - 1; fill > 0 {
		dst = append(append(dst, strings.Repeat(".", fill)...), ' ')
	}
	sum := crc32.Checksum(dst[from:], crc32.MakeTable(crc32.Castagnoli))
	return appendPadded(dst, int64(sum), 16, checksumDigits)
}

// appendPadded appends v with zeros before it.
func appendPadded(dst []byte, v int64, base, width int) []byte {
	from := len(dst)
	dst = append(dst, "00000000"[:width]...)
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], v, base)
	return append(dst[:from+max(0, width-len(text))], text...)
}

// Parse returns the number of a line of s. The error says what is wrong with the text.
func (s Stream) Parse(text []byte) (int, error) {
	n, ok := number(text)
	if !ok {
		return 0, fmt.Errorf("%q is not a numbered line", short(text))
	}
	var room [128]byte
	if line := s.AppendLine(room[:0], n); string(text) != string(line) {
		return 0, fmt.Errorf("%q is not %q", short(text), short(line))
	}
	return n, nil
}

// number reads the number at the start of a line.
func number(text []byte) (int, bool) {
	if len(text) < len(lineStart)+digits || string(text[:len(lineStart)]) != lineStart {
		return 0, false
	}
	n, err := strconv.Atoi(string(text[len(lineStart) : len(lineStart)+digits]))
	return n, err == nil && n > 0
}

// Scan returns the numbers of the lines in a text, in order. torn counts lines that were begun and not ended, because
// their writer was killed or had no room: the next writer goes on behind them. Everything else that is not a line of s
// is corrupt.
func (s Stream) Scan(text []byte) (numbers []int, torn int, corrupt []Anomaly) {
	numbers = make([]int, 0, len(text)/(len(s.Line(1))+1)+1)
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		ended := end >= 0
		if !ended {
			end = len(text) - at
		}
		parts := split(text[at : at+end])
		for i, part := range parts {
			if i == len(parts)-1 && ended {
				n, err := s.Parse(part)
				if err == nil {
					numbers = append(numbers, n)
					continue
				}
				corrupt = append(corrupt, Anomaly{Corrupt, fmt.Sprintf("byte %d: %v", at, err)})
			} else if s.begins(part) {
				torn++
			} else {
				corrupt = append(corrupt, Anomaly{Corrupt, fmt.Sprintf("byte %d: %q is not the beginning of a line", at, short(part))})
			}
		}
		at += end + 1
	}
	return numbers, torn, corrupt
}

// split cuts text before each start of a line that it has inside. It returns at least one part.
func split(text []byte) [][]byte {
	var parts [][]byte
	for {
		i := -1
		if len(text) > 0 {
			i = bytes.Index(text[1:], []byte(lineStart))
		}
		if i < 0 {
			return append(parts, text)
		}
		parts = append(parts, text[:i+1])
		text = text[i+1:]
	}
}

// begins reports whether a line of s begins with part.
func (s Stream) begins(part []byte) bool {
	if n, ok := number(part); ok {
		return strings.HasPrefix(s.Line(n), string(part))
	}
	// It ends inside of the number, or before it.
	start, rest := part[:min(len(part), len(lineStart))], part[min(len(part), len(lineStart)):]
	return strings.HasPrefix(lineStart, string(start)) && len(rest) < digits && len(bytes.Trim(rest, "0123456789")) == 0
}

// short cuts what is quoted in an error.
func short(text []byte) []byte { return text[:min(len(text), 80)] }
