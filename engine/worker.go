package engine

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/budget"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/internal/exactlyonce"
)

// Worker runs connectors and tasks and answers questions about plugins and configs. It decides nothing:
// what runs here, and what becomes of statuses and offsets, is its caller's business.
//
// No method waits for plugin code but those with a context. Safe for concurrent use.
// Source: Worker.
type Worker struct {
	opt     Options
	set     workerSettings
	log     *slog.Logger
	clients clientProps
	cluster clusterID
	budget  *budget.Budget

	circuits circuits

	mu         sync.Mutex
	closed     bool
	connectors map[string]*connector
	tasks      map[connectors.TaskID]*task
	unknown    map[string]struct{} // names of classes that were asked for and are not known
}

// NewWorker checks the worker's settings and returns a worker that runs nothing yet.
//
// Errors: a *config.ConfigException with Java's text.
func NewWorker(opt Options) (*Worker, error) {
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Pool == nil {
		opt.Pool = batch.NewPool(mem.NewPool())
	}
	if opt.Metrics == nil {
		opt.Metrics = metrics.New(metrics.Options{})
	}
	opt.Plugins = opt.Plugins.Filled()
	set, err := parseWorker(opt.Config, opt.Plugins)
	if err != nil {
		return nil, err
	}
	if opt.exactlyOnce() && opt.ExactlyOnce == nil {
		return nil, config.InvalidValue(exactlyonce.Key, opt.Config[exactlyonce.Key], "There is no control plane that fences source tasks. Set it to disabled.")
	}
	policy, err := newOverridePolicy(set.policy, set.allowlist)
	if err != nil {
		return nil, err
	}
	opt.Config = maps.Clone(opt.Config)
	return &Worker{
		opt: opt, set: set, log: opt.Logger,
		clients:    clientProps{worker: opt.Config, policy: policy},
		cluster:    clusterID{turn: make(chan struct{}, 1)},
		budget:     newBudget(opt, set.memoryFraction),
		connectors: map[string]*connector{},
		tasks:      map[connectors.TaskID]*task{},
		unknown:    map[string]struct{}{},
	}, nil
}

// newBudget is what batches may take: a fraction of the process's memory.
func newBudget(opt Options, fraction float64) *budget.Budget {
	process := opt.MemoryLimit
	if process <= 0 {
		process = budget.ProcessMemory()
	}
	return budget.New(int64(float64(process)*fraction), opt.Pool.Mem)
}

// Close ends everything that still runs, as StopConnector and StopTasks do. Nothing can be started
// afterwards.
func (w *Worker) Close(ctx context.Context) {
	w.mu.Lock()
	w.closed = true
	names := slices.Collect(maps.Keys(w.connectors))
	ids := slices.Collect(maps.Keys(w.tasks))
	w.mu.Unlock()
	if len(names) > 0 {
		w.log.Warn("connectors still run, stopping them", "connectors", names)
	}
	var wg sync.WaitGroup
	for _, n := range names {
		wg.Go(func() { _ = w.StopConnector(ctx, n) }) // it cannot fail
	}
	wg.Wait()
	if len(ids) > 0 {
		w.log.Warn("tasks still run, stopping them", "tasks", len(ids))
		_ = w.StopTasks(ctx, ids) // it cannot fail
	}
}

// errClosed answers what comes after Close.
var errClosed = connectException("Worker is shutting down")
