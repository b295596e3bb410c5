package avro

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/avro/ocf"
)

var codecs = []string{ocf.Null, ocf.Deflate, ocf.Snappy, ocf.Zstd}

// written returns a file of the rows of c, and which of them are in it.
func written(t *testing.T, pool *batch.Pool, c *batch.Column, o FileOptions) (file []byte, rows []int) {
	t.Helper()
	var out bytes.Buffer
	w, err := NewFileWriter(&out, c.Schema(), pool.Mem, o)
	if err != nil {
		return nil, nil
	}
	var status batch.Status
	half := batch.Selection{}
	for i := range int32(c.Len()) {
		if i%2 == 0 {
			half = append(half, i)
		}
	}
	for _, sel := range []batch.Selection{nil, half} {
		status.Reset()
		if err := w.Write(c, sel, &status); err != nil {
			t.Fatal(err)
		}
		for i := range c.Len() {
			if !status.Failed(int32(i)) && (sel == nil || i%2 == 0) {
				rows = append(rows, i)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), rows
}

// TestFile_RandomColumns: what is written comes back, whatever the schema and the codec: the schema that it maps to, and the values that
// the plain reader finds in the bytes of the plain writer.
func TestFile_RandomColumns(t *testing.T) {
	files := 0
	for seed := range uint64(seeds) {
		random := batchtest.NewRandom(seed)
		pool := batch.NewPool(mem.Checked(t))
		b := pool.New(0)
		col, _, _ := random.Column(b, random.Schema(), 12)
		o := FileOptions{Codec: codecs[seed%4], Enhanced: seed%3 == 0, NoMetaData: seed%5 == 0}
		if file, rows := written(t, pool, col, o); len(rows) > 0 {
			if r, err := NewFileReader(bytes.NewReader(file), o); err == nil { // names and unions that Avro or Connect refuses
				checkFile(t, pool, r, col, rows)
				files++
			}
		}
		b.Release()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if files < seeds/4 {
		t.Errorf("%d files of %d were read", files, seeds)
	}
}

func checkFile(t *testing.T, pool *batch.Pool, r *FileReader, col *batch.Column, rows []int) {
	t.Helper()
	d := &r.data
	a, err := d.fromConnect(col.Schema())
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, err := r.Read(pool)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Error(err)
			return
		}
		for i := range b.Value.Len() {
			body, err := d.plainAppendValue(nil, col.Schema(), a, rowValue(col, rows[0]))
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := d.plainRead(body, r.Schema(), r.reading.writer)
			if got := b.Value.Value(i); err != nil || !got.Equal(want) {
				t.Errorf("row %d is %s, %v, not %s", rows[0], batch.AppendLiteral(nil, r.Schema(), got), err, batch.AppendLiteral(nil, r.Schema(), want))
			}
			rows = rows[1:]
		}
		b.Release()
	}
	if len(rows) > 0 {
		t.Errorf("%d rows do not come back", len(rows))
	}
}

// TestFile_OfFastavro: files that the Python package fastavro 1.12 wrote (testdata/files.py).
func TestFile_OfFastavro(t *testing.T) {
	names, err := filepath.Glob("testdata/fastavro-*.avro")
	if err != nil || len(names) != len(codecs) {
		t.Fatal(names, err)
	}
	want, err := os.ReadFile("testdata/fastavro.txt")
	if err != nil {
		t.Fatal(err)
	}
	pool := batch.NewPool(mem.Checked(t))
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := NewFileReader(file, FileOptions{Enhanced: true})
		if err != nil {
			t.Fatal(name, err)
		}
		var got strings.Builder
		for {
			b, err := r.Read(pool)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			for i := range b.Value.Len() {
				got.Write(append(batch.AppendLiteral(nil, r.Schema(), b.Value.Value(i)), '\n'))
			}
			b.Release()
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s holds\n%s", name, &got)
		}
	}
}
