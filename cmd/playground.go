package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka/embedded"
	"github.com/millrace/millrace/internal/logs"
)

// playground is the working folder of dev and what runs in it.
type playground struct {
	dir    string
	kept   bool
	files  []*os.File     // logs
	lines  *logs.Registry // the first of them
	broker *embedded.Broker
	schema *devRegistry
	crew   crew
	demo   demonstration // nil: none
}

// play makes the folder, and starts broker, registry and workers. What it returns is to be closed also after an error.
func (p *program) play(ctx context.Context, f *devFlags) (*playground, error) {
	g := &playground{dir: f.data, kept: f.data != ""}
	err := g.makeDir()
	if err != nil {
		return g, err
	}
	if f.workers < 1 {
		return g, fmt.Errorf("--workers %d: at least one is needed", f.workers)
	}
	if g.lines, err = g.openLog("worker.log", f); err != nil {
		return g, err
	}
	o := embedded.Options{Port: f.kafkaPort, Logger: g.lines.Logger("millrace.broker")}
	if g.kept {
		o.Dir = filepath.Join(g.dir, "kafka")
	}
	if g.broker, err = embedded.Start(o); err != nil {
		return g, err
	}
	if g.schema, err = startRegistry(ctx, g.registryFile(), f.registryPort, p.plugins.Schemas, g.lines.Logger("millrace.registry")); err != nil {
		return g, err
	}
	if f.workers > 1 {
		return g, p.playCluster(ctx, g, f)
	}
	props, err := g.properties(ctx, f.set, restPort)
	if err != nil {
		return g, err
	}
	w, err := newWorker(ctx, workerOptions{props: props, plugins: p.plugins, logs: g.lines, java: javaProperties{}})
	if err != nil {
		return g, err
	}
	return g, g.crew.add(ctx, w)
}

// playCluster starts several workers and waits until all have joined.
func (p *program) playCluster(ctx context.Context, g *playground, f *devFlags) error {
	if _, ok := f.set["listeners"]; ok {
		return errors.New("listeners is the address of one worker: leave it out with --workers")
	}
	for n := range f.workers {
		lines := g.lines
		var err error
		if n > 0 {
			if lines, err = g.openLog(fmt.Sprintf("worker-%d.log", n+1), f); err != nil {
				return err
			}
		}
		props, err := g.properties(ctx, f.set, restPort+n)
		if err != nil {
			return err
		}
		w, err := newClusterWorker(ctx, workerOptions{props: clusterProperties(props, f.workers), plugins: p.plugins, logs: lines, java: javaProperties{}})
		if err != nil {
			return err
		}
		g.crew.join(ctx, w)
	}
	return g.crew.await(ctx)
}

// clusterProperties adds what a worker of a cluster on one broker needs, among so many workers in a process.
func clusterProperties(props map[string]string, workers int) map[string]string {
	out := map[string]string{
		"group.id":             "millrace-dev",
		"config.storage.topic": "connect-configs", "config.storage.replication.factor": "1",
		"offset.storage.topic": "connect-offsets", "offset.storage.replication.factor": "1", "offset.storage.partitions": "5",
		"status.storage.topic": "connect-status", "status.storage.replication.factor": "1",
		"scheduled.rebalance.max.delay.ms": "0",
		"millrace.worker.memory.fraction":  strconv.FormatFloat(0.6/float64(workers), 'f', 3, 64),
	}
	maps.Copy(out, props)
	delete(out, offsetsFileKey)
	return out
}

// openLog opens a file of the folder as a log.
func (g *playground) openLog(name string, f *devFlags) (*logs.Registry, error) {
	file, err := os.OpenFile(filepath.Join(g.dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	g.files = append(g.files, file)
	lines := logs.New(file, logs.Options{Levels: f.levels, Secret: config.LooksSecret, Mask: config.MaskText})
	logStart(lines, cliLogger)
	return lines, nil
}

// logNames are the paths of the logs.
func (g *playground) logNames() string {
	var names []string
	for _, f := range g.files {
		names = append(names, f.Name())
	}
	return strings.Join(names, " ")
}

func (g *playground) makeDir() (err error) {
	if g.kept {
		if g.dir, err = filepath.Abs(g.dir); err != nil {
			return err
		}
		return os.MkdirAll(g.dir, 0o755)
	}
	g.dir, err = os.MkdirTemp("", "millrace-dev-")
	return err
}

// properties are a worker's, whose REST API is at the given port if that is free; set wins.
func (g *playground) properties(ctx context.Context, set map[string]string, want int) (map[string]string, error) {
	const jsonConverter = "org.apache.kafka.connect.json.JsonConverter"
	props := map[string]string{
		"bootstrap.servers":              g.broker.Bootstrap(),
		"key.converter":                  jsonConverter,
		"key.converter.schemas.enable":   "false",
		"value.converter":                jsonConverter,
		"value.converter.schemas.enable": "false",
		"offset.storage.file.filename":   filepath.Join(g.dir, "offsets"),
		"offset.flush.interval.ms":       "1000",
	}
	if _, ok := set["listeners"]; !ok {
		port, err := freePort(ctx, want)
		if err != nil {
			return nil, err
		}
		props["listeners"] = "http://127.0.0.1:" + strconv.Itoa(port)
	}
	maps.Copy(props, set)
	return props, nil
}

// freePort returns want if nobody listens there, else any.
func freePort(ctx context.Context, want int) (int, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(want)))
	if err != nil {
		return 0, nil // it is in use: 0 lets the system choose
	}
	return want, l.Close()
}

// close stops what runs, in the reverse order of its start, and removes a temporary folder.
func (g *playground) close() error {
	var errs []error
	errs = append(errs, g.crew.stop())
	if g.demo != nil {
		errs = append(errs, g.demo.close())
	}
	if g.schema != nil {
		errs = append(errs, g.schema.close())
	}
	if g.broker != nil {
		errs = append(errs, g.broker.Close())
	}
	for _, f := range g.files {
		errs = append(errs, f.Close())
	}
	if !g.kept && g.dir != "" {
		errs = append(errs, os.RemoveAll(g.dir))
	}
	return errors.Join(errs...)
}
