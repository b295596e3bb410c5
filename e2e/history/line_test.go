package history_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/history"
)

var stream = history.Stream{Name: "s1"}

func text(from, to int) string {
	var b strings.Builder
	for v := from; v <= to; v++ {
		b.WriteString(stream.Line(v) + "\n")
	}
	return b.String()
}

func TestLine_HasItsWidth(t *testing.T) {
	for _, width := range []int{0, 40, 41, 500} {
		s := history.Stream{Name: "s1", Width: width}
		line := s.Line(12)
		if n, err := s.Parse([]byte(line)); n != 12 || err != nil || width > 0 && len(line) != width {
			t.Errorf("%q: %d, %v, %d bytes", line, n, err, len(line))
		}
	}
}

func TestScan(t *testing.T) {
	other := history.Stream{Name: "s2"}.Line(2) + "\n"
	line := stream.Line(3)
	for _, c := range []struct {
		name, text string
		want       []int
		torn       int
		corrupt    bool
	}{
		{"none", "", nil, 0, false},
		{"whole", text(1, 3), []int{1, 2, 3}, 0, false},
		{"torn at the end", text(1, 2) + line[:20], []int{1, 2}, 1, false},
		{"whole but for its end", text(1, 2) + line, []int{1, 2}, 1, false},
		{"torn, then whole", text(1, 2) + line[:20] + text(3, 4), []int{1, 2, 3, 4}, 1, false},
		{"torn in its number", text(1, 2) + line[:8] + text(3, 4), []int{1, 2, 3, 4}, 1, false},
		{"torn in its first word", text(1, 2) + line[:3] + text(3, 4), []int{1, 2, 3, 4}, 1, false},
		{"torn twice", text(1, 2) + line[:20] + line[:22] + text(3, 4), []int{1, 2, 3, 4}, 2, false},
		{"whole but for its end, then whole", text(1, 2) + line + text(4, 5), []int{1, 2, 4, 5}, 1, false},
		{"a digit changed", strings.Replace(text(1, 3), "00000002", "00000004", 1), []int{1, 3}, 0, true},
		{"a checksum changed", text(1, 2) + line[:len(line)-1] + "x\n", []int{1, 2}, 0, true},
		{"of another stream", text(1, 1) + other, []int{1}, 0, true},
		{"an empty line", text(1, 1) + "\n" + text(2, 2), []int{1, 2}, 0, true},
		{"zeros", text(1, 1) + "\x00\x00\x00\n" + text(2, 2), []int{1, 2}, 0, true},
		{"other text", text(1, 1) + "hello\n" + text(2, 2), []int{1, 2}, 0, true},
	} {
		have, torn, corrupt := stream.Scan([]byte(c.text))
		if !slices.Equal(have, c.want) || torn != c.torn || (len(corrupt) > 0) != c.corrupt {
			t.Errorf("%s: %v, %d torn, %v; want %v, %d torn, corrupt %v", c.name, have, torn, corrupt, c.want, c.torn, c.corrupt)
		}
	}
}
