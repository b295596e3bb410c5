package cmd

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/migrate"
	"github.com/millrace/millrace/internal/kafka"
)

// migrateCheck looks at a worker file and the configs of its cluster's connectors.
//
// Errors: they cannot be read.
func (p *program) migrateCheck(ctx context.Context, file string, f *migrateFlags) (*migrateReport, error) {
	raw, err := readWorkerFile(file, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	java := parseJavaOptions(os.Getenv("KAFKA_OPTS"))
	w := p.foreignWorker(raw, java)
	r := &migrateReport{Worker: file, Obstacles: w.obstacles}
	configs, source, err := w.connectorConfigs(ctx, f)
	if err != nil {
		return nil, err
	}
	r.Source, r.Connectors = source, len(configs)
	worker, err := w.engine(p)
	if err != nil {
		return nil, err
	}
	defer worker.Close(ctx)
	check := migrate.Checker{Worker: worker, Plugins: p.plugins}
	for _, name := range connectorNames(configs) {
		list, err := check.Config(ctx, name, configs[name])
		if err != nil {
			return nil, err
		}
		r.Obstacles = append(r.Obstacles, list...)
	}
	r.Obstacles = append([]migrate.Obstacle{}, r.Obstacles...) // a list in JSON, also an empty one
	return r, nil
}

// foreignWorker is a worker file that may have been written for Java workers.
type foreignWorker struct {
	props       map[string]string // variables replaced as far as they can be
	transformer *config.Transformer
	clients     kafka.Clients
	obstacles   []migrate.Obstacle
}

// engine makes a worker that runs nothing. One whose file has obstacles has the file's converters all the same,
// where these are known: connectors are not to blame for the rest.
func (w *foreignWorker) engine(p *program) (*engine.Worker, error) {
	opt := engine.Options{
		Config: w.props, Plugins: p.plugins, Transformer: w.transformer,
		Pool: batch.NewPool(mem.NewPool()), Logger: slog.New(slog.DiscardHandler), NewClient: w.clients.New,
	}
	worker, err := engine.NewWorker(opt)
	if err == nil {
		return worker, nil
	}
	opt.Config = map[string]string{}
	for k, v := range plainWorker {
		opt.Config[k] = v
	}
	if worker, err = engine.NewWorker(opt); err != nil {
		return nil, fmt.Errorf("worker for the check: %w", err)
	}
	return worker, nil
}
