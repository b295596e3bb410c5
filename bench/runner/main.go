// Runner measures cases in process, one goroutine at a time: for each name of a case that it reads from standard input it writes
// a sample as a line of JSON (bench.Sample). Two of them, or one and bench/java, are compared by asking them in turn. With -list it
// writes the names.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/millrace/millrace/bench"
)

func main() {
	length := flag.Duration("for", 500*time.Millisecond, "processor time of a sample")
	list := flag.Bool("list", false, "write the names of all cases")
	serve := flag.Int("serve", 0, "be a broker instead, whose record batches have that many records")
	lz4 := flag.Bool("lz4", false, "which are compressed")
	profile := flag.String("cpuprofile", "", "file for a profile of all samples: what a case takes its time for")
	flag.Parse()
	err := profiled(*profile, func() error { return run(*length, *list, *serve, *lz4) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "runner:", err)
		os.Exit(1)
	}
}

// profiled runs one, with a profile where a file is named.
func profiled(path string, one func() error) error {
	if path == "" {
		return one()
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = one()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}

func run(length time.Duration, list bool, serve int, lz4 bool) error {
	if serve > 0 {
		return bench.ServeStandIn(os.Stdin, os.Stdout, serve, lz4)
	}
	if list {
		names, err := bench.CaseNames()
		for _, name := range names {
			fmt.Println(name)
		}
		return err
	}
	runtime.GOMAXPROCS(1) // one thread against one thread; the collector's own threads count
	s := bench.Sampler{Length: length}
	defer s.Close()
	answers := json.NewEncoder(os.Stdout)
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		sample, err := s.Sample(names.Text())
		if err != nil {
			sample = bench.Sample{Case: names.Text(), Error: err.Error()}
		}
		if err := answers.Encode(sample); err != nil {
			return err
		}
	}
	return names.Err()
}
