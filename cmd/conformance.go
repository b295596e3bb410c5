package cmd

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/coord/rest"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/conformance"
)

// conformanceWorker is the worker that configs are checked for: that of the original's side of a comparison.
var conformanceWorker = map[string]string{
	"bootstrap.servers":            "localhost:9092",
	"key.converter":                "org.apache.kafka.connect.json.JsonConverter",
	"value.converter":              "org.apache.kafka.connect.json.JsonConverter",
	"offset.storage.file.filename": "unused",
}

func (p *program) conformanceCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "conformance",
		Short: "Answer requests about single plugins, to compare them with the original's",
		Long: "Reads a JSON request a line on standard input and writes a JSON answer a line on standard output, about converters, " +
			"header converters, transforms, predicates and the validation of configs. See docs/compatibility.md.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.conformance(c.Context()) },
	}
}

func (p *program) conformance(ctx context.Context) error {
	pool := batch.NewPool(mem.NewPool())
	worker, err := engine.NewWorker(engine.Options{
		Config: conformanceWorker, Plugins: p.plugins, Pool: pool, Logger: slog.New(slog.DiscardHandler),
		NewClient: func(map[string]string, ...kgo.Opt) (*kgo.Client, error) { return kgo.NewClient() }, // never asked: nothing runs
	})
	if err != nil {
		return err
	}
	defer worker.Close(ctx)
	return conformance.Serve(ctx, os.Stdin, p.stdout, conformance.Options{
		Plugins: p.plugins, Pool: pool,
		Validate: func(ctx context.Context, class string, config map[string]string) ([]byte, error) {
			return rest.Validation(ctx, worker, class, config)
		},
	})
}
