package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/engine/explain"
)

func (p *program) testCommand() *cobra.Command {
	var worker string
	var rewrite bool
	c := &cobra.Command{
		Use:   "test FOLDER",
		Short: "Test connectors' configs against records and what is to become of them",
		Long: "Finds cases below a folder, takes their records through the converters and transforms of the connector's config, and compares what comes out. " +
			"A case is a file NAME.test.json beside NAME.json, or a folder with input.jsonl and expected.jsonl. " +
			"The exit code is 1 if a case fails. No broker is needed. See docs/tools.md.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.test(c.Context(), args[0], worker, rewrite) },
	}
	c.Flags().StringVar(&worker, "worker", "", "Worker file, for its converters and config providers. Default: worker.properties in the folder of a case or above it, else JSON converters.")
	c.Flags().BoolVar(&rewrite, "rewrite", false, "Write what comes out as the expectation of cases that are folders.")
	return c
}

func (p *program) test(ctx context.Context, dir, worker string, rewrite bool) error {
	cases, err := explain.FindCases(dir)
	if err != nil {
		return err
	}
	if len(cases) == 0 {
		return fmt.Errorf("%s holds no cases: neither files NAME.test.json nor folders with input.jsonl", dir)
	}
	failed := 0
	for _, c := range cases {
		if worker != "" {
			c.Worker = worker
		}
		diff, err := p.testCase(ctx, c, rewrite)
		switch {
		case err != nil:
			return err
		case diff == "":
			fmt.Fprintf(p.stdout, "ok    %s\n", c.Name)
			continue
		}
		failed++
		fmt.Fprintf(p.stdout, "FAIL  %s\n%s", c.Name, indent(diff))
	}
	fmt.Fprintf(p.stdout, "%d of %d cases pass\n", len(cases)-failed, len(cases))
	if failed > 0 {
		return &ended{code: exitUsage}
	}
	return nil
}

// testCase runs a case, or writes its expectation anew.
func (p *program) testCase(ctx context.Context, c *explain.Case, rewrite bool) (string, error) {
	s, err := p.subject(c.Connector, c.Worker)
	if err != nil {
		return "", err
	}
	defer s.Worker.Close(ctx)
	open := func(ctx context.Context) (*explain.Runner, error) {
		if s.File.Broken {
			var text strings.Builder
			_ = explain.WriteFindings(&text, c.Connector, s.File.Findings)
			return nil, errors.New(strings.TrimSpace(text.String()))
		}
		return openRunner(ctx, s)
	}
	if rewrite {
		if ok, err := c.Rewrite(ctx, open); ok || err != nil {
			return "", err
		}
	}
	return c.Run(ctx, open)
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
}
