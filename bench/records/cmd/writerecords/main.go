// Command writerecords writes the benchmark's records into a folder: schemaless.jsonl and envelope.jsonl, a record a line.
//
//	go run ./bench/records/cmd/writerecords /tmp/records
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/millrace/millrace/bench/records"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "writerecords:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("want one argument, the folder to write to")
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil {
		return err
	}
	for name, envelope := range map[string]bool{"schemaless.jsonl": false, "envelope.jsonl": true} {
		f, err := os.Create(filepath.Join(args[0], name))
		if err != nil {
			return err
		}
		if err := errors.Join(records.Write(f, envelope), f.Close()); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return nil
}
