// Command testcount reads `go test -json` on standard input. It prints a line per package and the
// output of what failed, then the tests that took longest, for they are what the time limits are
// spent on, and the counts. With an argument, it appends "passed failed skipped" to that
// file. Exit code 1: something failed, or nothing ran.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

const (
	slowest  = 8    // so many of the longest tests are named
	slowFrom = 10.0 // seconds; shorter ones are not worth a line
)

// event is one line of `go test -json`, see `go doc test2json`.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// count sums up a stream. Subtests count as tests do.
type count struct {
	out                     io.Writer
	passed, failed, skipped int
	output                  map[string][]string // package and test -> lines not yet printed
	failedIn                map[string]int      // package -> failed tests
	slow                    []event             // tests without their subtests
}

func main() {
	c := &count{out: os.Stdout, output: map[string][]string{}, failedIn: map[string]int{}}
	if err := c.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
		os.Exit(1)
	}
	if c.passed+c.failed == 0 {
		fmt.Fprintln(os.Stderr, "testcount: no test ran: is the tag or the package pattern right?")
		c.failed++
	}
	fmt.Fprintf(c.out, "%d passed, %d failed, %d skipped\n", c.passed, c.failed, c.skipped)
	if len(os.Args) > 1 {
		if err := c.appendTo(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "testcount:", err)
			os.Exit(1)
		}
	}
	if c.failed > 0 {
		os.Exit(1)
	}
}

func (c *count) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				c.add(e)
			} else {
				fmt.Fprintf(c.out, "%s", line) // what the go command says beside the stream
			}
		}
		if err == io.EOF {
			c.printSlowest()
			return nil
		}
		if err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
	}
}

func (c *count) add(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(c.out, e.Output)
	case "output":
		c.output[key] = append(c.output[key], e.Output)
	case "pass", "skip", "fail":
		if e.Test == "" {
			c.endPackage(e, key)
		} else {
			c.endTest(e, key)
		}
		delete(c.output, key)
	}
}

func (c *count) endTest(e event, key string) {
	if e.Elapsed >= slowFrom && !strings.Contains(e.Test, "/") {
		c.slow = append(c.slow, e)
	}
	switch e.Action {
	case "pass":
		c.passed++
	case "skip":
		c.skipped++
		c.print(key)
	case "fail":
		c.failed++
		c.failedIn[e.Package]++
		c.print(key)
	}
}

// endPackage counts a package that failed without a failed test: build, panic, timeout, TestMain.
func (c *count) endPackage(e event, key string) {
	if e.Action == "fail" && c.failedIn[e.Package] == 0 {
		c.failed++
		for k := range c.output { // tests that never ended
			if strings.HasPrefix(k, e.Package+" ") && k != key {
				c.print(k)
			}
		}
		c.print(key)
	}
	if e.Action != "skip" { // skip = no test files
		fmt.Fprintf(c.out, "%-4s %s %.1fs\n", map[string]string{"pass": "ok", "fail": "FAIL"}[e.Action], e.Package, e.Elapsed)
	}
}

func (c *count) printSlowest() {
	slices.SortStableFunc(c.slow, func(a, b event) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	for _, e := range c.slow[:min(len(c.slow), slowest)] {
		fmt.Fprintf(c.out, "slow %s %.0fs\n", e.Test, e.Elapsed)
	}
}

func (c *count) print(key string) {
	for _, line := range c.output[key] {
		fmt.Fprint(c.out, line)
	}
}

func (c *count) appendTo(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, c.passed, c.failed, c.skipped)
	return errors.Join(err, f.Close())
}
