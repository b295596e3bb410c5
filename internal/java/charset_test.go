package java

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

func TestCharset_Vectors(t *testing.T) {
	different := map[string]int{}
	readVectors(t, "testdata/charsets.txt", 5, func(f []string) {
		name := strings.ReplaceAll(strings.TrimPrefix(f[0], "-"), "_name", " name")
		c, err := CharsetForName(name)
		if strings.HasPrefix(f[1], "!") {
			var e *Exception
			if !errors.As(err, &e) || e.JavaClass() != f[1][1:] {
				t.Errorf("%q: error %v, want %s", name, err, f[1][1:])
			}
			return
		}
		if err != nil {
			t.Errorf("%q: %v", name, err)
			return
		}
		if c.Name() != f[1] {
			t.Errorf("%q: got %s, want %s", name, c.Name(), f[1])
		}
		text := unhex(t, f[3])
		got := hex.EncodeToString(c.Append(nil, unhex(t, f[2])))
		back := hex.EncodeToString(c.AppendEncoded(nil, text))
		if got != strings.Trim(f[3], "-") || back != strings.Trim(f[4], "-") {
			different[c.Name()]++
			if !doubleByte(c.Name()) || !strings.Contains(f[3], "efbfbd") {
				t.Errorf("%s %s\ngot  %s\nwant %s\nback %s\nwant %s", c.Name(), f[2], got, f[3], back, f[4])
			}
		}
	})
	for name, n := range different {
		if n > 10 {
			t.Errorf("%s: %d vectors differ", name, n)
		}
	}
}

// doubleByte names the charsets whose tables come from golang.org/x/text.
func doubleByte(name string) bool {
	switch name {
	case "Shift_JIS", "EUC-JP", "GBK", "GB18030", "EUC-KR":
		return true
	}
	return false
}
