package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/explain"
)

// plainWorker is the worker that a connector's config is looked at for where no worker file is given: that of
// Kafka's connect-standalone.properties.
var plainWorker = map[string]string{
	"bootstrap.servers": "localhost:9092",
	"key.converter":     "org.apache.kafka.connect.json.JsonConverter",
	"value.converter":   "org.apache.kafka.connect.json.JsonConverter",
}

const (
	outputText = "text"
	outputJSON = "json"
)

// toolFlags are those of the commands that look at a connector's config.
type toolFlags struct{ worker, output string }

func (f *toolFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.worker, "worker", "", "Worker file, for its converters, config providers and policy. Default: JSON converters, and variables are not replaced.")
	c.Flags().StringVar(&f.output, "output", outputText, "text, or json for machines.")
}

func (f *toolFlags) check() error {
	return checkOutput(f.output)
}

func checkOutput(output string) error {
	if output != outputText && output != outputJSON {
		return fmt.Errorf("--output %q is neither text nor json", output)
	}
	return nil
}

func (p *program) explainCommand() *cobra.Command {
	f, sample := &toolFlags{}, ""
	c := &cobra.Command{
		Use:   "explain CONNECTOR",
		Short: "Show what a connector's config does, and what is wrong with it",
		Long: "Reads a connector file (JSON or properties) and prints its mistakes with line and column, the values in force and where each comes from, " +
			"and the way of a record through converters and transforms; for a sample of records also the schemas before and after each transform. " +
			"The exit code is 1 if there are mistakes. Nothing is started and no broker is asked. See docs/tools.md.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return p.explain(c, args[0], sample, f)
		},
	}
	f.add(c)
	c.Flags().StringVar(&sample, "sample", "", "File of records, one JSON object a line.")
	return c
}

func (p *program) explain(c *cobra.Command, name, sample string, f *toolFlags) error {
	s, err := p.subject(name, f.worker)
	if err != nil {
		return err
	}
	defer s.Worker.Close(c.Context())
	r := explain.Report{File: name}
	if r.Findings, err = s.Lint(c.Context()); err != nil {
		return err
	}
	if !s.File.Broken {
		r.Config, _ = s.Config(c.Context()) // the findings say why there is none
		r.Chain = s.Chain()
	}
	if sample != "" && !explain.HasErrors(r.Findings) {
		if r.Sample, err = takeSample(c, s, sample); err != nil {
			return err
		}
	}
	if f.output == outputJSON {
		err = r.WriteJSON(p.stdout)
	} else {
		err = r.WriteText(p.stdout)
	}
	if err == nil && explain.HasErrors(r.Findings) {
		return &ended{code: exitUsage}
	}
	return err
}

func takeSample(c *cobra.Command, s *explain.Subject, name string) (*explain.Sample, error) {
	records, err := readRecords(name)
	if err != nil {
		return nil, err
	}
	r, err := openRunner(c.Context(), s)
	if err != nil {
		return nil, err
	}
	sample, err := r.Sample(c.Context(), records)
	if closed := r.Close(); err == nil {
		err = closed
	}
	return sample, err
}

func readRecords(name string) ([]*explain.Record, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was read only
	return explain.ReadRecords(f, name)
}

func openRunner(ctx context.Context, s *explain.Subject) (*explain.Runner, error) {
	return explain.NewRunner(ctx, s.Worker, batch.NewPool(mem.NewPool()), s.File.Map())
}

// subject reads a connector's file and makes the worker that it is meant for, which runs nothing. The caller
// closes the worker.
func (p *program) subject(name, workerName string) (*explain.Subject, error) {
	file, err := explain.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s := &explain.Subject{File: file, Plugins: p.plugins, Settings: maps.Clone(plainWorker), WorkerName: workerName}
	transformer := config.NewTransformer(nil)
	if workerName != "" {
		if s.WorkerFile, err = config.LoadProperties(workerName); err != nil {
			return nil, err
		}
		raw := s.WorkerFile.Map()
		providers, err := config.Providers(raw, config.ProviderOptions{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", workerName, err)
		}
		transformer = config.NewTransformer(providers)
		if s.Settings, _, err = transformer.Transform(raw); err != nil {
			return nil, fmt.Errorf("%s: %w", workerName, err)
		}
	}
	s.Worker, err = engine.NewWorker(engine.Options{
		Config: s.Settings, Plugins: p.plugins, Transformer: transformer,
		Pool: batch.NewPool(mem.NewPool()), Logger: slog.New(slog.DiscardHandler),
		NewClient: func(map[string]string, ...kgo.Opt) (*kgo.Client, error) { return kgo.NewClient() }, // never asked: nothing runs
	})
	if err != nil && workerName != "" {
		err = fmt.Errorf("%s: %w", workerName, err)
	}
	return s, err
}
