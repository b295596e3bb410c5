package ocf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// file is what w writes, and the blocks of it.
func file(t testing.TB, codec string, blocks ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, `"string"`, codec)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range blocks {
		if err := w.WriteBlock(i+1, []byte(b)); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// read returns the blocks of a file up to an error, which is nil at its end.
func read(b []byte) (blocks []string, err error) {
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	for {
		n, data, err := r.Next()
		if errors.Is(err, io.EOF) {
			return blocks, nil
		}
		if err != nil {
			return blocks, err
		}
		if n != int64(len(blocks)+1) {
			return blocks, errors.New("another count")
		}
		blocks = append(blocks, string(data))
	}
}

var names = []string{Null, Deflate, Snappy, Zstd}

func TestRoundTrip(t *testing.T) {
	for _, name := range names {
		want := []string{"", "a", strings.Repeat("some text ", 20_000), "\x00\xff"}
		got, err := read(file(t, name, want...))
		if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: %d blocks, %v", name, len(got), err)
		}
	}
	if got, err := read(file(t, Null)); err != nil || len(got) != 0 {
		t.Errorf("a file without blocks has %d, %v", len(got), err)
	}
}

// TestCut: a file that ends early has its whole blocks, and then an error but at the end of one.
func TestCut(t *testing.T) {
	for _, name := range names {
		all := file(t, name, "one", "two and more")
		fine := 0
		for n := range all {
			blocks, err := read(all[:n])
			if err == nil {
				fine++
				continue
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) || len(blocks) > 1 {
				t.Errorf("%s, cut at %d: %d blocks, %v", name, n, len(blocks), err)
			}
		}
		if fine != 2 { // behind the header, and behind the first block
			t.Errorf("%s: a cut at %d places is not seen", name, fine)
		}
	}
}

func TestRefuses(t *testing.T) {
	if _, err := NewWriter(io.Discard, `"int"`, "bzip2"); err == nil || !strings.Contains(err.Error(), "bzip2") {
		t.Errorf("bzip2: %v", err)
	}
	good := file(t, Null, "block")
	head := len(file(t, Null))
	huge := binary.AppendVarint(binary.AppendVarint(bytes.Clone(good[:head]), 1), BlockBytesMax+1)
	damaged := bytes.Clone(good)
	damaged[len(damaged)-1]++
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"no file":       {[]byte("PAR1 and so on"), "does not begin"},
		"no schema":     {append([]byte(magic), make([]byte, 17)...), metaSchema},
		"metadata":      {append([]byte(magic), 2, 0xfe, 0xff, 0xff, 0xff, 0x0f), "metadata of more than"},
		"claimed block": {huge, "more than 67108864 bytes"},
		"sync":          {damaged, "sync marker"},
		"codec":         {bytes.Replace(good, []byte("\x08null"), []byte("\x08nope"), 1), `codec "nope"`},
		"number":        {append(bytes.Clone(good[:head]), bytes.Repeat([]byte{0xff}, 11)...), "64 bits"},
	} {
		if _, err := read(c.file); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestExpands: a block that holds more than the limit is not expanded, however small it is itself.
func TestExpands(t *testing.T) {
	for _, name := range names {
		c, err := codecOf(name)
		if err != nil {
			t.Fatal(err)
		}
		small, err := c.compress(nil, make([]byte, 10_000))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.expand(nil, small, 10_000); err != nil || len(got) != 10_000 {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if _, err := c.expand(nil, small, 9_999); !errors.Is(err, errLimit(9_999)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReader: any bytes are read or refused within bounds of memory, and what is read is written again as the same blocks.
func FuzzReader(f *testing.F) {
	for _, name := range names {
		f.Add(file(f, name, "one", "two and more"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		for {
			n, data, err := r.Next()
			if err != nil {
				return
			}
			if n == 0 {
				continue
			}
			var out bytes.Buffer
			w, err := NewWriter(&out, r.Schema(), Snappy)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.WriteBlock(int(n), data); err != nil {
				t.Fatal(err)
			}
			again, err := NewReader(&out)
			if err != nil || again.Schema() != r.Schema() {
				t.Fatalf("schema %q, %v", again.Schema(), err)
			}
			if m, same, err := again.Next(); err != nil || m != n || !bytes.Equal(same, data) {
				t.Fatalf("%d records of %q come back as %d of %q, %v", n, data, m, same, err)
			}
		}
	})
}
