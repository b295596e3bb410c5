// Command writerecords writes the benchmark's data sets into a folder, each into its file, a record a line: all, or the named ones.
//
//	go run ./bench/records/cmd/writerecords /tmp/records [set ...]
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/millrace/millrace/bench/records"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "writerecords:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("the first argument is the folder to write to")
	}
	sets := records.Sets()
	if names := args[1:]; len(names) > 0 {
		sets = sets[:0]
		for _, name := range names {
			s, err := records.SetOf(name)
			if err != nil {
				return err
			}
			sets = append(sets, s)
		}
	}
	return records.WriteFiles(args[0], sets)
}
