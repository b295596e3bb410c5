// Command restrecord sends REST scripts to a running worker and prints each request and answer as they were
// on the wire:
//
//	go run ./e2e/cmd/restrecord -worker 127.0.0.1:8083 -dir /data -bootstrap 127.0.0.1:9092 e2e/testdata/rest/*.txt
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/millrace/millrace/e2e/restscript"
)

func main() {
	var t restscript.Target
	flag.StringVar(&t.Address, "worker", "127.0.0.1:8083", "host:port of the worker's REST server")
	flag.StringVar(&t.Dir, "dir", os.TempDir(), "folder for the files that scripts name as ${dir}")
	flag.StringVar(&t.Bootstrap, "bootstrap", "127.0.0.1:9092", "brokers, ${bootstrap} in scripts")
	flag.StringVar(&t.Token, "run", "run1", "unique part of names, ${run} in scripts")
	flag.Parse()
	if err := record(t, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "restrecord:", err)
		os.Exit(1)
	}
}

func record(t restscript.Target, files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("no script: name at least one file")
	}
	for _, file := range files {
		s, err := restscript.ReadFile(file)
		if err != nil {
			return err
		}
		err = t.Run(context.Background(), s, func(c restscript.Case, a restscript.Answer) error {
			return t.WriteTranscript(os.Stdout, c, a)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
