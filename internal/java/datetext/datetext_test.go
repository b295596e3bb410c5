package datetext

import (
	"bufio"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/millrace/millrace/internal/java"
)

// now is the clock of the vectors.
var now = time.UnixMilli(1795478400000)

func readVectors(t testing.TB, file string, yield func(fields []string)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	n := 0
	for lines.Scan() {
		if line := lines.Text(); !strings.HasPrefix(line, "#") {
			yield(strings.SplitN(line, " ", 5))
			n++
		}
	}
	if err := lines.Err(); err != nil || n == 0 {
		t.Fatalf("%s: %d vectors, %v", file, n, err)
	}
}

func unhex(t testing.TB, s string) string {
	t.Helper()
	if s == "-" {
		return ""
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFormat_Vectors(t *testing.T) {
	readVectors(t, "testdata/formats.txt", func(f []string) {
		zone := ZoneOf(f[2])
		ms, _ := strconv.ParseInt(f[3], 10, 64)
		want := unhex(t, f[4])
		if f[0] == "date" {
			if got := string(AppendDate(nil, ms, zone)); got != want {
				t.Errorf("date %s %d: got %q, want %q", f[2], ms, got, want)
			}
			return
		}
		pattern := unhex(t, f[1])
		format, err := New(pattern, zone, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(format.Append(nil, ms)); got != want {
			t.Errorf("%q %s %d: got %q, want %q", pattern, f[2], ms, got, want)
		}
	})
}

func TestParse_Vectors(t *testing.T) {
	readVectors(t, "testdata/parses.txt", func(f []string) {
		if f[0] == "pattern" {
			_, err := New(unhex(t, f[1]), nil, now)
			got := "ok"
			var e *java.Exception
			if errors.As(err, &e) {
				got = "!" + e.Class + ":" + e.Message
			}
			if want := strings.Join(f[2:], " "); got != want {
				t.Errorf("pattern %q: got %s, want %s", unhex(t, f[1]), got, want)
			}
			return
		}
		pattern, text := unhex(t, f[0]), unhex(t, f[2])
		format, err := New(pattern, ZoneOf(f[1]), now)
		if err != nil {
			t.Fatal(err)
		}
		ms, end, failed := format.ParsePrefix(text, 0)
		got := strconv.FormatInt(ms, 10)
		at := end
		if end < 0 {
			got, at = "!", failed
		}
		units := len(utf16.Encode([]rune(text[:min(at, len(text))])))
		got += " " + strconv.Itoa(units+at-min(at, len(text)))
		if want := f[3] + " " + f[4]; got != want {
			t.Errorf("%q %s %q: got %s, want %s", pattern, f[1], text, got, want)
		}
	})
}

func FuzzValuesPatterns(f *testing.F) {
	f.Add(int64(0))
	f.Add(int64(-12219292800001))
	f.Add(int64(-1 << 63))
	f.Fuzz(func(t *testing.T, ms int64) {
		if ms < -62135769600000 { // before year 1 the era is lost in the text
			return
		}
		text := string(AppendISOTimestamp(nil, ms))
		back, err := ParseISOTimestamp(text)
		if err != nil || back != ms {
			t.Fatalf("%d: %s reads back as %d (%v)", ms, text, back, err)
		}
		day, err := ParseISODate(text)
		if err != nil || day != floorDiv(ms, dayMs)*dayMs {
			t.Fatalf("%d: date %d (%v)", ms, day, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2020-01-02T03:04:05.006+01")
	f.Add("EEE MMM dd HH:mm:ss zzz yyyy", "Thu Jan 01 00:00:00 UTC 1970")
	f.Add("YYYY-ww-u G", "2020-01-1 BC")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		format, err := New(pattern, nil, now)
		if err != nil || len(pattern) > 200 {
			return
		}
		ms, end, _ := format.ParsePrefix(text, 0)
		if end > len(text) {
			t.Fatalf("%q %q: end %d", pattern, text, end)
		}
		format.Append(nil, ms)
	})
}

func TestAppend_DoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		buf = AppendISOTimestamp(buf[:0], 1483425001864)
		if _, err := ParseISOTimestamp("2017-01-03T06:30:01.864Z"); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkTimestamp(b *testing.B) {
	buf := make([]byte, 0, 64)
	b.Run("op=format", func(b *testing.B) {
		for b.Loop() {
			buf = AppendISOTimestamp(buf[:0], 1483425001864)
		}
	})
	b.Run("op=parse", func(b *testing.B) {
		for b.Loop() {
			if _, err := ParseISOTimestamp("2017-01-03T06:30:01.864Z"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
