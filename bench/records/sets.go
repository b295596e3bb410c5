package records

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Set is a data set of records of one shape.
type Set struct {
	Name      string // as cases name it: the shape, if it is not the plain one, and schemaless or envelope
	Envelope  bool   // records carry their schema
	Rows      int
	BatchRows int // rows of a fetched batch; divides Rows
	write     func(w io.Writer, rows int) error
}

// File is the name of the file that holds the set for the originals.
func (s Set) File() string { return strings.ReplaceAll(s.Name, "/", "-") + ".jsonl" }

// Write writes all records as lines.
func (s Set) Write(w io.Writer) error { return s.write(w, s.Rows) }

// Sets returns the data sets: the ten fields that everything is measured with, first, then records of shapes that cost more.
func Sets() []Set {
	sets := []Set{
		{Name: "schemaless", Rows: Rows, BatchRows: BatchRows, write: func(w io.Writer, rows int) error { return writeOrders(w, rows, false) }},
		{Name: "envelope", Envelope: true, Rows: Rows, BatchRows: BatchRows, write: func(w io.Writer, rows int) error { return writeOrders(w, rows, true) }},
	}
	for _, s := range []struct {
		shape           string
		rows, batchRows int
		types           []*typ // a record is of any of them
	}{
		{"wide", 2048, 256, []*typ{wide(wideFields)}},
		{"nested", 16 * 1024, 1024, []*typ{nested()}},
		{"text", 4096, 256, []*typ{long(asciiText, textBytes)}},
		{"text-utf8", 4096, 256, []*typ{long(wideText, textBytes)}},
		{"escapes", 16 * 1024, 1024, []*typ{escapes()}},
		{"schemas", 16 * 1024, 1024, manySchemas()},
	} {
		for _, envelope := range []bool{false, true} {
			name := s.shape + "/schemaless"
			if envelope {
				name = s.shape + "/envelope"
			} else if len(s.types) > 1 {
				continue
			}
			sets = append(sets, Set{Name: name, Envelope: envelope, Rows: s.rows, BatchRows: s.batchRows, write: func(w io.Writer, rows int) error {
				return writeRecords(w, s.types, rows, envelope)
			}})
		}
	}
	return sets
}

// SetOf returns the set of that name.
func SetOf(name string) (Set, error) {
	for _, s := range Sets() {
		if s.Name == name {
			return s, nil
		}
	}
	return Set{}, fmt.Errorf("no data set %q", name)
}

// WriteFiles writes each set into its file of a folder, which is made if it is not there.
func WriteFiles(folder string, sets []Set) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, s := range sets {
		f, err := os.Create(filepath.Join(folder, s.File()))
		if err != nil {
			return err
		}
		if err := errors.Join(s.Write(f), f.Close()); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return nil
}

func writeRecords(w io.Writer, types []*typ, rows int, envelope bool) error {
	out := bufio.NewWriter(w)
	r := rand.New(rand.NewPCG(Seed, 1))
	openings := make([][]byte, len(types))
	for i, t := range types {
		openings[i] = append(t.appendSchema([]byte(`{"schema":`), ""), `,"payload":`...)
	}
	var line []byte
	for range rows {
		line = line[:0]
		k := r.IntN(len(types))
		if envelope {
			line = append(line, openings[k]...)
		}
		line = types[k].appendValue(line, r)
		if envelope {
			line = append(line, '}')
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}
