package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/millrace/millrace/engine/plugin"
)

// version is set by the linker.
var version = "unknown"

// The exit codes beside 0.
const (
	exitUsage     = 1
	exitStart     = 2
	exitConnector = 3
	exitLeft      = 4 // dlq replay: selected letters are left
	exitCut       = 130
)

// Main runs the program: args as in os.Args, plugins are what connectors may name. It returns the exit code.
func Main(args []string, plugins plugin.Set) int {
	p := &program{plugins: plugins, stdout: os.Stdout, stderr: os.Stderr, exit: os.Exit}
	return p.run(context.Background(), args)
}

// program is one run of the program.
type program struct {
	plugins        plugin.Set
	stdout, stderr io.Writer
	exit           func(code int) // ends the process at once

	helpAsked bool // of a command whose help is a failure
}

// ended is an error with the exit code it stands for. What is to be said has been said when err is nil.
type ended struct {
	code int
	err  error
}

// Error is the text.
func (e *ended) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

// Unwrap returns what lies below.
func (e *ended) Unwrap() error { return e.err }

// run runs one command. ctx ends it as a signal does.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.rootCommand()
	root.SetArgs(commandArgs(args))
	err := root.ExecuteContext(ctx)
	var e *ended
	switch {
	case err == nil && p.helpAsked:
		return exitUsage
	case err == nil:
		return 0
	case !errors.As(err, &e):
		e = &ended{code: exitUsage, err: err} // cobra's own: unknown commands and flags
	}
	if e.err != nil {
		fmt.Fprintf(p.stderr, "millrace: %v\n", e.err)
	}
	return e.code
}

// commandArgs are the arguments for the root command: a program of the name of one of Kafka's scripts is the
// command that the script starts.
func commandArgs(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	rest := slices.Clone(args[1:])
	for i, a := range rest {
		if a == "-daemon" { // Kafka's scripts have one dash
			rest[i] = "--daemon"
		}
	}
	name := filepath.Base(args[0])
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".exe"), ".sh")
	if command, ok := strings.CutPrefix(name, "connect-"); ok && (command == "standalone" || command == "distributed") {
		return append([]string{command}, rest...)
	}
	return rest
}
