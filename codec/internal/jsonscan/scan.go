package jsonscan

import (
	"encoding/binary"
)

// Slack is how many readable bytes must follow the text that a scan function gets: len(b) is at least
// n+Slack, where n is the end of the text. They may hold anything.
const Slack = 64

// SkipSpace returns the position of the first byte from i on that is no white space; n at the end.
func SkipSpace(b []byte, i, n int) int {
	for i < n && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// MatchTrue reports whether true stands at b[i].
func MatchTrue(b []byte, i int) bool { return binary.LittleEndian.Uint32(b[i:]) == wordTrue }

// MatchFalse reports whether false stands at b[i], whose first letter was looked at.
func MatchFalse(b []byte, i int) bool { return binary.LittleEndian.Uint32(b[i+1:]) == wordAlse }

// MatchNull reports whether null stands at b[i].
func MatchNull(b []byte, i int) bool { return binary.LittleEndian.Uint32(b[i:]) == wordNull }

// Words as four bytes are read.
const (
	wordTrue = 't' | 'r'<<8 | 'u'<<16 | 'e'<<24
	wordAlse = 'a' | 'l'<<8 | 's'<<16 | 'e'<<24
	wordNull = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24
)

// Skip returns where the value at b[i] ends, -1 where Parse has to judge. depth is how many arrays and
// objects are open.
func Skip(b []byte, i, n, depth int) int {
	if i >= n {
		return -1
	}
	switch b[i] {
	case '"':
		end, t := StringEnd(b, i+1, n)
		if t == Odd || t == Escaped && !escapesFine(b[i+1:end]) {
			return -1
		}
		return end + 1
	case 't':
		if i+4 <= n && MatchTrue(b, i) {
			return i + 4
		}
		return -1
	case 'f':
		if i+5 <= n && MatchFalse(b, i) {
			return i + 5
		}
		return -1
	case 'n':
		if i+4 <= n && MatchNull(b, i) {
			return i + 4
		}
		return -1
	case '[':
		return skipArray(b, i, n, depth+1)
	case '{':
		return skipObject(b, i, n, depth+1)
	}
	_, _, end := ScanNumber(b, i, n)
	return end
}

func skipArray(b []byte, i, n, depth int) int {
	if depth > DepthMax {
		return -1
	}
	i = SkipSpace(b, i+1, n)
	if b[i] == ']' && i < n {
		return i + 1
	}
	for {
		if i = Skip(b, i, n, depth); i < 0 {
			return -1
		}
		i = SkipSpace(b, i, n)
		if i >= n {
			return -1
		}
		switch b[i] {
		case ']':
			return i + 1
		case ',':
			i = SkipSpace(b, i+1, n)
		default:
			return -1
		}
	}
}

func skipObject(b []byte, i, n, depth int) int {
	if depth > DepthMax {
		return -1
	}
	i = SkipSpace(b, i+1, n)
	if b[i] == '}' && i < n {
		return i + 1
	}
	for {
		_, _, at := Name(b, i, n)
		if at < 0 {
			return -1
		}
		if i = Skip(b, at, n, depth); i < 0 {
			return -1
		}
		i = SkipSpace(b, i, n)
		if i >= n {
			return -1
		}
		switch b[i] {
		case '}':
			return i + 1
		case ',':
			i = SkipSpace(b, i+1, n)
		default:
			return -1
		}
	}
}

// Name reads a name that starts with its quote at b[i], the colon and the white space around it. The
// name is b[start:end], the value starts at. at is -1 for names that Parse has to judge: those with
// escapes, too.
func Name(b []byte, i, n int) (start, end, at int) {
	if i >= n || b[i] != '"' {
		return 0, 0, -1
	}
	start = i + 1
	end, t := StringEnd(b, start, n)
	if t == Odd || t == Escaped || end-start > nameBytesMax {
		return 0, 0, -1
	}
	i = SkipSpace(b, end+1, n)
	if i >= n || b[i] != ':' {
		return 0, 0, -1
	}
	return start, end, SkipSpace(b, i+1, n)
}

// escapesFine reports whether every escape of a text is one that Jackson knows.
func escapesFine(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			p := parser{b: text, i: i + 1}
			if _, err := p.escape(); err != nil {
				return false
			}
			i = p.i - 1
		}
	}
	return true
}
