package cmd

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/internal/history"
)

func (p *program) verifyCommand() *cobra.Command {
	var guarantee string
	c := &cobra.Command{
		Use:   "verify HISTORY...",
		Short: "Check a history of records against what delivery promises",
		Long: "Reads events as JSON lines, of one run, from one or more files or from - for standard input, and reports what was lost, repeated, reordered or torn. " +
			"The exit code is 1 if anything is wrong; a history without records proves nothing and is wrong too. See docs/verify.md.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.verify(c.InOrStdin(), args, guarantee) },
	}
	c.Flags().StringVar(&guarantee, "guarantee", "", "What it is held to: alo, at least once, or eos, exactly once. Default: what the history says.")
	return c
}

func (p *program) verify(stdin io.Reader, files []string, guarantee string) error {
	var class history.Class
	if guarantee != "" {
		var err error
		if class, err = history.ParseClass(guarantee); err != nil {
			return err
		}
	}
	var events []history.Event
	for _, file := range files {
		more, err := readHistory(stdin, file)
		if err != nil {
			return err
		}
		events = append(events, more...)
	}
	r, err := history.Check(events, class)
	if err != nil {
		return err
	}
	if err := r.Write(p.stdout); err != nil {
		return err
	}
	if !r.Clean() {
		return &ended{code: exitUsage}
	}
	return nil
}

func readHistory(stdin io.Reader, file string) ([]history.Event, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close() //nolint:errcheck // it was read only
		in = f
	}
	events, err := history.Parse(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return events, nil
}
