// Peers measures readers of Avro in Go by other people, into whatever they make of a record without a type of the caller's: a JSON line for
// each on standard output. Its argument is a file of bench.WriteAvro. It is a module of its own: what it compares with is no dependency of the
// project.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	hamba "github.com/hamba/avro/v2"
	"github.com/twmb/avro"

	"github.com/millrace/millrace/bench/meter"
)

// result is a line of the report: bench.Measurement.
type result struct {
	Case          string  `json:"case"`
	Side          string  `json:"side"`
	NsPerRecord   float64 `json:"ns_per_record"`
	RecordsPerSec float64 `json:"records_per_second"`
	Allocations   float64 `json:"allocations"`
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: peers FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	text, rows, err := read(path)
	if err != nil {
		return err
	}
	twmb, err := avro.Parse(text)
	if err != nil {
		return err
	}
	other, err := hamba.Parse(text)
	if err != nil {
		return err
	}
	for _, peer := range []struct {
		name string
		one  func(row []byte) error
	}{
		{"twmb/avro", func(row []byte) error {
			var v any
			rest, err := twmb.Decode(row, &v)
			if err == nil && len(rest) > 0 {
				err = fmt.Errorf("%d bytes are left", len(rest))
			}
			return err
		}},
		{"hamba/avro", func(row []byte) error {
			var v any
			return hamba.Unmarshal(other, row, &v)
		}},
	} {
		pass := func() error {
			for _, row := range rows {
				if err := peer.one(row); err != nil {
					return fmt.Errorf("%s: %w", peer.name, err)
				}
			}
			return nil
		}
		cpu, wall, err := meter.Measure(len(rows), pass)
		if err != nil {
			return err
		}
		allocations, err := meter.Allocations(len(rows), pass)
		if err != nil {
			return err
		}
		line, err := json.Marshal(result{"avro/decode", peer.name, cpu, 1e9 / wall, allocations})
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}

// read returns the text of the schema and the records of a file.
func read(path string) (text string, rows [][]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		n, err := binary.ReadUvarint(r)
		switch {
		case err == io.EOF && len(rows) > 1:
			return string(rows[0]), rows[1:], nil
		case err != nil:
			return "", nil, fmt.Errorf("%s: %w", path, err)
		}
		row := make([]byte, n)
		if _, err := io.ReadFull(r, row); err != nil {
			return "", nil, fmt.Errorf("%s: %w", path, err)
		}
		rows = append(rows, row)
	}
}
