package javaser

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func readVectors(t testing.TB, yield func(n int, entries string, stream []byte)) {
	t.Helper()
	f, err := os.Open("testdata/hashmap.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		part := strings.Fields(lines.Text())
		n, _ := strconv.Atoi(part[0])
		stream, err := hex.DecodeString(part[2])
		if err != nil {
			t.Fatal(err)
		}
		yield(n, part[1], stream)
	}
}

func text(b []byte) string {
	switch {
	case b == nil:
		return "null"
	case len(b) == 0:
		return "-"
	}
	return hex.EncodeToString(b)
}

func describe(entries []Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, text(e.Key)+"="+text(e.Value))
	}
	slices.Sort(out)
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, ",")
}

func TestRead_JavaStreams(t *testing.T) {
	readVectors(t, func(n int, want string, stream []byte) {
		entries, err := Read(stream)
		if err != nil {
			t.Fatalf("%d entries: %v", n, err)
		}
		if got := describe(entries); len(entries) != n || got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestAppend_WritesJavasBytes(t *testing.T) {
	readVectors(t, func(n int, _ string, stream []byte) {
		entries, err := Read(stream)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if len(e.Key) < 3 { // made with another load factor and shared arrays
				return
			}
		}
		if got := Append(nil, entries); !bytes.Equal(got, stream) {
			t.Errorf("%d entries\ngot  %x\nwant %x", n, got, stream)
		}
	})
}

func TestRead_CutStreamIsEOF(t *testing.T) {
	readVectors(t, func(_ int, _ string, stream []byte) {
		for i := range min(len(stream), 400) {
			var e *Error
			if _, err := Read(stream[:i]); !errors.As(err, &e) || e.JavaClass() != "java.io.EOFException" {
				t.Fatalf("cut at %d: %v", i, err)
			}
		}
	})
}

func TestRead_Refuses(t *testing.T) {
	good := Append(nil, []Entry{{[]byte("k"), []byte("v")}})
	for _, c := range []struct {
		at    int
		value byte
		class string
		text  string
	}{
		{0, 0, corrupted, "byte 0: invalid stream header: 00ED0005"},
		{4, tagArray, invalidData, "byte 4: object of a HashMap (tag 73) expected, found tag 75"},
		{8, 'J', "java.lang.ClassCastException", `byte 6: class "Java.util.HashMap" where java.util.HashMap is expected`},
		{25, 1, invalidClass, "byte 25: java.util.HashMap; local class incompatible"},
		{34, 9, endOfFile, ""},
		{63, 0xbf, invalidData, "byte 63: Illegal load factor: -0.75"},
		{77, 0x80, invalidData, "Illegal mappings count: -"},
		{len(good) - 1, 0, corrupted, "end of the object (tag 78) expected, found tag 00"},
	} {
		bad := slices.Clone(good)
		bad[c.at] = c.value
		_, err := Read(bad)
		var e *Error
		if !errors.As(err, &e) || e.Class != c.class && c.class != endOfFile || !strings.Contains(e.Error(), c.text) {
			t.Errorf("byte %d = %02x: %v", c.at, c.value, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	readVectors(f, func(_ int, _ string, stream []byte) { f.Add(stream) })
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := Read(data)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Position < 0 || e.Position > len(data) {
				t.Fatalf("%v", err)
			}
			return
		}
		back, err := Read(Append(nil, entries))
		if err != nil || fmt.Sprintf("%x", back) != fmt.Sprintf("%x", entries) {
			// Null keys are one key in Java, so they cannot repeat.
			t.Fatalf("%x reads back as %x (%v)", entries, back, err)
		}
	})
}
